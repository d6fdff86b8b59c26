/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/host_fixture.h"

/* What is refused */

static void a_missing_tree_says_so(void **state)
{
	(void)state;
	assert_int_equal(host_check(NULL, 0, &diag), -ENOENT);
	says("missing");
	says("x0");
}

static void the_size_is_read_from_a_valid_header_only(void **state)
{
	_Alignas(8) u8 nothing[8] = { 0 };

	(void)state;
	load("virt-gicv3");
	assert_int_equal(host_tree_size(fdt), fdt_totalsize(fdt));
	assert_int_equal(host_tree_size(nothing), 0);
	fdt_set_totalsize(fdt, MIB(2) + 1);
	assert_int_equal(host_tree_size(fdt), MIB(2));
	assert_int_equal(host_check(fdt, MIB(2), &diag), -E2BIG);
	says("device tree at");
	says("too large: its header says 2097153 bytes");
	says("dtc -I dtb -O dtb");
}

static void corrupt(u64 size, const char *why)
{
	assert_int_equal(host_check(fdt, size, &diag), -EINVAL);
	says("corrupt");
	says(why);
}

/* Nothing past the end of what there is is read: a tool's file may be cut short anywhere. */
static void a_part_of_a_header_is_refused(void **state)
{
	(void)state;
	for (size_t size = 1; size < sizeof(struct fdt_header); size++) {
		void *part = malloc(size);

		assert_non_null(part);
		memset(part, 0, size);
		if (size >= 4)
			fdt32_st(part, FDT_MAGIC);
		assert_int_equal(host_check(part, size, &diag), -EINVAL);
		says("fewer");
		free(part);
	}
}

static void a_corrupt_header_is_refused(void **state)
{
	u32 total;

	(void)state;
	load("virt-gicv3");
	total = fdt_totalsize(fdt);
	corrupt(16, "fewer");
	corrupt(total - 1, "claims");
	fdt_set_magic(fdt, 0x12345678);
	corrupt(total, "0x12345678");
	fdt_set_magic(fdt, FDT_MAGIC);
	fdt_set_version(fdt, 16);
	corrupt(total, "version 16");
	fdt_set_version(fdt, 17);
	fdt_set_off_dt_struct(fdt, total);
	corrupt(total, "header");
	fdt_set_off_dt_struct(fdt, 0x3a);
	corrupt(total, "corrupt");
	load("virt-gicv3");
	fdt_set_off_mem_rsvmap(fdt, fdt_off_mem_rsvmap(fdt) - 4);
	corrupt(total, "header");
}

static void a_misaligned_tree_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	assert_int_equal(host_check((u8 *)fdt + 4, 64, &diag), -EINVAL);
	says("8-byte-aligned");
}

static void corrupt_nodes_are_refused(void **state)
{
	u8 *structure;
	u32 size;

	(void)state;
	load("virt-gicv3");
	structure = (u8 *)fdt + fdt_off_dt_struct(fdt);
	size = fdt_size_dt_struct(fdt);
	structure[3] = FDT_END_NODE;
	corrupt(fdt_totalsize(fdt), "nodes and properties");
	structure[3] = FDT_BEGIN_NODE;
	structure[size - 1] = 0x55;		/* the end */
	corrupt(fdt_totalsize(fdt), "nodes and properties");
	structure[size - 1] = FDT_END;
	structure[12] = 0x70;			/* the length of the first property */
	corrupt(fdt_totalsize(fdt), "nodes and properties");
}

static void an_end_that_the_header_does_not_count_is_found(void **state)
{
	u32 size, off, strings;
	u8 *end;

	(void)state;
	load("virt-gicv3");
	size = fdt_size_dt_struct(fdt);
	off = fdt_off_dt_strings(fdt);
	strings = fdt_size_dt_strings(fdt);
	end = (u8 *)fdt + fdt_off_dt_struct(fdt) + size - 1;
	for (u32 less = 1; less <= 4; less++) {
		fdt_set_size_dt_struct(fdt, size - less);
		read_all();
	}
	for (u8 other = 0; other < 16; other++) {
		*end = other;
		if (other != FDT_END)
			corrupt(fdt_totalsize(fdt), "nodes and properties");
	}
	*end = FDT_END;
	for (u32 back = 1; back <= 4; back++) {
		fdt_set_off_dt_strings(fdt, off - back);
		fdt_set_size_dt_strings(fdt, strings + back);
		corrupt(fdt_totalsize(fdt), "nodes and properties");
	}
	fdt_set_off_dt_strings(fdt, off);
	fdt_set_size_dt_strings(fdt, strings);
	fdt_set_size_dt_struct(fdt, size - 8);
	corrupt(fdt_totalsize(fdt), "nodes and properties");
}

/* A root with nothing in it, the word of an end behind it, and not a byte more than @total. */
static void load_root(u32 reservations, u32 structure, u32 total)
{
	static const u32 root[] = { FDT_BEGIN_NODE, 0, FDT_NOP, FDT_END_NODE, FDT_END };

	free(fdt);
	fdt = calloc(1, total);
	assert_non_null(fdt);
	fdt_set_magic(fdt, FDT_MAGIC);
	fdt_set_version(fdt, 17);
	fdt_set_last_comp_version(fdt, 16);
	fdt_set_totalsize(fdt, total);
	fdt_set_off_mem_rsvmap(fdt, reservations);
	fdt_set_off_dt_struct(fdt, structure);
	fdt_set_size_dt_struct(fdt, sizeof(root) - 4);
	fdt_set_off_dt_strings(fdt, structure);
	for (u32 i = 0; i < ARRAY_SIZE(root) && structure + 4 * i < total; i++)
		fdt32_st((u8 *)fdt + structure + 4 * i, root[i]);
}

static void an_end_that_the_header_does_not_count_is_nothing_elses(void **state)
{
	(void)state;
	load_root(64, 40, 96);
	assert_int_equal(host_check(fdt, 96, &diag), 0);
	load_root(56, 40, 88);			/* a reservation, of memory at 0x900000000 */
	corrupt(88, "nodes and properties");
	load_root(40, 56, 76);
	assert_int_equal(host_check(fdt, 76, &diag), 0);
	load_root(40, 56, 72);			/* the tree is over */
	corrupt(72, "nodes and properties");
}

/* Behind the strings there may be what goes on. */
static void a_name_without_an_end_is_refused(void **state)
{
	u32 size, used;

	(void)state;
	load("virt-gicv3");
	size = fdt_size_dt_strings(fdt);
	used = fdt_totalsize(fdt);
	fdt_set_size_dt_strings(fdt, size - 1);		/* the last one's NUL */
	corrupt(used, "nodes and properties");
	fdt_set_size_dt_strings(fdt, 0);
	corrupt(used, "nodes and properties");
	fdt_set_size_dt_strings(fdt, size);
	assert_int_equal(host_check(fdt, used, &diag), 0);
}

/* Older libfdts add to it what comes before the value, and step back or onto the same. */
static void a_length_that_wraps_is_refused(void **state)
{
	fdt32_t *len;

	(void)state;
	load("virt-gicv3");
	len = (fdt32_t *)((u8 *)fdt + fdt_off_dt_struct(fdt) + 12);
	for (u32 back = 1; back < 64; back++) {
		*len = cpu_to_fdt32(0u - back);
		corrupt(fdt_totalsize(fdt), "nodes and properties");
	}
	*len = cpu_to_fdt32(0x7fffffff);
	corrupt(fdt_totalsize(fdt), "nodes and properties");
}

/* What one pass finds sound is so for libfdt as well, which edits it later. */
static void what_is_sound_is_so_for_libfdt(void **state)
{
	static const u32 values[] = { 0, 1, 2, 3, 4, 5, 9, 0x7f, 0x1000, 0x41000000,
				      0x7fffffff, 0xfffffff0 };
	fdt32_t *word, was;
	unsigned passed = 0, refused = 0;

	(void)state;
	load("virt-gicv3");
	word = (fdt32_t *)((u8 *)fdt + fdt_off_dt_struct(fdt));
	for (u32 i = 0; i < fdt_size_dt_struct(fdt) / 4; i++) {
		was = word[i];
		for (unsigned v = 0; v < ARRAY_SIZE(values); v++) {
			word[i] = cpu_to_fdt32(values[v]);
			if (host_check(fdt, fdt_totalsize(fdt), &diag)) {
				refused++;
				continue;
			}
			passed++;
			assert_int_equal(fdt_check_full(fdt, fdt_totalsize(fdt)), 0);
		}
		word[i] = was;
	}
	assert_true(passed > 1000 && refused > 1000);
}

static void a_tree_without_a_root_is_refused(void **state)
{
	const fdt32_t end[] = { cpu_to_fdt32(FDT_NOP), cpu_to_fdt32(FDT_END) };

	(void)state;
	load("virt-gicv3");
	memcpy((u8 *)fdt + fdt_off_dt_struct(fdt), end, sizeof(end));
	corrupt(fdt_totalsize(fdt), "nodes and properties");
}

static void a_property_after_a_child_is_refused(void **state)
{
	u8 *root, child[12];

	(void)state;
	load("virt-gicv3");
	assert_int_equal(fdt_create_empty_tree(fdt, 256), 0);
	TREE_CELLS(fdt, "/a", "p", 1);
	tree_delete(fdt, "/a", "p");
	tree_set(fdt, "/", "p", "", 0);
	assert_int_equal(host_check(fdt, fdt_totalsize(fdt), &diag), 0);

	root = (u8 *)fdt + fdt_off_dt_struct(fdt) + 8;	/* 12 bytes each: property, child */
	memcpy(child, root + 12, 12);
	memmove(root + 12, root, 12);
	memcpy(root, child, 12);
	corrupt(fdt_totalsize(fdt), "nodes and properties");
}

static void nodes_too_deep_are_refused(void **state)
{
	char path[128] = "";

	(void)state;
	load("virt-gicv3");
	for (unsigned i = 0; i < 24; i++) {
		strcat(path, "/n");
		TREE_CELLS(fdt, path, "reg", 0);
	}
	corrupt(fdt_totalsize(fdt), "deep");
}

static void a_tree_without_memory_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/memory@40000000", "status", "disabled");
	refused("/memory", "device_type");
	load("virt-gicv3");
	tree_delete(fdt, "/memory@40000000", "reg");
	refused("/memory@40000000", "reg");
}

static void memory_that_the_loader_did_not_fill_in_is_named(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/memory@40000000", "reg", 0, 0, 0, 0);
	refused("/memory@40000000", "reg");
	says("the loader fills it in");
}

static void a_machine_without_a_known_interrupt_controller_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/intc@8000000", "compatible", "acme,intc");
	refused("/intc@8000000", "compatible");
	says("acme,intc");
	tree_delete(fdt, "/intc@8000000", "compatible");
	refused("/intc@8000000", "compatible");

	load("virt-gicv2");
	tree_set_string(fdt, "/intc@8000000", "status", "disabled");
	refused("/intc@8000000", "status");
	tree_set_string(fdt, "/intc@8000000", "compatible", "brcm,bcm2836-l1-intc");
	refused("/intc@8000000", "status");

	load("virt-gicv3");
	tree_delete(fdt, "/intc@8000000", NULL);
	refused("interrupt-parent", "missing");
	tree_delete(fdt, "/", "interrupt-parent");
	refused("interrupt-parent", "missing");
}

static void interrupt_parents_in_a_circle_are_refused(void **state)
{
	u32 gic;

	(void)state;
	load("virt-gicv3");
	gic = fdt_get_phandle(fdt, fdt_path_offset(fdt, "/intc@8000000"));
	TREE_CELLS(fdt, "/intc@8000000", "interrupt-parent", gic);
	assert_int_equal(host_read(fdt, &host, &diag), 0);
	TREE_CELLS(fdt, "/intc@8000000", "interrupt-parent", 77);
	TREE_CELLS(fdt, "/pl011@9000000", "phandle", 77);
	TREE_CELLS(fdt, "/pl011@9000000", "interrupt-parent", gic);
	refused("@", "interrupt-parent: leads back");
}

static void addresses_beyond_the_machine_are_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/memory@40000000", "reg", 0, 0x40000000, 0xffffffff, 0xffffffff);
	refused("/memory@40000000", "reg");
	load("virt-gicv3");
	TREE_CELLS(fdt, "/pl031@9010000", "reg", 0xffffffff, 0xfffff000, 0, 0x2000);
	refused("/pl031@9010000", "reg");
	load("virt-gicv3");
	TREE_CELLS(fdt, "/pl031@9010000", "reg", 0x10000, 0, 0, 0x1000);
	refused("/pl031@9010000", "reg");
	load("virt-gicv3");
	TREE_CELLS(fdt, "/pcie@10000000", "ranges", 0x3000000, 0, 0, 0xffff, 0xfffff000, 0,
		   0x10000);
	refused("/pcie@10000000", "ranges");
	load("raspi4b");
	TREE_CELLS(fdt, "/scb", "ranges", 0, 0x7c000000, 0xffffffff, 0xfe000000, 0, 0x3800000);
	refused("/scb/pcie@7d500000", "reg");
	TREE_CELLS(fdt, "/scb", "ranges", 0, 0x7c000000, 0xffffffff, 0xff000000, 0, 0x3800000);
	refused("/scb/pcie@7d500000", "reg");
}

static void a_bus_with_absurd_cells_has_no_registers(void **state)
{
	(void)state;
	load("raspi4b");
	TREE_CELLS(fdt, "/scb", "#address-cells", 0x7fffffff);
	read_all();
	assert_null(find_mmio(0xfd500000));
	assert_non_null(find_mmio(0xfe204000));
	TREE_CELLS(fdt, "/soc", "#size-cells", 3);
	refused("/soc/interrupt-controller@40041000", "reg");
}

static void cells_of_the_root_must_be_addresses(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/", "#address-cells", 3);
	refused("/", "#address-cells");
}

static void a_cpu_without_a_proper_mpidr_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/cpus/cpu@1", "reg", 0x80000001);
	refused("/cpus/cpu@1", "reg");
	TREE_CELLS(fdt, "/cpus/cpu@1", "reg", 0, 1);
	refused("/cpus/cpu@1", "reg");
	TREE_CELLS(fdt, "/cpus/cpu@1", "reg", 2);
	refused("/cpus/cpu@2", "another");
	load("virt-gicv3");
	tree_delete(fdt, "/cpus", NULL);
	refused("/cpus", "device_type");
}

static void a_wrong_conduit_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/psci", "method", "mail");
	refused("/psci", "method");
}

static void a_gic_without_its_frames_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/intc@8000000", "reg", 0, 0x8000000, 0, 0x10000);
	refused("/intc@8000000", "reg");
	load("virt-gicv3");
	TREE_CELLS(fdt, "/intc@8000000", "#redistributor-regions", 1000);
	refused("/intc@8000000", "#redistributor-regions");
	load("virt-gicv2");
	TREE_CELLS(fdt, "/intc@8000000", "reg", 0, 0x8000000, 0, 0x10000);
	refused("/intc@8000000", "reg");
}

static void half_an_initrd_is_refused(void **state)
{
	(void)state;
	load("raspi4b");
	tree_delete(fdt, "/chosen", "linux,initrd-end");
	refused("/chosen", "linux,initrd-end");
	TREE_CELLS(fdt, "/chosen", "linux,initrd-end", 0x7000000);
	refused("/chosen", "linux,initrd-end");
	TREE_CELLS(fdt, "/chosen", "linux,initrd-start", 0, 0x7000000);
	read_all();
	assert_int_equal(host.bundle.size, 0);
}

static void bootargs_without_an_end_are_refused(void **state)
{
	(void)state;
	load("raspi4b");
	tree_set(fdt, "/chosen", "bootargs", "abc", 3);
	refused("/chosen", "bootargs");
}

/* Makes room in the tree. */
static void widen(void)
{
	void *big = malloc(KIB(256));

	assert_int_equal(fdt_open_into(fdt, big, (int)KIB(256)), 0);
	free(fdt);
	fdt = big;
}

/* What servers have, and one more. */
static void as_many_cpus_as_servers_have_are_read(void **state)
{
	char path[32];

	(void)state;
	load("virt-gicv3");
	widen();
	for (u32 i = 4; i <= 512; i++) {
		snprintf(path, sizeof(path), "/cpus/cpu@%x", i);
		tree_set_string(fdt, path, "device_type", "cpu");
		TREE_CELLS(fdt, path, "reg", (i & ~7u) << 5 | (i & 7));
		if (i == 511)
			read_all();
	}
	assert_int_equal(host.nr_cpus, 512);
	refused("/cpus/cpu@", "512 CPUs");
	says("status = \"disabled\"");
}

static void too_much_of_anything_is_refused(void **state)
{
	char path[64];

	(void)state;
	load("virt-gicv3");
	widen();
	for (unsigned i = 0; i < HOST_MAX_BANKS; i++) {
		snprintf(path, sizeof(path), "/memory@1%x000000", i);
		tree_set_string(fdt, path, "device_type", "memory");
		TREE_CELLS(fdt, path, "reg", 1, i << 24, 0, 0x100000);
	}
	refused("/memory@", "128 banks");
	says("join some");

	load("virt-gicv3");
	for (unsigned i = 0; i < HOST_MAX_RESERVED; i++)
		assert_int_equal(fdt_add_mem_rsv(fdt, 0x50000000 + i * PAGE_SIZE, 16), 0);
	read_all();
	assert_int_equal(fdt_add_mem_rsv(fdt, 0x60000000, 16), 0);
	refused("/memreserve/", "HOST_MAX_RESERVED");

	load("virt-gicv3");
	for (u32 i = 0; i <= HOST_MAX_ITS; i++) {
		snprintf(path, sizeof(path), "/its@%x", i);
		tree_set_string(fdt, path, "compatible", "arm,gic-v3-its");
		TREE_CELLS(fdt, path, "reg", 1, i << 16, 0, 0x10000);
	}
	refused("/its@", "HOST_MAX_ITS");
}

/* Whatever is damaged: a result or a refusal, within bounds that the sanitizers watch. */
static void a_damaged_tree_is_read_or_refused(void **state)
{
	static const char *const names[] = { "virt-gicv3", "virt-gicv2", "raspi4b", "zcu102" };
	unsigned sound = 0, whole = 0;
	void *good;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		load(names[i]);
		good = tree_load(names[i]);
		for (u32 seed = 1; seed <= 20000; seed++) {
			tree_copy(fdt, good);
			tree_damage(fdt, seed);
			if (host_check(fdt, fdt_totalsize(good), &diag))
				continue;
			sound++;
			host_read_uart(fdt, &host.uart);
			whole += !host_read(fdt, &host, &diag);
		}
		free(good);
	}
	/*
	 * Damage of both kinds was done: most of it leaves the structure sound, some of that makes
	 * no sense.
	 */
	assert_true(sound > 10000 && whole > 1000 && whole < sound && sound < 80000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, unload)
	const struct CMUnitTest tests[] = {
		TEST(a_missing_tree_says_so),
		TEST(the_size_is_read_from_a_valid_header_only),
		TEST(a_part_of_a_header_is_refused),
		TEST(a_corrupt_header_is_refused),
		TEST(what_is_sound_is_so_for_libfdt),
		TEST(a_misaligned_tree_is_refused),
		TEST(corrupt_nodes_are_refused),
		TEST(an_end_that_the_header_does_not_count_is_found),
		TEST(an_end_that_the_header_does_not_count_is_nothing_elses),
		TEST(a_name_without_an_end_is_refused),
		TEST(a_length_that_wraps_is_refused),
		TEST(a_tree_without_a_root_is_refused),
		TEST(a_property_after_a_child_is_refused),
		TEST(nodes_too_deep_are_refused),
		TEST(a_tree_without_memory_is_refused),
		TEST(memory_that_the_loader_did_not_fill_in_is_named),
		TEST(a_machine_without_a_known_interrupt_controller_is_refused),
		TEST(interrupt_parents_in_a_circle_are_refused),
		TEST(addresses_beyond_the_machine_are_refused),
		TEST(a_bus_with_absurd_cells_has_no_registers),
		TEST(cells_of_the_root_must_be_addresses),
		TEST(a_cpu_without_a_proper_mpidr_is_refused),
		TEST(a_wrong_conduit_is_refused),
		TEST(a_gic_without_its_frames_is_refused),
		TEST(half_an_initrd_is_refused),
		TEST(bootargs_without_an_end_are_refused),
		TEST(as_many_cpus_as_servers_have_are_read),
		TEST(too_much_of_anything_is_refused),
		TEST(a_damaged_tree_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
