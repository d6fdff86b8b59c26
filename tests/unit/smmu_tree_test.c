/* SPDX-License-Identifier: Apache-2.0 */
/* SMMUs, streams, bus masters and doorbells as a device tree has them; and what the guest's has. */
#include "tests/unit/tree_fixture.h"

#define SMMU	"/smmuv3@9050000"
#define PHANDLE	0x9001

static void add_smmu(const char *path, u32 base, u32 phandle)
{
	tree_set_string(fdt, path, "compatible", "arm,smmu-v3");
	TREE_CELLS(fdt, path, "reg", 0, base, 0, 0x20000);
	TREE_CELLS(fdt, path, "#iommu-cells", 1);
	TREE_CELLS(fdt, path, "phandle", phandle);
}

static int with_smmu(void **state)
{
	(void)state;
	load("virt-gicv3");
	add_smmu(SMMU, 0x9050000, PHANDLE);
	return 0;
}

static void what_qemu_says_is_read(void **state)
{
	(void)state;
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE, 0, 0x10000);
	read_tree();
	assert_int_equal(host.nr_smmus, 1);
	assert_true(host.smmu[0].enabled);
	assert_false(host.smmu[0].coherent || host.smmu[0].one_page);
	assert_int_equal(host.smmu[0].regs.base, 0x9050000);
	assert_int_equal(host.smmu[0].regs.size, 0x20000);
	assert_string_equal(host.smmu[0].name, "smmuv3@9050000");
	assert_int_equal(host.nr_streams, 1);
	assert_int_equal(host.streams[0].first, 0);
	assert_int_equal(host.streams[0].nr, 0x10000);
	assert_true(host.streams[0].pci);
	assert_string_equal(host.streams[0].name, "pcie@10000000");
	assert_int_equal(host.nr_doorbells, 1);
	assert_int_equal(host.doorbell[0].base, 0x8090000);
}

static void several_smmus_and_entries(void **state)
{
	(void)state;
	add_smmu("/smmu@9100000", 0x9100000, PHANDLE + 1);
	tree_set(fdt, "/smmu@9100000", "dma-coherent", "", 0);
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE, 0x100, 0x80, 0x80, PHANDLE + 1,
		   0x10000, 0x20);
	TREE_CELLS(fdt, "/virtio_mmio@a000000", "iommus", PHANDLE, 7, PHANDLE + 1, 9);
	read_tree();
	assert_int_equal(host.nr_streams, 4);
	for (unsigned i = 0; i < host.nr_streams; i++) {
		const struct dma_streams *s = &host.streams[i];

		if (s->first == 0x10000) {
			assert_true(host.smmu[s->smmu].coherent);
			assert_int_equal(s->requester, 0x80);
			assert_int_equal(s->nr, 0x20);
		} else if (s->first == 9) {
			assert_true(host.smmu[s->smmu].coherent);
			assert_false(s->pci);
			assert_int_equal(s->nr, 1);
		} else {
			assert_false(host.smmu[s->smmu].coherent);
		}
	}
}

static void disabled_nodes_and_other_iommus_own_no_streams(void **state)
{
	(void)state;
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE, 0, 0x10000);
	tree_set_string(fdt, "/pcie@10000000", "status", "disabled");
	TREE_CELLS(fdt, "/virtio_mmio@a000000", "iommus", 0x7777, 1, 2);
	read_tree();
	assert_int_equal(host.nr_streams, 0);

	tree_delete(fdt, "/pcie@10000000", "status");
	tree_set_string(fdt, SMMU, "status", "disabled");
	read_tree();
	assert_int_equal(host.nr_smmus, 1);
	assert_int_equal(host.nr_streams, 0);
}

static void what_is_below_a_disabled_bus_contains_nothing_and_owns_no_streams(void **state)
{
	static const char bus[] = "/soc";

	(void)state;
	TREE_CELLS(fdt, bus, "#address-cells", 2);
	TREE_CELLS(fdt, bus, "#size-cells", 2);
	tree_set(fdt, bus, "ranges", "", 0);
	add_smmu("/soc/smmu@9100000", 0x9100000, PHANDLE + 1);
	TREE_CELLS(fdt, "/soc/usb@9200000", "reg", 0, 0x9200000, 0, 0x1000);
	TREE_CELLS(fdt, "/soc/usb@9200000", "iommus", PHANDLE, 1);
	tree_set_string(fdt, "/soc/iommu@9300000", "compatible", "arm,smmu-v2");
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE + 1, 0, 0x10000);
	read_tree();
	assert_int_equal(host.nr_smmus, 2);
	assert_int_equal(host.nr_streams, 2);
	assert_true(host.smmu[0].enabled && host.smmu[1].enabled && host.other_smmu);

	tree_set_string(fdt, bus, "status", "disabled");
	read_tree();
	assert_int_equal(host.nr_smmus, 2);
	assert_int_equal(host.smmu[0].enabled + host.smmu[1].enabled, 1);
	assert_int_equal(host.nr_streams, 0);
	assert_false(host.other_smmu);
}

static void refused_host(const char *part)
{
	assert_int_equal(host_check(fdt, fdt_totalsize(fdt), &diag), 0);
	assert_true(host_read(fdt, &host, &diag) < 0);
	says(part);
}

static void streams_beyond_32_bits_are_refused_by_name(void **state)
{
	(void)state;
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE, 0xffffff00, 0x101);
	refused_host("/pcie@10000000: iommu-map: ");
}

static void more_than_there_is_room_for_is_refused(void **state)
{
	static fdt32_t cells[4 * (HOST_MAX_STREAMS + 1)];

	(void)state;
	for (unsigned i = 0; i <= HOST_MAX_STREAMS; i++) {
		cells[4 * i + 1] = cpu_to_fdt32(PHANDLE);
		cells[4 * i + 3] = cpu_to_fdt32(1);
	}
	tree_set(fdt, "/pcie@10000000", "iommu-map", cells, sizeof(cells));
	refused_host("one more than the 128 entries");

	tree_delete(fdt, "/pcie@10000000", "iommu-map");
	for (unsigned i = 0; i < HOST_MAX_SMMU; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/s@%x", i);
		add_smmu(path, 0xa00000 + i, 0);
	}
	refused_host("one SMMU more than the 16");
}

static bool is_master(const char *name)
{
	for (unsigned i = 0; i < host.nr_masters; i++)
		if (!strcmp(host.master[i].name, name))
			return !host.master[i].off;
	return false;
}

static void masters_are_known_by_property_name_and_compatible(void **state)
{
	static const struct {
		const char *path, *name, *prop, *compatible;
		bool master;
	} nodes[] = {
		{ "/mmc@1000000", "mmc@1000000", NULL, "x", true },
		{ "/foo@2000000", "foo@2000000", NULL, "x", false },
		{ "/foo@3000000", "foo@3000000", "#dma-cells", "x", true },
		{ "/foo@4000000", "foo@4000000", "dma-noncoherent", "x", true },
		{ "/foo@5000000", "foo@5000000", NULL, "arm,pl330", true },
		{ "/serial@6000000", "serial@6000000", "dmas", "arm,pl011", false },
		{ "/mm@7000000", "mm@7000000", NULL, "x", false },
		{ "/mmcx@7100000", "mmcx@7100000", NULL, "x", false },
		{ "/foo@8000000", "foo@8000000", "msi-parent", "x", true },
		{ "/foo@9000000", "foo@9000000", NULL, "marvell,cp110-icu", true },
		{ "/pcie-ep@9100000", "pcie-ep@9100000", NULL, "x", true },
		{ "/pcie_ep@9200000", "pcie_ep@9200000", NULL, "x", true },
		{ "/rga@9300000", "rga@9300000", NULL, "x", true },
		{ "/csi@9400000", "csi@9400000", NULL, "fsl,imx8mp-mipi-csi2", false },
		{ "/csi@9500000", "csi@9500000", NULL, "fsl,imx8mm-csi", true },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(nodes); i++) {
		tree_set_string(fdt, nodes[i].path, "compatible", nodes[i].compatible);
		TREE_CELLS(fdt, nodes[i].path, "reg", 0, (u32)i << 24 | 0x1000, 0, 0x1000);
		if (nodes[i].prop)
			TREE_CELLS(fdt, nodes[i].path, nodes[i].prop, 1);
	}
	read_tree();
	for (unsigned i = 0; i < ARRAY_SIZE(nodes); i++)
		if (is_master(nodes[i].name) != nodes[i].master)
			fail_msg("%s: %s a master", nodes[i].path,
				 nodes[i].master ? "is not" : "is");
	assert_true(is_master("pcie@10000000"));
	assert_true(is_master("virtio_mmio@a000000"));
	assert_true(is_master("fw-cfg@9020000"));
	assert_false(is_master(""));			/* the root, which has dma-coherent */
	assert_false(is_master("smmuv3@9050000"));
}

/* However many; of a disabled one, too, whose wrong ones are nothing to stop for. */
static void a_master_is_known_by_all_its_registers(void **state)
{
	static fdt32_t cells[4 * (HOST_MAX_MASTER_REGS + 2)];
	const u64 last = 0x20000000 + (HOST_MAX_MASTER_REGS + 1) * 0x10000;
	const struct host_master *m = host.master;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cells) / 4; i++) {
		cells[4 * i + 1] = cpu_to_fdt32(0x20000000 + i * 0x10000);
		cells[4 * i + 3] = cpu_to_fdt32(0x1000);
	}
	tree_set(fdt, "/usb@20000000", "reg", cells, sizeof(cells));
	read_tree();
	while (strcmp(m->name, "usb@20000000"))
		m++;
	assert_true(host_master_is_in(m, (struct range){ last, 0x1000 }));
	assert_true(host_master_is_in(m, (struct range){ 0x20010800, 4 }));
	assert_false(host_master_is_in(m, (struct range){ 0x20011000, 0x1000 }));
	assert_false(host_master_is_in(m, (struct range){ last + 0x10000, 0x1000 }));
	assert_false(m->off);
	cells[0] = cpu_to_fdt32(0xffffffff);
	tree_set(fdt, "/usb@20000000", "reg", cells, sizeof(cells));
	tree_set_string(fdt, "/usb@20000000", "status", "disabled");
	read_tree();
	assert_true(m->off && host_master_is_in(m, (struct range){ last, 0x1000 }));
	assert_false(host_master_is_in(m, (struct range){ 0x20000000, 0x1000 }));
}

static bool is_elsewhere(const char *name)
{
	for (unsigned i = 0; i < host.nr_masters; i++)
		if (!strcmp(host.master[i].name, name))
			return host.master[i].elsewhere;
	fail_msg("%s is no master", name);
	return false;
}

/* Of its streams one is on an SMMU that is off, or on an IOMMU that is the guest's. */
static void a_stream_that_is_on_no_smmu_of_ours_is_noted(void **state)
{
	(void)state;
	add_smmu("/smmu@9100000", 0x9100000, PHANDLE + 1);
	tree_set_string(fdt, "/smmu@9100000", "status", "disabled");
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE, 0, 0x80, 0x80, PHANDLE + 1,
		   0, 0x80);
	TREE_CELLS(fdt, "/virtio_mmio@a000000", "iommus", PHANDLE, 7, 0x7777, 9);
	TREE_CELLS(fdt, "/virtio_mmio@a000200", "iommus", PHANDLE, 8);
	read_tree();
	assert_int_equal(host.nr_streams, 3);
	assert_true(is_elsewhere("pcie@10000000"));
	assert_true(is_elsewhere("virtio_mmio@a000000"));
	assert_false(is_elsewhere("virtio_mmio@a000200"));
	assert_false(is_elsewhere("virtio_mmio@a000400"));
}

/* What no entry has passes by all SMMUs: of the functions of all buses, after the mask. */
static void a_function_that_no_entry_has_is_noted(void **state)
{
	static const struct { u32 base[2], nr[2], bus[2], mask; bool elsewhere; } cases[] = {
		{ { 0 }, { 0x10000 }, { 0, 0xff }, 0xffff, false },
		{ { 0 }, { 0xffff }, { 0, 0xff }, 0xffff, true },
		{ { 1 }, { 0xffff }, { 0, 0xff }, 0xffff, true },
		{ { 0x8000, 0 }, { 0x8000, 0x8000 }, { 0, 0xff }, 0xffff, false },
		{ { 0x8000, 0 }, { 0x8000, 0x7fff }, { 0, 0xff }, 0xffff, true },
		{ { 0 }, { 0x1000 }, { 0, 0xf }, 0xffff, false },
		{ { 0 }, { 0xfff }, { 0, 0xf }, 0xffff, true },
		{ { 0xf000 }, { 0x1000 }, { 0xf0, 0xff }, 0xffff, false },
		{ { 0, 0x100 }, { 0x100, 0x100 }, { 0, 0xff }, 0x1ff, false },
		{ { 0, 0x100 }, { 1, 7 }, { 0, 0xff }, 0x1ff, true },
		{ { 0 }, { 0xfff9 }, { 0, 0xff }, 0xfff8, false },
		{ { 0 }, { 0xfff8 }, { 0, 0xff }, 0xfff8, true },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", cases[i].base[0], PHANDLE, 0,
			   cases[i].nr[0], cases[i].base[1], PHANDLE, 0, cases[i].nr[1]);
		TREE_CELLS(fdt, "/pcie@10000000", "bus-range", cases[i].bus[0], cases[i].bus[1]);
		TREE_CELLS(fdt, "/pcie@10000000", "iommu-map-mask", cases[i].mask);
		read_tree();
		if (is_elsewhere("pcie@10000000") != cases[i].elsewhere)
			fail_msg("case %u", i);
	}
	tree_delete(fdt, "/pcie@10000000", "bus-range");
	tree_delete(fdt, "/pcie@10000000", "iommu-map-mask");
	read_tree();
	assert_true(is_elsewhere("pcie@10000000"));
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE, 0, 0x10000);
	read_tree();
	assert_false(is_elsewhere("pcie@10000000"));
}

/* `iommus` is of the bridge itself: it says nothing of the functions. */
static void a_bridge_without_a_map_is_noted(void **state)
{
	(void)state;
	TREE_CELLS(fdt, "/pcie@10000000", "iommus", PHANDLE, 0);
	read_tree();
	assert_int_equal(host.nr_streams, 1);
	assert_true(is_elsewhere("pcie@10000000"));
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 1, PHANDLE, 1, 0xffff);
	read_tree();
	assert_true(is_elsewhere("pcie@10000000"));
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE, 0, 0x10000);
	read_tree();
	assert_false(is_elsewhere("pcie@10000000"));
}

static void a_disabled_device_and_a_bus_are_none(void **state)
{
	(void)state;
	tree_set_string(fdt, "/pcie@10000000", "status", "disabled");
	tree_set(fdt, "/soc", "dma-coherent", "", 0);
	read_tree();
	assert_false(is_master("pcie@10000000"));
	assert_false(is_master("soc"));
}

static void the_guest_sees_no_smmu(void **state)
{
	(void)state;
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, PHANDLE, 0, 0x10000);
	TREE_CELLS(fdt, "/virtio_mmio@a000000", "iommus", PHANDLE, 7);
	TREE_CELLS(fdt, "/virtio_mmio@a000200", "iommus", 0x7777, 7);
	read_tree();
	write_guest();
	assert_true(fdt_path_offset(out, SMMU) < 0);
	assert_false(tree_has(out, "/pcie@10000000", "iommu-map"));
	assert_false(tree_has(out, "/virtio_mmio@a000000", "iommus"));
	assert_true(tree_has(out, "/virtio_mmio@a000200", "iommus"));
}

static void the_doorbell_of_a_gicv2_is_its_frame(void **state)
{
	(void)state;
	load("virt-gicv2");
	read_tree();
	assert_int_equal(host.nr_doorbells, 1);
	assert_int_equal(host.doorbell[0].base, 0x8020000);
}

/* As K3's trees have it: the second frame is there all the same. */
static void the_doorbell_of_an_its_is_behind_its_first_frame(void **state)
{
	(void)state;
	TREE_CELLS(fdt, "/intc@8000000/its@8080000", "reg", 0, 0x8080000, 0, 0x10000);
	read_tree();
	assert_int_equal(host.nr_doorbells, 1);
	assert_int_equal(host.doorbell[0].base, 0x8090000);
	assert_int_equal(host.gic.its[0].range.size, 0x20000);
}

static void with_a_pre_its_devices_write_to_its_window(void **state)
{
	(void)state;
	TREE_CELLS(fdt, "/intc@8000000/its@8080000", "socionext,synquacer-pre-its", 0x1000000,
		   0x400000);
	read_tree();
	assert_int_equal(host.nr_doorbells, 1);
	assert_int_equal(host.doorbell[0].base, 0x1000000);
	assert_int_equal(host.doorbell[0].size, 0x400000);
}

static void a_gicv3_with_mbi_has_its_distributor(void **state)
{
	(void)state;
	TREE_CELLS(fdt, "/intc@8000000", "mbi-ranges", 64, 32);
	read_tree();
	assert_int_equal(host.nr_doorbells, 2);
	assert_int_equal(host.doorbell[0].base, 0x8000000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_smmu, cleanup)
	const struct CMUnitTest tests[] = {
		TEST(what_qemu_says_is_read),
		TEST(several_smmus_and_entries),
		TEST(disabled_nodes_and_other_iommus_own_no_streams),
		TEST(what_is_below_a_disabled_bus_contains_nothing_and_owns_no_streams),
		TEST(streams_beyond_32_bits_are_refused_by_name),
		TEST(more_than_there_is_room_for_is_refused),
		TEST(masters_are_known_by_property_name_and_compatible),
		TEST(a_master_is_known_by_all_its_registers),
		TEST(a_stream_that_is_on_no_smmu_of_ours_is_noted),
		TEST(a_function_that_no_entry_has_is_noted),
		TEST(a_bridge_without_a_map_is_noted),
		TEST(a_disabled_device_and_a_bus_are_none),
		TEST(the_guest_sees_no_smmu),
		TEST(the_doorbell_of_a_gicv2_is_its_frame),
		TEST(the_doorbell_of_an_its_is_behind_its_first_frame),
		TEST(with_a_pre_its_devices_write_to_its_window),
		TEST(a_gicv3_with_mbi_has_its_distributor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
