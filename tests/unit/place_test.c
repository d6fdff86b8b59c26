/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/place.h"
#include "lib/errno.h"
#include "tests/unit/test.h"

static struct region_table table;
static struct place_request request;
static struct placement placement;
static struct diag diag;

static void add_ram(u64 ipa, u64 pa, u64 size)
{
	table.region[table.nr++] = (struct region){
		.ipa = IPA(ipa), .pa = PA(pa), .size = size, .type = REGION_RAM, .attr.exec = true,
	};
}

/* QEMU virt with 1 GiB: Mavis at 2 MiB, the bundle in the middle with its kernel 2 MiB-aligned. */
static int setup(void **state)
{
	(void)state;
	table.nr = 0;
	add_ram(0x40000000, 0x40000000, MIB(2));
	add_ram(0x40600000, 0x40600000, 0x3fa00000);
	request = (struct place_request){
		.regions = &table,
		.bundle = { 0x48000000, MIB(34) },
		.ramdisk = { 0x48001000, 0x1ff000 },
		.kernel = { 0x48200000, MIB(32) },
		.image = { .image_size = MIB(33), .anywhere = true },
		.fdt_size = KIB(64),
		.host_fdt = { 0x4a200000, MIB(1) },
	};
	return 0;
}

static void nothing_overlaps(void)
{
	struct range kernel = { placement.kernel.pa.v, placement.kernel.size };
	struct range ramdisk = { placement.ramdisk.pa.v, placement.ramdisk.size };
	struct range fdt = { placement.fdt.pa.v, placement.fdt.size };

	assert_false(ranges_overlap(kernel, ramdisk));
	assert_false(ranges_overlap(kernel, fdt));
	assert_false(ranges_overlap(ramdisk, fdt));
	assert_false(ranges_overlap(fdt, request.bundle));
	assert_false(ranges_overlap(fdt, request.host_fdt));
	for (unsigned i = 0; i < request.nr_avoid; i++) {
		assert_false(ranges_overlap(kernel, request.avoid[i]));
		assert_false(ranges_overlap(fdt, request.avoid[i]));
	}
}

static void an_aligned_kernel_stays_where_the_loader_put_it(void **state)
{
	(void)state;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x48200000);
	assert_int_equal(placement.kernel.size, MIB(33));
	assert_int_equal(placement.ramdisk.ipa.v, 0x48001000);
	nothing_overlaps();
}

static void a_kernel_off_the_2_mib_boundary_moves(void **state)
{
	(void)state;
	request.kernel.base += PAGE_SIZE;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x40600000);
	nothing_overlaps();
}

/* As GRUB does on a machine with memory at 2 GiB and at 8 TiB. */
static void a_ramdisk_in_another_bank_moves_to_the_kernels(void **state)
{
	const u64 high = 0x80000000000;

	(void)state;
	add_ram(high, high, GIB(64));
	request.bundle.base = high + MIB(512);
	request.kernel.base = request.bundle.base + MIB(2) + PAGE_SIZE;
	request.ramdisk.base = request.bundle.base + PAGE_SIZE;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x40600000);
	assert_in_range(placement.ramdisk.ipa.v, 0x40000000, 0x7fffffff);
	nothing_overlaps();

	/* The kernel can stay, and the ramdisk, in reserved memory, cannot: to the same bank. */
	request.kernel.base = request.bundle.base + MIB(2);
	request.avoid[request.nr_avoid++] = (struct range){ request.ramdisk.base, PAGE_SIZE };
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, request.kernel.base);
	assert_in_range(placement.ramdisk.ipa.v, high, high + GIB(64) - 1);
	nothing_overlaps();

	/* There is no room beside the kernel: it may be far, and is not copied for that. */
	request.nr_avoid = 0;
	request.kernel.base += PAGE_SIZE;
	request.ramdisk.size = GIB(2);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x40600000);
	assert_int_equal(placement.ramdisk.ipa.v, request.ramdisk.base);
}

/* It may not be there at all. */
static void the_machines_own_memory_is_used_first(void **state)
{
	(void)state;
	memmove(&table.region[1], &table.region[0], table.nr * sizeof(table.region[0]));
	table.region[0] = (struct region){ .ipa = IPA(0x10000000), .pa = PA(0x10000000),
					   .size = MIB(256), .type = REGION_RAM,
					   .origin = REGION_FROM_CONFIG, .attr.exec = true };
	table.nr++;
	request.kernel.base += PAGE_SIZE;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x40600000);
	assert_true(placement.fdt.ipa.v >= 0x40000000);
	table.region[2].size = MIB(16);			/* the machine's, too small for it */
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x10000000);
	nothing_overlaps();
}

static void a_kernel_with_a_text_offset_keeps_it(void **state)
{
	(void)state;
	request.image.text_offset = 0x80000;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x40680000);
	request.kernel.base = 0x48280000;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x48280000);
}

static void a_kernel_whose_bss_meets_reserved_memory_moves(void **state)
{
	(void)state;
	request.avoid[request.nr_avoid++] = (struct range){ 0x4a280000, PAGE_SIZE };
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_not_equal(placement.kernel.ipa.v, 0x48200000);
	nothing_overlaps();
}

static void a_bundle_outside_the_guests_memory_moves_into_it(void **state)
{
	(void)state;
	table.nr = 1;
	table.region[0].size = MIB(2);
	add_ram(0x40600000, 0x40600000, MIB(64));
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x40600000);
	assert_in_range(placement.ramdisk.ipa.v, 0x40000000, 0x40600000 + MIB(64));
	nothing_overlaps();
}

static void a_kernel_may_move_over_itself_when_memory_is_tight(void **state)
{
	(void)state;
	table.nr = 0;
	add_ram(0x48000000, 0x48000000, MIB(40));
	request.kernel.base += PAGE_SIZE;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_true(ranges_overlap((struct range){ placement.kernel.pa.v, placement.kernel.size },
				   request.kernel));
	assert_int_equal(placement.ramdisk.ipa.v, request.ramdisk.base);
	nothing_overlaps();
}

static void no_room_is_told_with_the_size_that_was_needed(void **state)
{
	(void)state;
	table.nr = 1;
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	assert_non_null(strstr(diag.text, "no room for the kernel"));
	assert_non_null(strstr(diag.text, "33792 KiB"));
}

static void memory_elsewhere_in_the_machine_is_found_by_both_addresses(void **state)
{
	(void)state;
	table.nr = 0;
	add_ram(0x80000000, 0x40600000, 0x3fa00000);
	request.kernel.base = 0x48200000;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x80000000 + 0x48200000 - 0x40600000);
	assert_int_equal(placement.kernel.pa.v, 0x48200000);
	assert_int_equal(placement.ramdisk.ipa.v - placement.ramdisk.pa.v, 0x80000000 - 0x40600000);
}

static void memory_that_the_guest_does_not_count_as_its_own_is_no_room(void **state)
{
	(void)state;
	table.region[0].opts.expose = EXPOSE_RESERVED;
	table.region[1].opts.expose = EXPOSE_NONE;
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	add_ram(0x80000000, 0x80000000, MIB(64));
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x80000000);
	assert_in_range(placement.ramdisk.ipa.v, 0x80000000, 0x80000000 + MIB(64));
}

/* What is memory, `expose` says: the type is another matter. */
static void memory_is_what_is_exposed_as_memory(void **state)
{
	struct region_opts memory = { .expose = EXPOSE_MEMORY };

	(void)state;
	table.region[1].type = REGION_RAW;
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	table.region[1].opts = memory;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x48200000);

	request.bare = true;
	request.load = IPA(0x40700000);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	table.region[1].opts.expose = EXPOSE_RESERVED;
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	assert_non_null(strstr(diag.text, "0x40700000"));
}

static void code_goes_to_memory_that_can_be_executed(void **state)
{
	(void)state;
	table.region[1].attr.exec = false;
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	add_ram(0x80000000, 0x80000000, MIB(64));
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x80000000);
	assert_int_equal(placement.ramdisk.ipa.v, request.ramdisk.base);

	request.bare = true;
	request.load = IPA(0x40700000);
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	assert_non_null(strstr(diag.text, "can execute"));
}

static void a_bare_program_goes_where_it_is_told(void **state)
{
	(void)state;
	request.bare = true;
	request.load = IPA(0x40700000);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, 0x40700000);
	assert_int_equal(placement.kernel.size, MIB(32));

	request.load = IPA(0x20000000);
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	assert_non_null(strstr(diag.text, "0x20000000"));

	request.load = IPA(0x401ff000);
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);

	request.avoid[request.nr_avoid++] = (struct range){ 0x42000000, PAGE_SIZE };
	request.load = IPA(0x41000000);
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	assert_non_null(strstr(diag.text, "reserved memory"));
}

/* The ramdisk, which moves first, makes room. */
static void a_bare_program_goes_over_the_bundle(void **state)
{
	struct range ramdisk;

	(void)state;
	request.bare = true;
	request.load = IPA(0x48000000);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.pa.v, 0x48000000);
	ramdisk = (struct range){ placement.ramdisk.pa.v, placement.ramdisk.size };
	assert_false(ranges_overlap(ramdisk, request.bundle));
	nothing_overlaps();
}

/* As a test program that clears its bss and copies its tree, then its ramdisk, down to its end. */
static void tree_and_ramdisk_lie_behind_what_a_program_uses(void **state)
{
	u64 end = 0x40700000 + MIB(64);

	(void)state;
	request.bare = true;
	request.load = IPA(0x40700000);
	request.memory = MIB(64);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.size, MIB(64));
	assert_int_equal(placement.fdt.ipa.v, end);
	assert_int_equal(placement.ramdisk.ipa.v, 0x48001000);
	nothing_overlaps();

	request.memory = MIB(128);			/* over the bundle */
	end = 0x40700000 + MIB(128);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_true(placement.fdt.ipa.v >= end);
	assert_true(placement.ramdisk.ipa.v >= placement.fdt.ipa.v + placement.fdt.size);
	nothing_overlaps();

	request.memory = MIB(1000);			/* to the end of memory, nearly */
	request.ramdisk.size = MIB(1);
	request.avoid[request.nr_avoid++] = (struct range){ 0x7ef00000, MIB(17) };
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.fdt.ipa.v, 0x40000000);
	nothing_overlaps();

	request.memory = MIB(1024);
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	assert_non_null(strstr(diag.text, "takes 0x40000000 bytes"));
}

static void an_image_that_uses_more_than_its_header_says_has_it(void **state)
{
	(void)state;
	request.memory = MIB(40);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.size, MIB(40));
	assert_int_equal(placement.kernel.ipa.v, 0x48200000);
	assert_true(placement.fdt.ipa.v >= 0x48200000 + MIB(40));
	nothing_overlaps();
	request.memory = MIB(3);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.size, MIB(33));
}

static void the_tree_goes_where_it_is_told(void **state)
{
	(void)state;
	request.has_fdt_at = true;
	request.fdt_at = IPA(0x40100000);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.fdt.ipa.v, 0x40100000);
	assert_int_equal(placement.fdt_made.v, placement.fdt.pa.v);
	nothing_overlaps();

	/* The kernel would have stayed there. */
	request.fdt_at = IPA(0x48400000);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.fdt.ipa.v, 0x48400000);
	assert_false(ranges_overlap((struct range){ placement.kernel.pa.v, placement.kernel.size },
				    (struct range){ placement.fdt.pa.v, placement.fdt.size }));

	request.bare = true;
	request.load = IPA(0x48400000);
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	assert_non_null(strstr(diag.text, "--dtb-at"));
}

/* What it is made of may be there. */
static void a_tree_that_belongs_over_the_bundle_is_made_elsewhere(void **state)
{
	const u64 places[] = { 0x48001000, 0x48210000, 0x4a200000 };

	(void)state;
	request.has_fdt_at = true;
	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		struct range made;

		request.fdt_at = IPA(places[i]);
		assert_int_equal(place_guest(&request, &placement, &diag), 0);
		assert_int_equal(placement.fdt.ipa.v, places[i]);
		made = (struct range){ placement.fdt_made.v, request.fdt_size };
		placement.fdt.pa = placement.fdt_made;
		nothing_overlaps();
		assert_false(range_contains(made, (struct range){ places[i], PAGE_SIZE }));
	}
}

static void a_tree_without_memory_for_it_is_refused(void **state)
{
	const u64 places[] = { 0x40200000, 0x401ff000, 0x7fff8000, 0x41000000 };

	(void)state;
	request.avoid[request.nr_avoid++] = (struct range){ 0x41000000, PAGE_SIZE };
	request.has_fdt_at = true;
	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		request.fdt_at = IPA(places[i]);
		assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
		assert_non_null(strstr(diag.text, "--dtb-at"));
	}
}

/* A program that reserves itself, and a tree that reserves itself, are right to. */
static void what_the_guests_own_tree_reserves_may_be_asked_for(void **state)
{
	(void)state;
	request.avoid[request.nr_avoid++] = (struct range){ 0x41000000, MIB(2) };
	request.avoid[request.nr_avoid++] = (struct range){ 0x42000000, MIB(2) };
	request.has_fdt_at = request.bare = true;
	request.fdt_at = IPA(0x41000000);
	request.load = IPA(0x42000000);
	request.kernel.size = MIB(1);
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	request.nr_own = 2;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.fdt.pa.v, 0x41000000);
	assert_int_equal(placement.kernel.pa.v, 0x42000000);
	/* A kernel that goes anywhere does not go there. */
	request.bare = request.has_fdt_at = false;
	request.kernel.base = 0x41000000;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	nothing_overlaps();
}

/* As its own machine's ROM: nothing but the program itself knows of it. */
static void firmware_may_lie_in_memory_that_its_tree_does_not_have(void **state)
{
	(void)state;
	table.nr = 0;
	add_ram(0, 0x80000000, MIB(2));
	table.region[0].opts.expose = EXPOSE_NONE;
	table.region[0].origin = REGION_FROM_CONFIG;
	add_ram(0x40600000, 0x40600000, 0x3fa00000);
	request.bare = true;
	request.kernel.size = MIB(2);
	request.load = IPA(0);
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.pa.v, 0x80000000);
	table.region[0].attr.exec = false;
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
	table.region[0].attr.exec = true;
	table.region[0].type = REGION_DEVICE_MEMORY;
	assert_int_equal(place_guest(&request, &placement, &diag), -ENOSPC);
}

static void no_ramdisk_is_no_error(void **state)
{
	(void)state;
	request.ramdisk = (struct range){ 0, 0 };
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.ramdisk.size, 0);
}

/* zcu102 has memory from 0 on, and to Linux a device tree at 0 is none. */
static void nothing_is_put_at_address_0(void **state)
{
	(void)state;
	table.nr = 0;
	add_ram(0, 0, GIB(1));
	request.bundle.base = request.ramdisk.base = MIB(256);
	request.kernel.base = MIB(256) + PAGE_SIZE;
	assert_int_equal(place_guest(&request, &placement, &diag), 0);
	assert_int_equal(placement.kernel.ipa.v, MIB(2));
	assert_int_equal(placement.fdt.ipa.v, PAGE_SIZE);
	nothing_overlaps();
}

#define test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(an_aligned_kernel_stays_where_the_loader_put_it),
		test(a_kernel_off_the_2_mib_boundary_moves),
		test(a_ramdisk_in_another_bank_moves_to_the_kernels),
		test(the_machines_own_memory_is_used_first),
		test(a_kernel_with_a_text_offset_keeps_it),
		test(a_kernel_whose_bss_meets_reserved_memory_moves),
		test(a_bundle_outside_the_guests_memory_moves_into_it),
		test(a_kernel_may_move_over_itself_when_memory_is_tight),
		test(no_room_is_told_with_the_size_that_was_needed),
		test(memory_elsewhere_in_the_machine_is_found_by_both_addresses),
		test(memory_that_the_guest_does_not_count_as_its_own_is_no_room),
		test(memory_is_what_is_exposed_as_memory),
		test(code_goes_to_memory_that_can_be_executed),
		test(a_bare_program_goes_where_it_is_told),
		test(a_bare_program_goes_over_the_bundle),
		test(tree_and_ramdisk_lie_behind_what_a_program_uses),
		test(an_image_that_uses_more_than_its_header_says_has_it),
		test(the_tree_goes_where_it_is_told),
		test(a_tree_that_belongs_over_the_bundle_is_made_elsewhere),
		test(a_tree_without_memory_for_it_is_refused),
		test(what_the_guests_own_tree_reserves_may_be_asked_for),
		test(firmware_may_lie_in_memory_that_its_tree_does_not_have),
		test(no_ramdisk_is_no_error),
		test(nothing_is_put_at_address_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
