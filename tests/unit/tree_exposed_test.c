/* SPDX-License-Identifier: Apache-2.0 */
/* Regions that the guest's tree names by `expose`. */
#include "tests/unit/tree_fixture.h"

static void add_exposed(const char *name, u64 base, u64 size, enum region_expose expose)
{
	add_ram(base, size);
	regions.region[regions.nr - 1].opts.expose = (u8)expose;
	snprintf(regions.region[regions.nr - 1].name, sizeof(regions.region[0].name), "%s", name);
}

static void a_region_exposed_as_pmem_is_a_pmem_region(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	add_exposed("scratch", 0x8000000000, MIB(64), EXPOSE_PMEM);
	write_guest();
	assert_string_equal(tree_string(out, "/pmem@8000000000", "compatible"), "pmem-region");
	TREE_ASSERT_CELLS(out, "/pmem@8000000000", "reg", 0x80, 0, 0, 0x4000000);
	assert_false(tree_has(out, "/reserved-memory", NULL));
}

static void a_region_exposed_as_reserved_is_reserved_memory(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	add_exposed("vram", 0x8000000000, MIB(64), EXPOSE_RESERVED);
	add_exposed("sram@1000", 0x8010000000, MIB(1), EXPOSE_RESERVED);
	write_guest();
	TREE_ASSERT_CELLS(out, "/reserved-memory", "#address-cells", 2);
	TREE_ASSERT_CELLS(out, "/reserved-memory", "#size-cells", 2);
	assert_true(tree_has(out, "/reserved-memory", "ranges"));
	TREE_ASSERT_CELLS(out, "/reserved-memory/vram@8000000000", "reg", 0x80, 0, 0, 0x4000000);
	assert_true(tree_has(out, "/reserved-memory/vram@8000000000", "no-map"));
	TREE_ASSERT_CELLS(out, "/reserved-memory/sram@8010000000", "reg", 0x80, 0x10000000, 0,
			  0x100000);
}

/* Linux counts them in the tree's order. */
static void regions_keep_their_order(void **state)
{
	int first, node;

	(void)state;
	load("virt-gicv3");
	read_tree();
	for (u64 i = 0; i < 3; i++)
		add_exposed("p", 0x8000000000 + i * MIB(2), MIB(2), EXPOSE_PMEM);
	write_guest();
	first = fdt_path_offset(out, "/pmem@8000000000");
	node = fdt_next_subnode(out, first);
	assert_string_equal(fdt_get_name(out, node, NULL), "pmem@8000200000");
	node = fdt_next_subnode(out, node);
	assert_string_equal(fdt_get_name(out, node, NULL), "pmem@8000400000");
}

static void reserved_memory_that_is_there_gets_another_node(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/reserved-memory", "#address-cells", 1);
	TREE_CELLS(fdt, "/reserved-memory", "#size-cells", 1);
	tree_set(fdt, "/reserved-memory", "ranges", "", 0);
	tree_set_string(fdt, "/reserved-memory/other@50000000", "label", "other");
	read_tree();
	add_exposed("vram", 0x90000000, MIB(64), EXPOSE_RESERVED);
	write_guest();
	TREE_ASSERT_CELLS(out, "/reserved-memory/vram@90000000", "reg", 0x90000000, 0x4000000);
	assert_true(tree_has(out, "/reserved-memory/other@50000000", "label"));
}

static void a_region_exposed_as_none_is_not_in_the_tree(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	add_exposed("hidden", 0x8000000000, MIB(64), EXPOSE_NONE);
	write_guest();
	assert_false(tree_has(out, "/reserved-memory", NULL));
	assert_false(tree_has(out, "/pmem@8000000000", NULL));
	assert_false(tree_has(out, "/memory@8000000000", NULL));
}

static void many_exposed_regions_fit_in_the_bound(void **state)
{
	char name[40];

	(void)state;
	load("virt-gicv3");
	read_tree();
	for (unsigned i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "a-name-of-thirty-nine-characters-%06u", i);
		add_exposed(name, 0xff8000000000 + i * MIB(2), MIB(1),
			    i % 2 ? EXPOSE_PMEM : EXPOSE_RESERVED);
	}
	write_guest();
}

static void an_exposed_region_that_does_not_fit_in_the_cells_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/reserved-memory", "#address-cells", 1);
	TREE_CELLS(fdt, "/reserved-memory", "#size-cells", 1);
	tree_set(fdt, "/reserved-memory", "ranges", "", 0);
	read_tree();
	add_exposed("vram", 0x8000000000, MIB(64), EXPOSE_RESERVED);
	refused(-ERANGE, "/reserved-memory/vram@8000000000: reg", "do not fit in the cells");
}

static void an_exposed_region_whose_node_is_there_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/pmem@8000000000", "label", "mine");
	read_tree();
	add_exposed("vram", 0x8000000000, MIB(64), EXPOSE_PMEM);
	refused(-EEXIST, "/pmem@8000000000", "is there already");
}

static void the_control_page_has_a_node(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	write_guest();
	assert_false(tree_has(out, "/mavis-control@fffff000", NULL));
	args.control_page = IPA(0xfffff000);
	write_guest();
	assert_string_equal(tree_string(out, "/mavis-control@fffff000", "compatible"),
			    "mavis,control");
	TREE_ASSERT_CELLS(out, "/mavis-control@fffff000", "reg", 0, 0xfffff000, 0, 0x1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, cleanup)
	const struct CMUnitTest tests[] = {
		TEST(a_region_exposed_as_pmem_is_a_pmem_region),
		TEST(a_region_exposed_as_reserved_is_reserved_memory),
		TEST(regions_keep_their_order),
		TEST(reserved_memory_that_is_there_gets_another_node),
		TEST(a_region_exposed_as_none_is_not_in_the_tree),
		TEST(many_exposed_regions_fit_in_the_bound),
		TEST(an_exposed_region_that_does_not_fit_in_the_cells_is_refused),
		TEST(an_exposed_region_whose_node_is_there_is_refused),
		TEST(the_control_page_has_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
