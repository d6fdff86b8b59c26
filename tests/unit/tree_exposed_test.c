/* SPDX-License-Identifier: Apache-2.0 */
/* Regions that the guest's tree names by `expose`. */
#include "tests/unit/tree_fixture.h"

static void add_exposed(const char *name, u64 base, u64 size, enum region_expose expose)
{
	add_ram(base, size);
	regions.region[regions.nr - 1].opts.expose = (u8)expose;
	snprintf(regions.region[regions.nr - 1].name, sizeof(regions.region[0].name), "%s", name);
}

/* The machine's tree has the node, with these cells. */
static void add_reserved_memory(u32 address_cells, u32 size_cells)
{
	TREE_CELLS(fdt, "/reserved-memory", "#address-cells", address_cells);
	TREE_CELLS(fdt, "/reserved-memory", "#size-cells", size_cells);
	tree_set(fdt, "/reserved-memory", "ranges", "", 0);
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
	add_reserved_memory(1, 1);
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

/* Also with names of all lengths, each its own. */
static void many_exposed_regions_are_each_in_the_tree_in_the_bound(void **state)
{
	const char *longest = "a-name-of-thirty-nine-characters-at-most";
	int reserved, pmem;

	(void)state;
	load("virt-gicv3");
	read_tree();
	for (int i = 0; i < 200; i++)
		add_exposed(longest + i % 39, 0xff8000000000 + (u64)i * MIB(2), MIB(1) + (u64)i,
			    i % 2 ? EXPOSE_PMEM : EXPOSE_RESERVED);
	write_guest();
	reserved = fdt_first_subnode(out, fdt_path_offset(out, "/reserved-memory"));
	pmem = fdt_path_offset(out, "/pmem@ff8000200000");
	for (int i = 0; i < 200; i++) {
		int *node = i % 2 ? &pmem : &reserved, len;
		u64 base = 0xff8000000000 + (u64)i * MIB(2);
		char name[64];

		snprintf(name, sizeof(name), "%.39s@%lx", i % 2 ? "pmem" : longest + i % 39,
			 (unsigned long)base);
		assert_string_equal(fdt_get_name(out, *node, NULL), name);
		const fdt64_t *reg = fdt_getprop(out, *node, "reg", &len);

		assert_int_equal(len, 16);
		assert_int_equal(fdt64_ld(reg), base);
		assert_int_equal(fdt64_ld(reg + 1), MIB(1) + (u64)i);
		assert_non_null(fdt_getprop(out, *node, i % 2 ? "compatible" : "no-map", NULL));
		*node = fdt_next_subnode(out, *node);
	}
	assert_int_equal(reserved, -FDT_ERR_NOTFOUND);
}

static void an_exposed_region_that_does_not_fit_in_the_cells_is_refused(void **state)
{
	(void)state;
	load("virt-gicv3");
	add_reserved_memory(1, 1);
	read_tree();
	add_exposed("vram", 0x8000000000, MIB(64), EXPOSE_RESERVED);
	refused(-ERANGE, "/reserved-memory/vram@8000000000: reg", "do not fit in the cells");
}

static void a_small_one_behind_does_not_hide_one_that_does_not_fit(void **state)
{
	(void)state;
	load("virt-gicv3");
	add_reserved_memory(2, 1);
	read_tree();
	add_exposed("low", 0x8000000000, MIB(64), EXPOSE_RESERVED);
	add_exposed("large", 0x9000000000, GIB(4), EXPOSE_RESERVED);
	add_exposed("small", 0xa000000000, MIB(64), EXPOSE_RESERVED);
	refused(-ERANGE, "/reserved-memory/large@9000000000: reg", "do not fit in the cells");
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

static void any_of_many_whose_node_is_there_is_refused(void **state)
{
	static const char *const names[] = { "low", "vram", "sram@1000" };

	(void)state;
	for (unsigned there = 0; there < ARRAY_SIZE(names); there++) {
		char node[64];

		load("virt-gicv3");
		add_reserved_memory(2, 2);
		snprintf(node, sizeof(node), "/reserved-memory/%.4s@8%x0000000", names[there],
			 there);
		tree_set_string(fdt, node, "label", "mine");
		read_tree();
		for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
			add_exposed(names[i], 0x800000000 + i * 0x10000000, MIB(64),
				    EXPOSE_RESERVED);
		refused(-EEXIST, node, "is there already");
	}
}

static void a_node_that_differs_in_name_or_address_is_no_hindrance(void **state)
{
	static const char *const nodes[] = {
		"/reserved-memory/vram@8000000001", "/reserved-memory/vram@",
		"/reserved-memory/vram@08000000000",
		"/reserved-memory/other@8000000000", "/reserved-memory/vram@8000000000,0",
		"/pmem@8010000000",
	};

	(void)state;
	load("virt-gicv3");
	add_reserved_memory(2, 2);
	for (unsigned i = 0; i < ARRAY_SIZE(nodes); i++)
		tree_set_string(fdt, nodes[i], "label", "mine");
	read_tree();
	add_exposed("vram", 0x8000000000, MIB(64), EXPOSE_RESERVED);
	add_exposed("more", 0x8010000000, MIB(64), EXPOSE_RESERVED);
	write_guest();
	for (unsigned i = 0; i < ARRAY_SIZE(nodes); i++)
		assert_true(tree_has(out, nodes[i], "label"));
	assert_true(tree_has(out, "/reserved-memory/vram@8000000000", "no-map"));
	assert_true(tree_has(out, "/reserved-memory/more@8010000000", "no-map"));
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
		TEST(many_exposed_regions_are_each_in_the_tree_in_the_bound),
		TEST(an_exposed_region_that_does_not_fit_in_the_cells_is_refused),
		TEST(a_small_one_behind_does_not_hide_one_that_does_not_fit),
		TEST(an_exposed_region_whose_node_is_there_is_refused),
		TEST(any_of_many_whose_node_is_there_is_refused),
		TEST(a_node_that_differs_in_name_or_address_is_no_hindrance),
		TEST(the_control_page_has_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
