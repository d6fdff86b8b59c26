/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/tree_fixture.h"

/* The tree as a whole */

static void the_tree_is_no_longer_than_it_needs_to_be(void **state)
{
	(void)state;
	load_and_write("virt-gicv3");
	assert_int_equal(fdt_totalsize(out), dt_used_size(out));
	assert_true(fdt_totalsize(out) < dt_used_size(fdt) + 128);
}

static void what_mavis_does_not_change_stays(void **state)
{
	static const char *const paths[] = {
		"/pl011@9000000",	"/flash@0", "/platform-bus@c000000",
		"/virtio_mmio@a000200", "/timer",   "/pcie@10000000",
	};
	int in, node, len, want;
	const void *ranges;

	(void)state;
	load_and_write("virt-gicv3");
	assert_string_equal(tree_string(out, "/", "compatible"), "linux,dummy-virt");
	for (unsigned i = 0; i < ARRAY_SIZE(paths); i++) {
		in = fdt_path_offset(fdt, paths[i]);
		node = fdt_path_offset(out, paths[i]);
		ranges = fdt_getprop(fdt, in, "compatible", &want);
		assert_memory_equal(fdt_getprop(out, node, "compatible", &len), ranges, want);
		assert_int_equal(len, want);
	}
	assert_string_equal(tree_string(out, "/chosen", "stdout-path"), "/pl011@9000000");
	assert_true(tree_has(out, "/chosen", "rng-seed"));
	assert_true(tree_has(out, "/chosen", "kaslr-seed"));
}

static void a_host_tree_with_slack_is_copied_without_it(void **state)
{
	u32 packed;
	void *big = malloc(MIB(1));

	(void)state;
	load("virt-gicv3");
	packed = dt_used_size(fdt);
	assert_int_equal(fdt_open_into(fdt, big, (int)MIB(1)), 0);
	free(fdt);
	fdt = big;
	read_tree();
	assert_true(guest_fdt_bound(&args) < packed + KIB(8));
	write_guest();
}

static void an_end_that_the_header_does_not_count_is_in_the_copy(void **state)
{
	(void)state;
	load("virt-gicv3");
	assert_int_equal(fdt_pack(fdt), 0);
	fdt_set_size_dt_struct(fdt, fdt_size_dt_struct(fdt) - 4);
	read_tree();
	write_guest();
	assert_true(tree_has(out, "/chosen", "rng-seed"));
	args.base = fdt;
	args.base_size = fdt_totalsize(fdt);
	write_guest();
	assert_true(tree_has(out, "/chosen", "rng-seed"));
}

/* Memory */

static void memory_is_what_the_guest_has(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	regions.nr = 0;
	add_ram(0x40000000, 0x200000);
	add_ram(0x40400000, 0x100000);
	add_ram(0x40500000, 0x3fb00000);
	write_guest();
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x40000000, 0, 0x200000, 0, 0x40400000,
			  0, 0x3fc00000);
}

static void only_ram_is_memory(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	regions.nr = 0;
	regions.region[regions.nr++] = (struct region){
		.ipa = IPA(0x40000000), .pa = PA(0x40000000), .size = MIB(1), .type = REGION_MMIO,
	};
	add_ram(0x40100000, MIB(512));
	write_guest();
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x40100000, 0, 0x20000000);
}

static void ram_that_is_reserved_is_not_memory(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	regions.nr = 0;
	add_ram(0x40000000, MIB(1));
	regions.region[0].opts.expose = EXPOSE_RESERVED;
	add_ram(0x40100000, MIB(512));
	write_guest();
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x40100000, 0, 0x20000000);
}

static void every_bank_keeps_its_own_part(void **state)
{
	(void)state;
	load("zcu102");
	read_tree();
	regions.nr = 0;
	add_ram(0x1000000, 0x10000000);
	add_ram(0x800000000, 0x40000000);
	write_guest();
	TREE_ASSERT_CELLS(out, "/memory@0", "reg", 0, 0x1000000, 0, 0x10000000, 8, 0, 0,
			  0x40000000);
}

static void a_memory_node_with_nothing_left_is_removed(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/memory@800000000", "device_type", "memory");
	TREE_CELLS(fdt, "/memory@800000000", "reg", 8, 0, 0, 0x40000000);
	read_tree();
	regions.nr = 1;
	write_guest();
	assert_true(tree_has(out, "/memory@40000000", NULL));
	assert_false(tree_has(out, "/memory@800000000", NULL));
}

static void memory_is_written_in_the_root_nodes_cells(void **state)
{
	(void)state;
	load_and_write("raspi4b");
	/* Two cells of address, one of size: banks that meet are two all the same. */
	TREE_ASSERT_CELLS(out, "/memory@0", "reg", 0, 0, 0x3b400000, 0, 0x40000000, 0xbc000000, 1,
			  0, 0x80000000, 1, 0x80000000, 0x80000000);
}

static void memory_below_a_bus_moves_to_the_root(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/platform-bus@c000000", "ranges", 0, 0, 0x80000000, 0x2000000);
	tree_set_string(fdt, "/platform-bus@c000000/memory@0", "device_type", "memory");
	TREE_CELLS(fdt, "/platform-bus@c000000/memory@0", "reg", 0x100000, 0x200000);
	read_tree();
	write_guest();
	assert_false(tree_has(out, "/platform-bus@c000000/memory@0", NULL));
	TREE_ASSERT_CELLS(out, "/memory@80100000", "reg", 0, 0x80100000, 0, 0x200000);
}

static void a_disabled_memory_node_stays_disabled(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/secram@e000000", "device_type", "memory");
	TREE_CELLS(fdt, "/secram@e000000", "reg", 0, 0xe000000, 0, 0x1000000);
	tree_set_string(fdt, "/secram@e000000", "status", "disabled");
	TREE_CELLS(fdt, "/memory@40000000", "linux,usable-memory", 0, 0x40000000, 0, 0x1000);
	read_tree();
	write_guest();
	assert_true(tree_has(out, "/secram@e000000", "reg"));
	assert_false(tree_has(out, "/memory@40000000", "linux,usable-memory"));
}

static void memory_that_no_node_describes_gets_one(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	add_ram(0x100000000, 0x200000);
	write_guest();
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x40000000, 0, 0x40000000);
	TREE_ASSERT_CELLS(out, "/memory@100000000", "reg", 1, 0, 0, 0x200000);
	assert_string_equal(tree_string(out, "/memory@100000000", "device_type"), "memory");
}

static void memory_on_both_sides_of_what_a_node_describes_gets_one(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	regions.nr = 0;
	add_ram(0x30000000, 0x50000000);
	TREE_CELLS(fdt, "/memory@40000000", "reg", 0, 0x48000000, 0, 0x8000000);
	write_guest();
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x48000000, 0, 0x8000000);
	TREE_ASSERT_CELLS(out, "/memory@30000000", "reg", 0, 0x30000000, 0, 0x18000000, 0,
			  0x50000000, 0, 0x30000000);
}

static void memory_that_does_not_fit_the_cells_is_refused(void **state)
{
	(void)state;
	load("raspi4b");
	read_tree();
	add_ram(0x800000000, GIB(4));
	refused(-ERANGE, "/memory@800000000", "reg");
}

static void memory_in_too_many_pieces_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	regions.nr = 0;
	for (u64 i = 0; i < 256; i++)
		add_ram(0x40000000 + i * 0x2000, 0x1000);
	write_guest();
	add_ram(0x50000000, 0x1000);
	refused(-E2BIG, "/memory", "reg");
}

/* Reservations */

static void the_loaders_own_reservations_are_dropped(void **state)
{
	u64 base, size;

	(void)state;
	load("raspi4b");
	assert_int_equal(fdt_add_mem_rsv(fdt, 0x8000000, 0x1800000), 0);
	assert_int_equal(fdt_add_mem_rsv(fdt, 0x20000000, 0x1000), 0);
	assert_int_equal(fdt_add_mem_rsv(fdt, (uintptr_t)fdt, 0x4000), 0);
	read_tree();
	write_guest();
	assert_int_equal(fdt_num_mem_rsv(out), 2);
	fdt_get_mem_rsv(out, 0, &base, &size);
	assert_int_equal(base, 0);
	fdt_get_mem_rsv(out, 1, &base, &size);
	assert_int_equal(base, 0x20000000);
	assert_true(tree_has(out, "/reserved-memory/nvram@0", NULL));
	assert_true(tree_has(out, "/reserved-memory/linux,cma", NULL));
}

/* A tree in the bundle */

static void a_guest_tree_in_the_bundle_is_used_instead(void **state)
{
	void *base;

	(void)state;
	load("virt-gicv3");
	read_tree();
	base = tree_load("virt-gicv3");
	tree_delete(base, "/memory@40000000", NULL);
	tree_delete(base, "/psci", NULL);
	tree_delete(base, "/pl031@9010000", NULL);
	assert_int_equal(fdt_pack(base), 0);
	args.base = base;
	args.base_size = fdt_totalsize(base);
	config.cpus = 1;
	config.bootargs = "quiet";
	write_guest();
	assert_false(tree_has(out, "/pl031@9010000", NULL));
	assert_false(tree_has(out, "/cpus/cpu@1", NULL));
	assert_string_equal(tree_string(out, "/chosen", "bootargs"), "quiet");
	assert_string_equal(tree_string(out, "/psci", "method"), "smc");
	TREE_ASSERT_CELLS(out, "/memory@40000000", "reg", 0, 0x40000000, 0, 0x40000000);
	free(base);
}

/* By the page, where the guest has memory, and what the machine's tree has too only once. */
static void what_a_guest_tree_reserves_is_found(void **state)
{
	struct range avoid[6] = { { 0x48000000, MIB(1) } };
	unsigned nr = 1;
	void *base;

	(void)state;
	load("virt-gicv3");
	read_tree();
	regions.nr = 0;
	add_ram(0x40000000, MIB(256));
	add_ram(0x80000000, MIB(16));
	regions.region[1].pa = PA(0x60000000);
	regions.region[regions.nr++] = (struct region){
		.ipa = IPA(0x9000000), .pa = PA(0x9000000), .size = PAGE_SIZE, .type = REGION_MMIO,
	};
	assert_int_equal(guest_fdt_reserved(&args, avoid, &nr, 6, &diag), 0);
	assert_int_equal(nr, 1);

	base = tree_load("virt-gicv3");
	args.base = base;
	args.base_size = fdt_totalsize(base);
	host.bundle = (struct range){ 0x47000000, MIB(1) };
	assert_int_equal(fdt_add_mem_rsv(base, 0x47000000, MIB(1)), 0);
	assert_int_equal(fdt_add_mem_rsv(base, 0x41000800, 0x1000), 0);
	assert_int_equal(fdt_add_mem_rsv(base, 0x4ffff000, ~0ull - 0x4ffff000), 0);
	TREE_CELLS(base, "/reserved-memory", "#address-cells", 2);
	TREE_CELLS(base, "/reserved-memory", "#size-cells", 2);
	tree_set(base, "/reserved-memory", "ranges", "", 0);
	TREE_CELLS(base, "/reserved-memory/dma", "reg", 0, 0x40000000, 0, 0x200000, 0, 0x48000000,
		   0, 0x1000);
	TREE_CELLS(base, "/reserved-memory/off", "reg", 0, 0x42000000, 0, 0x1000);
	tree_set_string(base, "/reserved-memory/off", "status", "disabled");
	TREE_CELLS(base, "/reserved-memory/uart", "reg", 0, 0x9000000, 0, 0x1000);
	TREE_CELLS(base, "/reserved-memory/far", "reg", ~0u, 0, 0, 0x1000);
	assert_int_equal(guest_fdt_reserved(&args, avoid, &nr, 6, &diag), 0);
	assert_int_equal(nr, 5);
	assert_int_equal(avoid[1].base, 0x41000000);
	assert_int_equal(avoid[1].size, 0x2000);
	assert_int_equal(avoid[2].base, 0x4ffff000);
	assert_int_equal(avoid[2].size, 0x1000);
	assert_int_equal(avoid[3].base, 0x60000000);
	assert_int_equal(avoid[3].size, MIB(16));
	assert_int_equal(avoid[4].base, 0x40000000);
	assert_int_equal(avoid[4].size, 0x200000);

	nr = 1;
	assert_int_equal(guest_fdt_reserved(&args, avoid, &nr, 4, &diag), -E2BIG);
	says("guest.dtb: /reserved-memory/dma: is one more than the 4 reservations");
	nr = 1;
	assert_int_equal(guest_fdt_reserved(&args, avoid, &nr, 1, &diag), -E2BIG);
	says("guest.dtb: /memreserve/: is one more than the 1 ");
	free(base);
}

static void a_corrupt_guest_tree_is_refused(void **state)
{
	static const u8 junk[64] = "not a tree";

	(void)state;
	load("virt-gicv3");
	read_tree();
	args.base = junk + 4;		/* a member of the bundle is aligned to 4 */
	args.base_size = sizeof(junk) - 4;
	refused(-EINVAL, "guest.dtb", "corrupt");
}

static void a_guest_tree_without_the_boot_cpu_is_refused(void **state)
{
	void *base;

	(void)state;
	load("virt-gicv3");
	read_tree();
	base = tree_load("virt-gicv3");
	tree_delete(base, "/cpus/cpu@0", NULL);
	args.base = base;
	args.base_size = fdt_totalsize(base);
	refused(-ENOENT, "/cpus", "boot CPU");
	free(base);
}

/* dtc, libfdt and Linux have the strings last. */
static void a_tree_with_its_blocks_in_another_order_is_refused(void **state)
{
	static const u8 filler[8192];
	u8 *tree;
	u32 size, strings;

	(void)state;
	load("virt-gicv3");
	/* Too large for the room that there is to put it in order. */
	tree = malloc(KIB(32));
	assert_int_equal(fdt_open_into(fdt, tree, (int)KIB(32)), 0);
	free(fdt);
	fdt = tree;
	assert_int_equal(fdt_setprop(fdt, 0, "filler", filler, sizeof(filler)), 0);
	assert_int_equal(fdt_pack(fdt), 0);
	strings = fdt_size_dt_strings(fdt);
	size = fdt_off_dt_struct(fdt) + ALIGN_UP(strings, 4) + fdt_size_dt_struct(fdt);
	tree = malloc(size);
	memcpy(tree, fdt, fdt_off_dt_struct(fdt));
	memcpy(tree + fdt_off_dt_struct(fdt), (u8 *)fdt + fdt_off_dt_strings(fdt), strings);
	memcpy(tree + size - fdt_size_dt_struct(fdt), (u8 *)fdt + fdt_off_dt_struct(fdt),
	       fdt_size_dt_struct(fdt));
	fdt_set_off_dt_strings(tree, fdt_off_dt_struct(fdt));
	fdt_set_off_dt_struct(tree, size - fdt_size_dt_struct(fdt));
	fdt_set_totalsize(tree, size);
	free(fdt);
	fdt = tree;
	read_tree();
	refused(-EINVAL, "device tree: its blocks", "dtc's order");
	args.base = tree;
	args.base_size = size;
	refused(-EINVAL, "guest.dtb in the bundle: its blocks", "dtc's order");
}

/* Limits */

static void more_changes_than_there_is_room_for_are_refused(void **state)
{
	void *big = malloc(KIB(256));
	u8 *tight;

	(void)state;
	load("virt-gicv3");
	read_tree();
	assert_int_equal(fdt_open_into(fdt, big, KIB(256)), 0);
	for (u32 i = 0; i < 1000; i++) {
		char path[16];

		snprintf(path, sizeof(path), "/psci-%u", i);
		tree_set_string(big, path, "compatible", "arm,psci-1.0");
	}
	assert_int_equal(fdt_pack(big), 0);
	/* Where no slack of the allocation is taken for room. */
	tight = malloc(fdt_totalsize(big));
	memcpy(tight, big, fdt_totalsize(big));
	args.base = tight;
	args.base_size = fdt_totalsize(big);
	refused(-ENOSPC, "/psci-", "(libfdt: -3)");
	free(tight);
	free(big);
}

static void too_small_a_buffer_names_what_is_needed(void **state)
{
	char need[32];
	u8 small[64];

	(void)state;
	load("virt-gicv3");
	read_tree();
	snprintf(need, sizeof(need), "%lu bytes", guest_fdt_bound(&args));
	assert_int_equal(guest_fdt_write(small, sizeof(small), &args, &diag), -ENOSPC);
	says(need);
}

static void more_than_linux_takes_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	args.base = fdt;
	args.base_size = MIB(2);
	assert_int_equal(guest_fdt_write(NULL, GIB(1), &args, &diag), -E2BIG);
	says("2 MiB");
}

/* Whatever is damaged: a tree or a refusal, within bounds that the sanitizers watch. */
static void damage(const char *name, bool in_bundle)
{
	void *good = tree_load(name), *base = tree_load(name);
	unsigned written = 0, sound = 0, n = 5000, nr;
	struct range avoid[2];
	u32 total = fdt_totalsize(good);

	load(name);
	read_tree();
	for (u32 seed = 1; seed <= n; seed++) {
		tree_copy(in_bundle ? base : fdt, good);
		tree_damage(in_bundle ? base : fdt, seed);
		if (in_bundle) {
			args.base = base;
			args.base_size = total;
		} else if (host_check(fdt, total, &diag) || host_read(fdt, &host, &diag)) {
			continue;
		}
		config.cpus = 1 + seed % 4;
		sound++;
		nr = 0;
		guest_fdt_reserved(&args, avoid, &nr, ARRAY_SIZE(avoid), &diag);
		if (!write_tree()) {
			written++;
			assert_int_equal(fdt_check_full(out, fdt_totalsize(out)), 0);
		}
	}
	assert_true(sound > n / 20 && written > n / 40 && written < n);
	free(good);
	free(base);
}

static void a_damaged_host_tree_gives_a_guest_tree_or_a_refusal(void **state)
{
	(void)state;
	damage("virt-gicv3", false);
	damage("raspi4b", false);
	damage("zcu102", false);
}

static void a_damaged_guest_tree_gives_a_guest_tree_or_a_refusal(void **state)
{
	(void)state;
	damage("virt-gicv2", true);
	damage("raspi4b", true);
	damage("zcu102", true);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, cleanup)
	const struct CMUnitTest tests[] = {
		TEST(the_tree_is_no_longer_than_it_needs_to_be),
		TEST(what_mavis_does_not_change_stays),
		TEST(a_host_tree_with_slack_is_copied_without_it),
		TEST(an_end_that_the_header_does_not_count_is_in_the_copy),
		TEST(memory_is_what_the_guest_has),
		TEST(only_ram_is_memory),
		TEST(ram_that_is_reserved_is_not_memory),
		TEST(every_bank_keeps_its_own_part),
		TEST(a_memory_node_with_nothing_left_is_removed),
		TEST(memory_is_written_in_the_root_nodes_cells),
		TEST(memory_below_a_bus_moves_to_the_root),
		TEST(a_disabled_memory_node_stays_disabled),
		TEST(memory_that_no_node_describes_gets_one),
		TEST(memory_on_both_sides_of_what_a_node_describes_gets_one),
		TEST(memory_that_does_not_fit_the_cells_is_refused),
		TEST(memory_in_too_many_pieces_is_refused),
		TEST(the_loaders_own_reservations_are_dropped),
		TEST(a_guest_tree_in_the_bundle_is_used_instead),
		TEST(what_a_guest_tree_reserves_is_found),
		TEST(a_corrupt_guest_tree_is_refused),
		TEST(a_guest_tree_without_the_boot_cpu_is_refused),
		TEST(a_tree_with_its_blocks_in_another_order_is_refused),
		TEST(more_changes_than_there_is_room_for_are_refused),
		TEST(too_small_a_buffer_names_what_is_needed),
		TEST(more_than_linux_takes_is_refused),
		TEST(a_damaged_host_tree_gives_a_guest_tree_or_a_refusal),
		TEST(a_damaged_guest_tree_gives_a_guest_tree_or_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
