/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/config/bundle.h"
#include "lib/errno.h"
#include "tests/unit/test.h"

#define SIZE	4096

static u8 *kernel;
static struct image image;
static struct diag diag;

static void put64(unsigned offset, u64 val)
{
	for (unsigned i = 0; i < 8; i++)
		kernel[offset + i] = (u8)(val >> 8 * i);
}

/* 4 bytes off a multiple of 8, as a member of a bundle may be. */
static int setup(void **state)
{
	(void)state;
	kernel = (u8 *)calloc(1, SIZE + 4) + 4;
	memcpy(kernel, "MZ", 2);
	memcpy(kernel + 56, "ARM\x64", 4);
	put64(8, 0);
	put64(16, 0x20000);
	put64(24, 0xa);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(kernel - 4);
	return 0;
}

static int read_image(void)
{
	diag.text[0] = '\0';
	return image_read(&(struct member){ kernel, SIZE }, &image, &diag);
}

static void assert_refused(const char *word)
{
	assert_int_equal(read_image(), -EINVAL);
	assert_ptr_equal(strstr(diag.text, "kernel: "), diag.text);
	if (!strstr(diag.text, word))
		fail_msg("\"%s\" is not in: %s", word, diag.text);
}

static void the_header_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_image(), 0);
	assert_int_equal(image.text_offset, 0);
	assert_int_equal(image.image_size, 0x20000);
	assert_true(image.anywhere);

	put64(8, 0x80000);
	put64(24, 0x2);
	assert_int_equal(read_image(), 0);
	assert_int_equal(image.text_offset, 0x80000);
	assert_false(image.anywhere);
}

static void an_image_is_never_less_than_its_file(void **state)
{
	(void)state;
	put64(16, 1);
	assert_int_equal(read_image(), 0);
	assert_int_equal(image.image_size, SIZE);
}

/* ID_AA64MMFR0_EL1 of a CPU without a granule; TGran16 alone is 0 there. */
#define NO_4K	(0xful << 28 | 1ul << 20)
#define NO_16K	0ul
#define NO_64K	(0xful << 24 | 2ul << 20)
#define ALL	(1ul << 28 | 2ul << 20)

static void a_kernel_with_pages_that_the_cpu_lacks_is_refused(void **state)
{
	static const struct {
		unsigned pages;
		u64 mmfr0;
		const char *has, *field, *others;
	} cases[] = {
		{ 1, NO_4K, "of 4 KiB", "TGran4)", "pages of 16 or 64 KiB" },
		{ 2, NO_16K, "of 16 KiB", "TGran16)", "pages of 4 KiB" },
		{ 3, NO_64K, "of 64 KiB", "TGran64)", "pages of 4 KiB" },
	};

	(void)state;
	for (unsigned pages = 0; pages < 4; pages++) {
		put64(24, pages << 1 | 8);
		assert_int_equal(read_image(), 0);
		assert_int_equal(image.pages, pages);
		assert_int_equal(image_check_pages(&image, ALL, &diag), 0);
		for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
			int err = image_check_pages(&image, cases[i].mmfr0, &diag);

			assert_int_equal(err, pages == cases[i].pages ? -EINVAL : 0);
			if (!err)
				continue;
			assert_non_null(strstr(diag.text, cases[i].has));
			assert_non_null(strstr(diag.text, cases[i].field));
			assert_non_null(strstr(diag.text, cases[i].others));
		}
	}
}

static void a_big_endian_kernel_is_refused(void **state)
{
	(void)state;
	put64(24, 0xb);
	assert_refused("big-endian");
	assert_non_null(strstr(diag.text, "CONFIG_CPU_LITTLE_ENDIAN"));
}

static void a_kernel_that_does_not_say_its_size_is_refused(void **state)
{
	(void)state;
	put64(16, 0);
	assert_refused("image_size");
}

static void an_absurd_text_offset_is_refused(void **state)
{
	(void)state;
	put64(8, 0x200000);
	assert_refused("text_offset");
	put64(8, ~0ull);
	assert_refused("text_offset");
}

static void a_file_without_the_magic_is_refused(void **state)
{
	(void)state;
	kernel[56] = 'a';
	assert_refused("Image");
	assert_non_null(strstr(diag.text, "--load"));
}

static void a_file_shorter_than_the_header_is_refused(void **state)
{
	(void)state;
	for (u64 size = 1; size < 64; size++) {
		u8 *exact = malloc(size);

		memcpy(exact, kernel, size);
		assert_int_equal(image_read(&(struct member){ exact, size }, &image, &diag),
				 -EINVAL);
		free(exact);
	}
	assert_int_equal(image_read(&(struct member){ kernel, 64 }, &image, &diag), 0);
}

static void what_the_kernel_is_instead_is_named(void **state)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *name, *remedy;
	} table[] = {
		{ "\x1f\x8b\x08", 3, "gzip", "gunzip" },
		{ "\xfd" "7zXZ\0", 6, "xz", "unxz" },
		{ "\x28\xb5\x2f\xfd", 4, "zstd", "unzstd" },
		{ "\x04\x22\x4d\x18", 4, "lz4", "unlz4" },
		{ "BZh9", 4, "bzip2", "bunzip2" },
		{ "\x5d\0\0\x80", 4, "lzma", "unlzma" },
		{ "MZ\0\0zimg", 8, "zboot", "Image" },
		{ "\x7f" "ELF", 4, "ELF", "tools/bundle arch/arm64/boot/Image, not vmlinux" },
		{ "\x27\x05\x19\x56", 4, "uImage", "dumpimage -T kernel" },
		{ "\xd0\x0d\xfe\xed", 4, "a device tree", "Image" },
		{ "\xd0\x0d\xfe\xed\0\0\0\0\0\0\0\1images", 19, "a FIT image", "-T flat_dt" },
		{ "ANDROID!", 8, "Android boot image", "unpack_bootimg --boot_img" },
		{ "VNDRBOOT", 8, "Android vendor boot image", "--vendor_boot_img" },
		{ "070701", 6, "cpio", "Image" },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		memset(kernel, 0, SIZE);
		memcpy(kernel, table[i].magic, table[i].size);
		assert_refused(table[i].name);
		assert_non_null(strstr(diag.text, table[i].remedy));
	}
}

static void kernels_for_other_machines_are_named(void **state)
{
	static const struct { unsigned at; const char *magic, *name; } table[] = {
		{ 0x202, "HdrS", "x86" }, { 0x24, "\x18\x28\x6f\x01", "32-bit Arm" },
		{ 56, "RSC\x05", "RISC-V" },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		memset(kernel, 0, SIZE);
		memcpy(kernel + table[i].at, table[i].magic, 4);
		assert_refused(table[i].name);
		assert_non_null(strstr(diag.text, "arm64"));
	}
}

static void ramdisks_that_linux_cannot_unpack_are_refused(void **state)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *name, *remedy;
	} table[] = {
		{ "\x27\x05\x19\x56", 4, "uImage", "-T ramdisk" },
		{ "\xd0\x0d\xfe\xed\0\0\0\1images", 15, "FIT image", "-T flat_dt" },
		{ "\xd0\x0d\xfe\xed", 4, "a device tree", "cpio -H newc" },
		{ "ANDROID!", 8, "Android boot image", "unpack_bootimg" },
		{ "\x7f" "ELF", 4, "ELF", "cpio -H newc" },
		{ "070707", 6, "odc", "cpio -H newc" },
		{ "\xc7\x71", 2, "old binary", "cpio -H newc" },
	};
	static const char *const good[] = { "070701", "070702", "\x1f\x8b", "\x28\xb5\x2f\xfd",
					    "hsqs" };
	struct member m = { kernel, SIZE };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		memset(kernel, 0, SIZE);
		memcpy(kernel, table[i].magic, table[i].size);
		assert_int_equal(ramdisk_check(&m, &diag), -EINVAL);
		assert_non_null(strstr(diag.text, "ramdisk: is "));
		assert_non_null(strstr(diag.text, table[i].name));
		assert_non_null(strstr(diag.text, table[i].remedy));
	}
	for (unsigned i = 0; i < ARRAY_SIZE(good); i++) {
		memset(kernel, 0, SIZE);
		memcpy(kernel, good[i], strlen(good[i]));
		assert_int_equal(ramdisk_check(&m, &diag), 0);
	}
	memcpy(kernel + 56, "ARM\x64", 4);
	assert_int_equal(ramdisk_check(&m, &diag), -EINVAL);
	assert_non_null(strstr(diag.text, "an arm64 kernel"));
	assert_int_equal(ramdisk_check(&(struct member){ NULL, 0 }, &diag), 0);
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_header_is_read),
		test(an_image_is_never_less_than_its_file),
		test(a_kernel_with_pages_that_the_cpu_lacks_is_refused),
		test(a_big_endian_kernel_is_refused),
		test(a_kernel_that_does_not_say_its_size_is_refused),
		test(an_absurd_text_offset_is_refused),
		test(a_file_without_the_magic_is_refused),
		test(a_file_shorter_than_the_header_is_refused),
		test(what_the_kernel_is_instead_is_named),
		test(kernels_for_other_machines_are_named),
		test(ramdisks_that_linux_cannot_unpack_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
