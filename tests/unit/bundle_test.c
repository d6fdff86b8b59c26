/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/config/bundle.h"
#include "lib/errno.h"
#include "tests/unit/test.h"

#define HEADER	110

/* The archive, in an allocation of its own size while it is read: reads past its end are found. */
static u8 bytes[32768];
static size_t len;
static struct bundle bundle;
static struct diag diag;
static u8 *archive;

static void put(const void *data, size_t n)
{
	assert_true(len + n + 4 <= sizeof(bytes));
	memcpy(bytes + len, data, n);
	len += n;
}

static void align(void)
{
	while (len % 4)
		bytes[len++] = 0;
}

static void add_mode(const char *name, const void *data, size_t size, unsigned mode)
{
	char header[HEADER + 1];

	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1, mode, 0, 0, 1, 0,
		 (unsigned)size, 0, 0, 0, 0, (unsigned)strlen(name) + 1, 0);
	put(header, HEADER);
	put(name, strlen(name) + 1);
	align();
	put(data, size);
	align();
}

static void add(const char *name, const char *data)
{
	add_mode(name, data, strlen(data), 0100644);
}

static void finish(void)
{
	add("TRAILER!!!", "");
}

static int open_bytes(size_t size)
{
	free(archive);
	archive = malloc(size ? size : 1);
	assert_non_null(archive);
	memcpy(archive, bytes, size);
	diag.text[0] = '\0';
	return bundle_open(archive, size, &bundle, &diag);
}

static void assert_refused(int err, const char *word)
{
	assert_int_equal(open_bytes(len), err);
	if (!strstr(diag.text, word))
		fail_msg("\"%s\" is not in: %s", word, diag.text);
	assert_non_null(strstr(diag.text, "bundle"));
	assert_true(strlen(diag.text) < sizeof(diag.text) - 1);
}

static int setup(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	len = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(archive);
	archive = NULL;
	return 0;
}

static void add_good(void)
{
	add("config.dtb", "config");
	add("pad", "not of interest");
	add("ramdisk", "ram");
	add("guest.dtb", "tree!");
	add("kernel", "kernel-");
	finish();
}

static void assert_member(const struct member *m, const char *data)
{
	assert_non_null(m->data);
	assert_int_equal(m->size, strlen(data));
	assert_memory_equal(m->data, data, m->size);
}

static void the_members_are_found_in_place(void **state)
{
	(void)state;
	add_good();
	assert_int_equal(open_bytes(len), 0);
	assert_member(&bundle.config, "config");
	assert_member(&bundle.ramdisk, "ram");
	assert_member(&bundle.dtb, "tree!");
	assert_member(&bundle.kernel, "kernel-");
	assert_in_range((uintptr_t)bundle.kernel.data, (uintptr_t)archive,
			(uintptr_t)archive + len);
}

static void ramdisk_and_tree_may_be_absent(void **state)
{
	(void)state;
	add("kernel", "k");
	add("config.dtb", "c");
	finish();
	assert_int_equal(open_bytes(len), 0);
	assert_null(bundle.ramdisk.data);
	assert_null(bundle.dtb.data);
}

static void what_follows_the_trailer_does_not_count(void **state)
{
	(void)state;
	add_good();
	put("\0\0\0garbage", 10);
	add("kernel", "another");
	assert_int_equal(open_bytes(len), 0);
	assert_member(&bundle.kernel, "kernel-");
}

static void capital_hex_digits_are_digits(void **state)
{
	static char data[0xab];

	(void)state;
	memset(data, 'x', sizeof(data));
	add("config.dtb", "c");
	add_mode("kernel", data, sizeof(data), 0100644);
	finish();
	for (u8 *p = bytes; p < bytes + len; p++)
		if (!memcmp(p, "000000ab", 8))
			memcpy(p, "000000AB", 8);
	assert_int_equal(open_bytes(len), 0);
	assert_int_equal(bundle.kernel.size, 0xab);
}

static void no_bundle_says_how_to_make_one(void **state)
{
	(void)state;
	assert_refused(-ENOENT, "tools/bundle");
	assert_non_null(strstr(diag.text, "initrd"));
	assert_int_equal(bundle_open(NULL, 0, &bundle, &diag), -ENOENT);
}

static void every_cut_of_an_archive_is_found(void **state)
{
	size_t whole;

	(void)state;
	add_good();
	/* The padding after the trailer's name may be missing. */
	whole = len - (4 - (HEADER + sizeof("TRAILER!!!")) % 4) % 4;
	for (size_t size = 0; size < whole; size++) {
		int err = open_bytes(size);

		assert_int_equal(err, size ? -EINVAL : -ENOENT);
		if (size >= HEADER)
			assert_non_null(strstr(diag.text, "cut short"));
	}
	assert_int_equal(open_bytes(len), 0);
}

static void a_missing_trailer_is_found(void **state)
{
	(void)state;
	add("config.dtb", "c");
	add("kernel", "k");
	assert_refused(-EINVAL, "cut short");
}

static void a_missing_member_is_named(void **state)
{
	(void)state;
	add("config.dtb", "c");
	finish();
	assert_refused(-ENOENT, "`kernel`");
	setup(state);
	add("kernel", "k");
	finish();
	assert_refused(-ENOENT, "`config.dtb`");
}

static void a_member_that_is_there_twice_is_named(void **state)
{
	static const char *const names[] = { "config.dtb", "kernel", "ramdisk", "guest.dtb" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		char quoted[20];

		setup(state);
		len = 0;
		add("config.dtb", "config");
		add("kernel", "kernel-");
		add("ramdisk", "r");
		add("guest.dtb", "t");
		add(names[i], "again");
		finish();
		snprintf(quoted, sizeof(quoted), "`%s` twice", names[i]);
		assert_refused(-EEXIST, quoted);
	}
	setup(state);
	add("pad", "1");
	add("pad", "2");
	add("config.dtb", "c");
	add("kernel", "k");
	finish();
	assert_int_equal(open_bytes(len), 0);
}

static void an_empty_member_is_refused(void **state)
{
	(void)state;
	add("config.dtb", "c");
	add("kernel", "");
	finish();
	assert_refused(-EINVAL, "`kernel` is empty");
}

static void a_member_that_is_no_file_is_refused(void **state)
{
	(void)state;
	add("config.dtb", "c");
	add_mode("kernel", "Image", 5, 0120777);
	finish();
	assert_refused(-EINVAL, "`kernel`");
}

static void every_field_must_be_hexadecimal(void **state)
{
	static const char bad[] = "gG@`/: -x\xff";

	(void)state;
	add_good();
	for (unsigned at = 6; at < HEADER; at++) {
		u8 was = bytes[at];

		for (unsigned i = 0; i < sizeof(bad); i++) {
			bytes[at] = (u8)bad[i];
			assert_refused(-EINVAL, "hexadecimal");
		}
		bytes[at] = was;
	}
}

static void a_damaged_magic_is_found_where_it_is(void **state)
{
	size_t second;

	(void)state;
	add("config.dtb", "c");
	second = len;
	add("kernel", "k");
	finish();
	bytes[second] = '1';
	assert_refused(-EINVAL, "0x80");
	assert_int_equal(second, 0x80);
}

static void names_must_end(void **state)
{
	(void)state;
	add_good();
	bytes[HEADER + sizeof("config.dtb") - 1] = 'x';
	assert_refused(-EINVAL, "name");
	setup(state);
	add_good();
	memcpy(bytes + 94, "00000000", 8);
	assert_refused(-EINVAL, "name");
}

static void sizes_beyond_the_archive_are_refused(void **state)
{
	(void)state;
	add_good();
	memcpy(bytes + 54, "ffffffff", 8);
	assert_refused(-EINVAL, "cut short");
	setup(state);
	add_good();
	memcpy(bytes + 94, "ffffffff", 8);
	assert_refused(-EINVAL, "cut short");
}

static void what_is_there_instead_is_named(void **state)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *word;
	} table[] = {
		{ "\x1f\x8b\x08", 3, "gzip" },
		{ "\xfd" "7zXZ\0", 6, "xz" },
		{ "\x28\xb5\x2f\xfd", 4, "zstd" },
		{ "\x02\x21\x4c\x18", 4, "lz4" },
		{ "\x04\x22\x4d\x18", 4, "lz4" },
		{ "BZh9", 4, "bzip2" },
		{ "\x5d\0\0\x80", 4, "lzma" },
		{ "070702", 6, "newc" },
		{ "070707", 6, "newc" },
		{ "\xc7\x71", 2, "newc" },
		{ "\xd0\x0d\xfe\xed", 4, "device tree" },
		{ "\x27\x05\x19\x56", 4, "uImage" },
		{ "\x7f" "ELF", 4, "ELF" },
		{ "something else", 14, "cpio" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		setup(state);
		put(table[i].magic, table[i].size);
		len = 200;
		assert_refused(-EINVAL, table[i].word);
		assert_non_null(strstr(diag.text, "cpio"));
		assert_non_null(strstr(diag.text, "tools/bundle"));
	}
}

static void zeros_are_no_archive(void **state)
{
	(void)state;
	len = 8192;
	assert_refused(-EINVAL, "zero");
	len = 5;
	assert_refused(-EINVAL, "zero");
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_members_are_found_in_place),
		test(ramdisk_and_tree_may_be_absent),
		test(what_follows_the_trailer_does_not_count),
		test(capital_hex_digits_are_digits),
		test(no_bundle_says_how_to_make_one),
		test(every_cut_of_an_archive_is_found),
		test(a_missing_trailer_is_found),
		test(a_missing_member_is_named),
		test(a_member_that_is_there_twice_is_named),
		test(an_empty_member_is_refused),
		test(a_member_that_is_no_file_is_refused),
		test(every_field_must_be_hexadecimal),
		test(a_damaged_magic_is_found_where_it_is),
		test(names_must_end),
		test(sizes_beyond_the_archive_are_refused),
		test(what_is_there_instead_is_named),
		test(zeros_are_no_archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
