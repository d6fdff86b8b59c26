/* SPDX-License-Identifier: Apache-2.0 */
/* From what UEFI firmware hands over to the arm64 boot protocol's tree. */
#include "boot/efi/tree.h"

#include <libfdt.h>

#include "lib/errno.h"
#include "tests/unit/test.h"
#include "tests/unit/tree.h"

#define WB	EFI_MEMORY_WB
#define EACH	0x30			/* as EDK2 steps: longer than what is read of it */

static u8 map_bytes[EACH * (2 * EFI_MAX_MEMORY + 4)] __attribute__((aligned(8)));
static struct efi_map map;
static struct range ram[EFI_MAX_MEMORY];
static u8 out[65536];
static struct diag d;

static int setup(void **state)
{
	(void)state;
	memset(map_bytes, 0, sizeof(map_bytes));
	map = (struct efi_map){ map_bytes, 0, EACH };
	d.text[0] = '\0';
	return 0;
}

static void memory(u32 type, u64 base, u64 pages, u64 attr)
{
	struct efi_memory m = { .type = type, .base = base, .pages = pages, .attr = attr };

	assert_true(map.size + EACH <= sizeof(map_bytes));
	memcpy(map_bytes + map.size, &m, sizeof(m));
	map.size += EACH;
}

static void what_the_firmware_is_done_with_is_one_range(void **state)
{
	(void)state;
	memory(EFI_CONVENTIONAL, GIB(1), 16, WB);
	memory(EFI_LOADER_CODE, GIB(1) + 16 * PAGE_SIZE, 1, WB);
	memory(EFI_BOOT_SERVICES_DATA, GIB(1) + 17 * PAGE_SIZE, 2, WB);
	memory(EFI_ACPI_RECLAIM, GIB(1) + 19 * PAGE_SIZE, 1, WB);
	assert_int_equal(efi_memory(&map, ram), 1);
	assert_int_equal(ram[0].base, GIB(1));
	assert_int_equal(ram[0].size, 20 * PAGE_SIZE);
}

static void what_the_firmware_keeps_is_no_memory(void **state)
{
	(void)state;
	memory(EFI_RUNTIME_SERVICES_CODE, GIB(2), 16, WB | EFI_MEMORY_RUNTIME);
	memory(EFI_CONVENTIONAL, GIB(1), 16, WB);
	memory(EFI_RESERVED, GIB(1) + 16 * PAGE_SIZE, 1, WB);
	memory(EFI_CONVENTIONAL, GIB(1) + 17 * PAGE_SIZE, 1, 0);	/* not cacheable */
	memory(EFI_LOADER_DATA, GIB(1) + 18 * PAGE_SIZE, 1, WB | EFI_MEMORY_RUNTIME);
	memory(11, 0x9000000, 1, WB);					/* registers */
	memory(77, GIB(3), 1, WB);
	assert_int_equal(efi_memory(&map, ram), 1);
	assert_int_equal(ram[0].size, 16 * PAGE_SIZE);
}

static void a_map_out_of_order_is_sorted(void **state)
{
	(void)state;
	memory(EFI_CONVENTIONAL, GIB(2), 1, WB);
	memory(EFI_CONVENTIONAL, GIB(1), 1, WB);
	memory(EFI_CONVENTIONAL, ~0ull & ~PAGE_MASK, 1, WB);	/* wraps */
	memory(EFI_CONVENTIONAL, GIB(1), ~0ull, WB);
	assert_int_equal(efi_memory(&map, ram), 2);
	assert_int_equal(ram[0].base, GIB(1));
	assert_int_equal(ram[1].base, GIB(2));
}

static void a_map_in_too_many_pieces_is_refused(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= EFI_MAX_MEMORY; i++)
		memory(EFI_CONVENTIONAL, GIB(1) + i * 2 * PAGE_SIZE, 1, WB);
	assert_int_equal(efi_memory(&map, ram), -E2BIG);
	map.each = 8;
	assert_int_equal(efi_memory(&map, ram), -EINVAL);
}

/* Load options as a firmware gives them, with and without the last 0. */
static u64 wide(u16 *to, const char *text, bool end)
{
	u64 n = strlen(text);

	for (u64 i = 0; i < n; i++)
		to[i] = (u8)text[i];
	to[n] = end ? 0 : 'x';
	return 2 * (n + end);
}

static void mavis_gets_the_words_that_are_not_the_loaders(void **state)
{
	char buf[64];
	u16 text[128];

	(void)state;
	for (int end = 0; end < 2; end++) {
		u64 n = wide(text, "BOOT_IMAGE=/mavis.img  verify initrd=\\b.bin quiet", end);

		assert_int_equal(efi_command_line(buf, sizeof(buf), text, n), 0);
		assert_string_equal(buf, "verify quiet");
	}
	assert_int_equal(efi_command_line(buf, sizeof(buf), NULL, 0), 0);
	assert_string_equal(buf, "");
	text[0] = 0x263a;
	assert_int_equal(efi_command_line(buf, sizeof(buf), text, 2), 0);
	assert_string_equal(buf, "?");
	assert_int_equal(efi_command_line(buf, 7, text, wide(text, "verify", true)), 0);
	assert_int_equal(efi_command_line(buf, 7, text, wide(text, "verify1", true)), -E2BIG);
}

static void the_bundles_file_is_a_path_of_the_volume(void **state)
{
	u16 text[128], path[16];
	u64 n = wide(text, "quiet initrd=/a/b.cpio", false);

	(void)state;
	assert_int_equal(efi_initrd_path(path, 16, text, n), 0);
	for (const char *p = "\\a\\b.cpio"; *p; p++)
		assert_int_equal(path[p - "\\a\\b.cpio"], 0 + *p);
	assert_int_equal(efi_initrd_path(path, 9, text, n), -E2BIG);
	n = wide(text, "initrd= quiet", true);
	assert_int_equal(efi_initrd_path(path, 16, text, n), -ENOENT);
}

static void the_tree_has_uefis_memory_bundle_and_words(void **state)
{
	void *fdt = tree_load("virt-gicv3");

	(void)state;
	memory(EFI_CONVENTIONAL, GIB(1), 16, WB);
	memory(EFI_CONVENTIONAL, GIB(4), 0x100000, WB);
	tree_set_cells(fdt, "/memory@80000000", "reg", 4, (u32[]){ 0, 0x80000000, 0, 0x1000 });
	tree_set_string(fdt, "/memory@80000000", "device_type", "memory");
	assert_int_equal(efi_tree_make(out, sizeof(out), fdt, &map,
				       (struct range){ GIB(4), 0x1234 }, "verify", &d), 0);
	assert_int_equal(fdt_check_full(out, sizeof(out)), 0);
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x40000000, 0, 0x10000, 1, 0, 1, 0);
	assert_string_equal(tree_string(out, "/memory@40000000", "device_type"), "memory");
	assert_false(tree_has(out, "/memory@80000000", NULL));
	assert_string_equal(tree_string(out, "/chosen", "bootargs"), "verify");
	TREE_ASSERT_CELLS(out, "/chosen", "linux,initrd-start", 1, 0);
	TREE_ASSERT_CELLS(out, "/chosen", "linux,initrd-end", 1, 0x1234);
	assert_true(efi_tree_is_whole(out));
	free(fdt);
}

/* A Raspberry Pi 4 of 8 GiB. */
static void memory_is_written_in_pieces_that_the_roots_cells_can_say(void **state)
{
	void *fdt = tree_load("raspi4b");

	(void)state;
	memory(EFI_CONVENTIONAL, GIB(1), GIB(3) / EFI_PAGE_SIZE - 0x4000, WB);
	memory(EFI_CONVENTIONAL, GIB(4), GIB(4) / EFI_PAGE_SIZE, WB);
	assert_int_equal(efi_tree_make(out, sizeof(out), fdt, &map, (struct range){ 0, 0 }, "", &d),
			 0);
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x40000000, 0x80000000,
			  0, 0xc0000000, 0x3c000000, 1, 0, 0x80000000, 1, 0x80000000, 0x80000000);
	free(fdt);
}

static void what_uefi_does_not_say_stays_as_it_was(void **state)
{
	void *fdt = tree_load("virt-gicv3");

	(void)state;
	memory(EFI_CONVENTIONAL, GIB(1), 16, WB);
	tree_set_string(fdt, "/chosen", "bootargs", "old");
	TREE_CELLS(fdt, "/chosen", "linux,initrd-start", 0x48000000);
	assert_int_equal(efi_tree_make(out, sizeof(out), fdt, &map, (struct range){ 0, 0 }, "", &d),
			 0);
	assert_string_equal(tree_string(out, "/chosen", "bootargs"), "old");
	TREE_ASSERT_CELLS(out, "/chosen", "linux,initrd-start", 0x48000000);
	free(fdt);
}

static void an_end_that_the_header_does_not_count_is_in_the_copy(void **state)
{
	void *fdt = tree_load("virt-gicv3");

	(void)state;
	memory(EFI_CONVENTIONAL, GIB(1), 16, WB);
	fdt_set_size_dt_struct(fdt, fdt_size_dt_struct(fdt) - 4);
	assert_int_equal(efi_tree_make(out, sizeof(out), fdt, &map, (struct range){ 0, 0 }, "", &d),
			 0);
	assert_int_equal(fdt_check_full(out, sizeof(out)), 0);
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x40000000, 0, 0x10000);
	free(fdt);
}

static void a_tree_that_cannot_be_made_says_why(void **state)
{
	void *fdt = tree_load("virt-gicv3");

	(void)state;
	assert_int_equal(efi_tree_make(out, sizeof(out), fdt, &map, (struct range){ 0, 0 }, "", &d),
			 -EINVAL);
	assert_non_null(strstr(d.text, "no RAM"));
	memory(EFI_CONVENTIONAL, GIB(1), 16, WB);
	assert_int_equal(efi_tree_make(out, 4096, fdt, &map, (struct range){ 0, 0 }, "", &d),
			 -ENOSPC);
	free(fdt);
}

static void a_tree_with_chosen_alone_is_no_machine(void **state)
{
	(void)state;
	assert_int_equal(fdt_create_empty_tree(out, sizeof(out)), 0);
	assert_false(efi_tree_is_whole(out));
	tree_set_string(out, "/cpus", "x", "y");
	assert_false(efi_tree_is_whole(out));
	tree_set_string(out, "/cpus/cpu@0", "device_type", "cpu");
	assert_true(efi_tree_is_whole(out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_the_firmware_is_done_with_is_one_range, setup),
		cmocka_unit_test_setup(what_the_firmware_keeps_is_no_memory, setup),
		cmocka_unit_test_setup(a_map_out_of_order_is_sorted, setup),
		cmocka_unit_test_setup(a_map_in_too_many_pieces_is_refused, setup),
		cmocka_unit_test_setup(mavis_gets_the_words_that_are_not_the_loaders, setup),
		cmocka_unit_test_setup(the_bundles_file_is_a_path_of_the_volume, setup),
		cmocka_unit_test_setup(the_tree_has_uefis_memory_bundle_and_words, setup),
		cmocka_unit_test_setup(memory_is_written_in_pieces_that_the_roots_cells_can_say,
				       setup),
		cmocka_unit_test_setup(what_uefi_does_not_say_stays_as_it_was, setup),
		cmocka_unit_test_setup(an_end_that_the_header_does_not_count_is_in_the_copy, setup),
		cmocka_unit_test_setup(a_tree_that_cannot_be_made_says_why, setup),
		cmocka_unit_test_setup(a_tree_with_chosen_alone_is_no_machine, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
