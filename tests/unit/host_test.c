/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/kept.h"
#include "tests/unit/host_fixture.h"

/* What the tree says of virt */

static void virt_has_one_bank_and_four_cpus_by_psci(void **state)
{
	(void)state;
	load_and_read("virt-gicv3");
	assert_int_equal(host.nr_memory, 1);
	assert_range(host.memory[0], 0x40000000, GIB(1));
	assert_int_equal(host.nr_reserved, 0);
	assert_int_equal(host.nr_cpus, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(host.cpu[i].mpidr, i);
		assert_int_equal(host.cpu[i].method, CPU_METHOD_PSCI);
	}
	assert_string_equal(fdt_get_name(fdt, host.cpu[3].node, NULL), "cpu@3");
	assert_int_equal(host.conduit, CONDUIT_SMC);
	assert_false(host.other_smmu);
	assert_string_equal(host.bootargs, "");
	assert_int_equal(host.bundle.size, 0);
}

static void a_gicv3_has_distributor_redistributors_and_its(void **state)
{
	(void)state;
	load_and_read("virt-gicv3");
	assert_int_equal(host.gic.version, 3);
	assert_string_equal(fdt_get_name(fdt, host.gic.node, NULL), "intc@8000000");
	assert_range(host.gic.gicd, 0x8000000, 0x10000);
	assert_int_equal(host.gic.nr_gicr, 1);
	assert_range(host.gic.gicr[0], 0x80a0000, 0xf60000);
	assert_int_equal(host.gic.nr_its, 1);
	assert_range(host.gic.its[0].range, 0x8080000, 0x20000);
	assert_int_equal(host.gic.gicr_stride, 0);
}

static void redistributor_regions_and_stride_are_read(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/intc@8000000", "#redistributor-regions", 2);
	TREE_CELLS(fdt, "/intc@8000000", "redistributor-stride", 0, 0x40000);
	TREE_CELLS(fdt, "/intc@8000000", "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0xf60000,
		   0x40, 0, 0, 0x4000000);
	read_all();
	assert_int_equal(host.gic.nr_gicr, 2);
	assert_range(host.gic.gicr[1], 0x4000000000, 0x4000000);
	assert_int_equal(host.gic.gicr_stride, 0x40000);
}

static void a_gicv2_has_four_frames(void **state)
{
	(void)state;
	load_and_read("virt-gicv2");
	assert_int_equal(host.gic.version, 2);
	assert_range(host.gic.gicd, 0x8000000, 0x10000);
	assert_range(host.gic.gicc, 0x8010000, 0x10000);
	assert_range(host.gic.gich, 0x8030000, 0x10000);
	assert_range(host.gic.gicv, 0x8040000, 0x10000);
	assert_mmio(0x8020000, PAGE_SIZE, HOST_MMIO_REG, "v2m@8020000");
}

static void a_machine_may_have_the_bcm2836s_interrupt_controller(void **state)
{
	(void)state;
	load("virt-gicv2");
	tree_set_string(fdt, "/intc@8000000", "compatible", "brcm,bcm2836-l1-intc");
	read_all();
	assert_int_equal(host.gic.version, 0);
}

/* An overlay's nodes come first, and there a controller may say nothing of the one above it. */
static void where_the_root_names_no_controller_the_gic_is_enough(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_delete(fdt, "/", "interrupt-parent");
	TREE_CELLS(fdt, "/gpio", "phandle", 0x77);
	TREE_CELLS(fdt, "/keys", "interrupt-parent", 0x77);
	read_all();
	assert_int_equal(host.gic.version, 3);
}

static void registers_are_whole_pages_and_shared_pages_are_listed_once(void **state)
{
	unsigned n = 0;

	(void)state;
	load_and_read("virt-gicv3");
	assert_mmio(0x9000000, PAGE_SIZE, HOST_MMIO_REG, "pl011@9000000");
	assert_mmio(0x9010000, PAGE_SIZE, HOST_MMIO_REG, "pl031@9010000");
	assert_mmio(0, MIB(64), HOST_MMIO_REG, "flash@0");
	assert_mmio(MIB(64), MIB(64), HOST_MMIO_REG, "flash@0");
	assert_mmio(0xa000000, PAGE_SIZE, HOST_MMIO_REG, "virtio_mmio@a000000");
	assert_mmio(0xa001000, PAGE_SIZE, HOST_MMIO_REG, "virtio_mmio@a001000");
	for (unsigned i = 0; i < host.nr_mmio; i++)
		n += host.mmio[i].range.base >> 16 == 0xa00;
	assert_int_equal(n, 2);
	assert_null(find_mmio(0x40000000));
}

/* The fsl-mc of a Layerscape: DPAA2's portals are in its windows, and in no node. */
static void a_bus_of_wide_addresses_has_its_windows(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/fsl-mc@80c000000", "compatible", "fsl,qoriq-mc");
	TREE_CELLS(fdt, "/fsl-mc@80c000000", "reg", 8, 0xc000000, 0, 0x40, 0, 0x8340000, 0,
		   0x40000);
	TREE_CELLS(fdt, "/fsl-mc@80c000000", "#address-cells", 3);
	TREE_CELLS(fdt, "/fsl-mc@80c000000", "#size-cells", 1);
	TREE_CELLS(fdt, "/fsl-mc@80c000000", "ranges", 0, 0, 0, 8, 0xc000000, 0x4000000,
		   1, 0, 0, 8, 0x18000000, 0x8000000, 2, 0);
	read_all();
	assert_non_null(find_mmio(0x80c000000));
	assert_false(find_mmio(0x80c000000)->prefetchable);
	assert_mmio(0x818000000, MIB(128), HOST_MMIO_REG, "fsl-mc@80c000000");
	assert_true(find_mmio(0x818000000)->prefetchable);
	TREE_CELLS(fdt, "/fsl-mc@80c000000", "#size-cells", 3);
	read_all();
	assert_null(find_mmio(0x818000000));
	TREE_CELLS(fdt, "/fsl-mc@80c000000", "#size-cells", 1);
	tree_set_string(fdt, "/fsl-mc@80c000000", "status", "disabled");
	read_all();
	assert_null(find_mmio(0x818000000));
}

static void a_configuration_space_says_whether_it_echoes(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_all();
	assert_false(find_mmio(0x4010000000)->echoes);
	tree_set_string(fdt, "/pcie@10000000", "compatible", "snps,dw-pcie-ecam");
	read_all();
	assert_mmio(0x4010000000, 0x10000000, HOST_PCI_ECAM, "pcie@10000000");
	assert_true(find_mmio(0x4010000000)->echoes);
	assert_false(find_mmio(0x10000000)->echoes);
}

static void pci_windows_have_their_kind_and_bus_address(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/pcie@10000000", "ranges", 0x1000000, 0, 0, 0, 0x3eff0000, 0, 0x10000,
		   0x2000000, 0, 0xc0000000, 0, 0x10000000, 0, 0x2eff0000, 0x43000000, 0x80, 0,
		   0x90, 0, 0x10, 0);
	read_all();
	assert_mmio(0x4010000000, 0x10000000, HOST_PCI_ECAM, "pcie@10000000");
	assert_mmio(0x3eff0000, 0x10000, HOST_PCI_IO, "pcie@10000000");
	assert_mmio(0x10000000, 0x2eff0000, HOST_PCI_MEM32, "pcie@10000000");
	assert_mmio(0x9000000000, 0x1000000000, HOST_PCI_MEM64, "pcie@10000000");
	assert_int_equal(find_mmio(0x10000000)->bus, 0xc0000000);
	assert_int_equal(find_mmio(0x9000000000)->bus, 0x8000000000);
	assert_false(find_mmio(0x10000000)->prefetchable);
	assert_true(find_mmio(0x9000000000)->prefetchable);
	assert_int_equal(find_mmio(0x9000000000)->node, fdt_path_offset(fdt, "/pcie@10000000"));
}

static void a_window_cut_by_memory_keeps_its_bus_addresses(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/pcie@10000000", "ranges", 0x2000000, 0, 0x10000000, 0, 0x30000000, 0,
		   0x60000000, 0x1000000, 0, 0x4800, 0, 0x3eff0800, 0, 0x100);
	read_all();
	assert_mmio(0x30000000, 0x10000000, HOST_PCI_MEM32, "pcie@10000000");
	assert_mmio(0x80000000, 0x10000000, HOST_PCI_MEM32, "pcie@10000000");
	assert_int_equal(find_mmio(0x30000000)->bus, 0x10000000);
	assert_int_equal(find_mmio(0x80000000)->bus, 0x60000000);
	assert_mmio(0x3eff0000, PAGE_SIZE, HOST_PCI_IO, "pcie@10000000");
	assert_int_equal(find_mmio(0x3eff0000)->bus, 0x4000);
}

static void a_second_gic_is_a_device(void **state)
{
	(void)state;
	load("virt-gicv2");
	tree_set_string(fdt, "/gic@50000000", "compatible", "arm,pl390");
	TREE_CELLS(fdt, "/gic@50000000", "reg", 0, 0x3f000000, 0, 0x1000, 0, 0x3f001000, 0, 0x1000);
	tree_set_string(fdt, "/gic@50000000", "status", "disabled");
	read_all();
	assert_range(host.gic.gicd, 0x8000000, 0x10000);
	tree_delete(fdt, "/gic@50000000", "status");
	read_all();
	assert_range(host.gic.gicd, 0x3f000000, 0x1000);	/* first in the tree */
	assert_range(host.gic.gicc, 0x3f001000, 0x1000);
	assert_int_equal(host.gic.gich.size, 0);
	assert_mmio(0x8000000, 0x10000, HOST_MMIO_REG, "intc@8000000");
}

/* Boards */

static void a_spin_table_board_is_read(void **state)
{
	(void)state;
	load_and_read("raspi4b");
	assert_int_equal(host.nr_cpus, 4);
	assert_int_equal(host.cpu[0].method, CPU_METHOD_SPIN_TABLE);
	assert_int_equal(host.cpu[0].release_addr, 0xd8);
	assert_int_equal(host.cpu[3].release_addr, 0xf0);
	assert_int_equal(host.conduit, CONDUIT_NONE);
	assert_string_equal(host.bootargs, "console=ttyS1,115200");
	assert_range(host.bundle, 0x8000000, 0x1800000);
}

static const struct host_reserved *find_reserved(u64 base)
{
	for (unsigned i = 0; i < host.nr_reserved; i++)
		if (host.reserved[i].range.base == base)
			return &host.reserved[i];
	return NULL;
}

/* One CPU for each page: the first's is reserved by the tree, as are those of the others there. */
static void where_a_spin_table_says_what_is_next_is_the_firmwares(void **state)
{
	(void)state;
	load("raspi4b");
	TREE_CELLS(fdt, "/cpus/cpu@2", "cpu-release-addr", 0, 0x80000ff8);
	TREE_CELLS(fdt, "/cpus/cpu@3", "cpu-release-addr", 0, 0x80001000);
	tree_set_string(fdt, "/cpus/cpu@3", "status", "disabled");
	read_all();
	assert_int_equal(host.nr_reserved, 4);
	for (u64 at = 0x80000000; at <= 0x80001000; at += PAGE_SIZE) {
		assert_non_null(find_reserved(at));
		assert_true(find_reserved(at)->firmware);
		assert_range(find_reserved(at)->range, at, PAGE_SIZE);
	}
}

/* The Raspberry Pi's armstub8 has room for the tree behind its own code and spin-table. */
static void what_the_tree_shares_a_page_with_is_not_the_loaders(void **state)
{
	static u8 memory[2 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	static struct host h = { .fdt = memory + 0x100 };
	u64 page = (uintptr_t)memory;

	(void)state;
	assert_int_equal(fdt_create_empty_tree(memory + 0x100, PAGE_SIZE), 0);
	assert_false(host_reserved_by_loader(&h, (struct range){ page, PAGE_SIZE }));
	assert_false(host_reserved_by_loader(&h, (struct range){ page + PAGE_SIZE, PAGE_SIZE }));
	assert_true(host_reserved_by_loader(&h, (struct range){ page + 0x100, PAGE_SIZE }));
	assert_true(host_reserved_by_loader(&h, (struct range){ page, 2 * PAGE_SIZE }));
}

static void a_disabled_cpu_of_a_spin_table_is_known(void **state)
{
	(void)state;
	load("raspi4b");
	tree_set_string(fdt, "/cpus/cpu@1", "status", "disabled");
	tree_set_string(fdt, "/cpus/cpu@2", "status", "fail");
	tree_set_string(fdt, "/cpus/cpu@3", "status", "disabled");
	tree_delete(fdt, "/cpus/cpu@3", "cpu-release-addr");	/* nobody has to fill it in */
	read_all();
	assert_int_equal(host.nr_cpus, 1);
	assert_int_equal(host.nr_parked, 2);
	assert_int_equal(host.parked[0].mpidr, 1);
	assert_int_equal(host.parked[0].release_addr, 0xe0);
	assert_int_equal(host.parked[1].mpidr, 2);
}

static void banks_are_sorted_and_merged(void **state)
{
	(void)state;
	load_and_read("raspi4b");
	assert_int_equal(host.nr_memory, 3);
	assert_range(host.memory[0], 0, 0x3b400000);
	assert_range(host.memory[1], 0x40000000, 0xbc000000);
	assert_range(host.memory[2], GIB(4), GIB(4));

	load("virt-gicv3");
	TREE_CELLS(fdt, "/memory@40000000", "reg", 0x100, 0, 1, 0, 0, 0x80000800, 0, 0x2000, 0,
		   0x40000000, 0, 0x1800);
	tree_set_string(fdt, "/memory@0", "device_type", "memory");
	TREE_CELLS(fdt, "/memory@0", "reg", 0x8, 0, 0, 0x80000000);
	read_all();
	assert_int_equal(host.nr_memory, 4);
	assert_range(host.memory[0], 0x40000000, 0x1000);
	assert_range(host.memory[1], 0x80001000, 0x1000);
	assert_range(host.memory[2], 0x800000000, GIB(2));
	assert_range(host.memory[3], 0x10000000000, GIB(4));
}

static void reservations_are_read_from_both_places(void **state)
{
	(void)state;
	load_and_read("raspi4b");
	assert_int_equal(host.nr_reserved, 2);
	assert_string_equal(host.reserved[0].name, "nvram@0");
	assert_range(host.reserved[0].range, 0x3ef64000, PAGE_SIZE);
	assert_true(host.reserved[0].no_map);
	assert_range(host.reserved[1].range, 0, PAGE_SIZE);
	assert_false(host.reserved[1].no_map);
}

/*
 * A driver has a use for the Pi's nvram@0: it has a compatible. Of two with a phandle, as overlays
 * want one everywhere, only that which a device refers to is for others.
 */
static void reserved_memory_that_no_driver_finds_is_the_firmwares(void **state)
{
	int parent, node;

	(void)state;
	load("raspi4b");
	parent = fdt_path_offset(fdt, "/reserved-memory");
	node = fdt_add_subnode(fdt, parent, "atf@1000");
	assert_true(node > 0);
	assert_int_equal(fdt_setprop_u64(fdt, node, "reg", 0x1000), 0);
	assert_int_equal(fdt_appendprop_u32(fdt, node, "reg", 0x1000), 0);
	assert_int_equal(fdt_setprop_empty(fdt, node, "no-map"), 0);
	assert_int_equal(fdt_setprop_u32(fdt, node, "phandle", 0x1233), 0);
	node = fdt_add_subnode(fdt, parent, "framebuffer@2000");
	assert_int_equal(fdt_setprop_u64(fdt, node, "reg", 0x2000), 0);
	assert_int_equal(fdt_appendprop_u32(fdt, node, "reg", 0x1000), 0);
	assert_int_equal(fdt_setprop_empty(fdt, node, "no-map"), 0);
	assert_int_equal(fdt_setprop_u32(fdt, node, "phandle", 0x1234), 0);
	node = fdt_add_subnode(fdt, 0, "display");
	assert_int_equal(fdt_setprop_u32(fdt, node, "vendor,memory-region", 0x1234), 0);
	assert_int_equal(fdt_setprop_u32(fdt, node, "clocks", 0x1233), 0);
	/* An offset into that property, which dtc -L notes, is no reference. */
	node = fdt_add_subnode(fdt, 0, "__local_fixups__");
	node = fdt_add_subnode(fdt, node, "display");
	assert_int_equal(fdt_setprop_u32(fdt, node, "vendor,memory-region", 0x1233), 0);
	read_all();
	assert_int_equal(host.nr_reserved, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(host.reserved[i].firmware,
				 !strcmp(host.reserved[i].name, "atf@1000") ||
					 !strcmp(host.reserved[i].name, "/memreserve/"));
}

static void reserve(const char *name, u32 base, u32 phandle)
{
	int node = fdt_add_subnode(fdt, fdt_path_offset(fdt, "/reserved-memory"), name);

	assert_true(node > 0);
	assert_int_equal(fdt_setprop_u64(fdt, node, "reg", base), 0);
	assert_int_equal(fdt_appendprop_u32(fdt, node, "reg", 0x1000), 0);
	assert_int_equal(fdt_setprop_u32(fdt, node, "phandle", phandle), 0);
}

/* Beside all banks a driver has it, or nobody: without no-map, too. */
static void reserved_memory_in_no_bank_is_for_who_refers_to_it(void **state)
{
	(void)state;
	load("raspi4b");
	reserve("sram@fe000000", 0xfe000000, 0x1234);
	reserve("other@fe001000", 0xfe001000, 0x1235);
	reserve("ramoops@fe002000", 0xfe002000, 0x1236);
	tree_set_string(fdt, "/reserved-memory/ramoops@fe002000", "compatible", "ramoops");
	reserve("atf@fe003000", 0xfe003000, 0x1237);
	tree_set_string(fdt, "/reserved-memory/atf@fe003000", "compatible", "removed-dma-pool");
	tree_set(fdt, "/reserved-memory/atf@fe003000", "no-map", "", 0);
	reserve("atf@fe005000", 0xfe005000, 0x1239);
	tree_set_string(fdt, "/reserved-memory/atf@fe005000", "compatible",
			"mediatek,mt6797-atf-reserved-memory");
	tree_set(fdt, "/reserved-memory/atf@fe005000", "no-map", "", 0);
	reserve("modem@fe004000", 0xfe004000, 0x1238);
	tree_set_string(fdt, "/reserved-memory/modem@fe004000", "compatible", "removed-dma-pool");
	TREE_CELLS(fdt, "/dsp", "memory-region", 0x1234, 0x1238);
	read_all();
	assert_true(find_reserved(0xfe003000)->firmware);
	assert_true(find_reserved(0xfe005000)->firmware);
	assert_false(find_reserved(0xfe003000)->used);
	assert_false(find_reserved(0xfe004000)->firmware);
	assert_true(find_reserved(0xfe004000)->used);
	assert_false(find_reserved(0xfe000000)->firmware);
	assert_true(find_reserved(0xfe000000)->used);
	assert_false(find_reserved(0xfe001000)->used);
	assert_true(find_reserved(0xfe002000)->used);
}

#define SRAM "/soc/sram@870000000"

/* 2 MiB of it at 0x870000000, with parts of one cell. */
static void add_sram(void)
{
	load("virt-gicv3");
	TREE_CELLS(fdt, "/soc", "#address-cells", 2);
	TREE_CELLS(fdt, "/soc", "#size-cells", 2);
	tree_set(fdt, "/soc", "ranges", "", 0);
	tree_set_string(fdt, SRAM, "compatible", "mmio-sram");
	TREE_CELLS(fdt, SRAM, "reg", 8, 0x70000000, 0, 0x200000);
	TREE_CELLS(fdt, SRAM, "#address-cells", 1);
	TREE_CELLS(fdt, SRAM, "#size-cells", 1);
	TREE_CELLS(fdt, SRAM, "ranges", 0, 8, 0x70000000, 0x200000);
}

/* As TI's K3 trees say where TF-A is. */
static void sram_that_is_for_nobody_is_the_firmwares(void **state)
{
	static const char *const uses[] = { "compatible", "pool", "export", "protect-exec" };

	(void)state;
	add_sram();
	TREE_CELLS(fdt, SRAM "/atf-sram@0", "reg", 0, 0x20000);
	TREE_CELLS(fdt, SRAM "/off-sram@1c0800", "reg", 0x1c0800, 0x1000);
	tree_set_string(fdt, SRAM "/off-sram@1c0800", "status", "disabled");
	tree_set_string(fdt, "/soc/bus", "compatible", "simple-bus");
	tree_set(fdt, "/soc/bus", "ranges", "", 0);
	TREE_CELLS(fdt, "/soc/bus/part@60000000", "reg", 0, 0x60000000, 0x1000);
	read_all();
	assert_true(find_reserved(0x870000000)->firmware);
	assert_range(find_reserved(0x870000000)->range, 0x870000000, 0x20000);
	assert_true(find_reserved(0x8701c0000)->firmware);
	assert_range(find_reserved(0x8701c0000)->range, 0x8701c0000, 0x2000);
	assert_null(find_reserved(0x60000000));
	assert_range(find_mmio(0x870000000)->range, 0x870000000, 0x200000);
	for (unsigned i = 0; i < ARRAY_SIZE(uses); i++) {
		tree_set_string(fdt, SRAM "/atf-sram@0", uses[i], "");
		read_all();
		assert_null(find_reserved(0x870000000));
		tree_delete(fdt, SRAM "/atf-sram@0", uses[i]);
	}
}

static void sram_that_a_device_refers_to_is_not_the_firmwares(void **state)
{
	static const char *const refers[] = { "shmem", "sram", "vendor,sram", "qcom,rpm-msg-ram" };

	(void)state;
	add_sram();
	TREE_CELLS(fdt, SRAM "/part@0", "reg", 0, 0x20000);
	TREE_CELLS(fdt, SRAM "/part@0", "phandle", 0x1234);
	/* The second is an index. */
	TREE_CELLS(fdt, "/dsp", "allwinner,sram", 0x1235, 0x1234);
	read_all();
	assert_true(find_reserved(0x870000000)->firmware);
	for (unsigned i = 0; i < ARRAY_SIZE(refers); i++) {
		TREE_CELLS(fdt, "/dsp", refers[i], 0x1234);
		read_all();
		assert_false(find_reserved(0x870000000)->firmware);
		assert_true(find_reserved(0x870000000)->used);
		tree_delete(fdt, "/dsp", refers[i]);
	}
}

/* Linux maps what these have for write-combining. */
static void registers_that_are_memory_may_be_gathered(void **state)
{
	static const char *const cores[] = { "ti,am64-r5f", "ti,j721e-c66-dsp", "ti,am64-m4fss",
					     "xlnx,zynqmp-r5f" };

	(void)state;
	add_sram();
	TREE_CELLS(fdt, SRAM "/pool@0", "reg", 0, 0x1000);
	tree_set(fdt, SRAM "/pool@0", "pool", "", 0);
	TREE_CELLS(fdt, "/soc/core", "reg", 9, 0, 0, 0x8000, 9, 0x10000, 0, 0x8000);
	TREE_CELLS(fdt, "/soc/framebuffer", "reg", 10, 0x3f000, 0, 0x7e9000);
	tree_set_string(fdt, "/soc/framebuffer", "compatible", "simple-framebuffer");
	read_all();
	assert_true(find_mmio(0x870000000)->prefetchable);
	assert_range(find_mmio(0x870000000)->range, 0x870000000, 0x200000);
	assert_true(find_mmio(0xa0003f000)->prefetchable);
	assert_false(find_mmio(0x900000000)->prefetchable);
	for (unsigned i = 0; i < host.nr_mmio; i++)
		assert_string_not_equal(host.mmio[i].name, "pool@0");
	for (unsigned i = 0; i < ARRAY_SIZE(cores); i++) {
		tree_set_string(fdt, "/soc/core", "compatible", cores[i]);
		read_all();
		assert_true(find_mmio(0x900000000)->prefetchable);
		assert_true(find_mmio(0x900010000)->prefetchable);
	}
}

/* A phone's loader leaves its screen on, and the tree reserves the memory without a word. */
static void memory_with_a_screen_is_not_the_firmwares(void **state)
{
	static const char screen[] = "/chosen/framebuffer@9d400000",
			  memory[] = "/reserved-memory/screen@9d400000";

	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/reserved-memory", "#address-cells", 2);
	TREE_CELLS(fdt, "/reserved-memory", "#size-cells", 2);
	tree_set(fdt, "/reserved-memory", "ranges", "", 0);
	TREE_CELLS(fdt, memory, "reg", 0, 0x9d400000, 0, 0x2400000);
	tree_set(fdt, memory, "no-map", "", 0);
	read_all();
	assert_true(find_reserved(0x9d400000)->firmware);

	tree_set_string(fdt, screen, "compatible", "simple-framebuffer");
	TREE_CELLS(fdt, "/chosen", "#address-cells", 2);
	TREE_CELLS(fdt, "/chosen", "#size-cells", 2);
	tree_set(fdt, "/chosen", "ranges", "", 0);
	TREE_CELLS(fdt, screen, "reg", 0, 0x9d400000, 0, 0xa61d00);
	read_all();
	assert_false(find_reserved(0x9d400000)->firmware);
	TREE_CELLS(fdt, screen, "reg", 0, 0x9d400000, 0, 0x2500000);
	read_all();
	assert_false(find_reserved(0x9d400000)->firmware);
	/* Or it is not in /reserved-memory, but where U-Boot puts what it has on its own. */
	assert_int_equal(fdt_add_mem_rsv(fdt, 0x90000000, 0x200000), 0);
	assert_int_equal(fdt_add_mem_rsv(fdt, 0x9d400000, 0x2500000), 0);
	tree_delete(fdt, memory, "reg");
	read_all();
	assert_false(find_reserved(0x9d400000)->firmware);
	assert_true(find_reserved(0x90000000)->firmware);
	/* Behind the beginning there may be anything before it. */
	TREE_CELLS(fdt, screen, "reg", 0, 0x9d401000, 0, 0xa61d00);
	read_all();
	assert_true(find_reserved(0x9d400000)->firmware);
	assert_int_equal(fdt_del_mem_rsv(fdt, 1), 0);
	assert_int_equal(fdt_del_mem_rsv(fdt, 0), 0);
	TREE_CELLS(fdt, memory, "reg", 0, 0x9d400000, 0, 0x2400000);
	/* What begins elsewhere, what no driver is to find, and any other device. */
	TREE_CELLS(fdt, screen, "reg", 0, 0x9d3ff000, 0, 0xa61d00);
	read_all();
	assert_true(find_reserved(0x9d400000)->firmware);
	TREE_CELLS(fdt, screen, "reg", 0, 0x9d400000, 0, 0xa61d00);
	tree_set_string(fdt, screen, "status", "disabled");
	read_all();
	assert_true(find_reserved(0x9d400000)->firmware);
	tree_set_string(fdt, screen, "status", "okay");
	tree_set_string(fdt, screen, "compatible", "mmio-sram");
	read_all();
	assert_true(find_reserved(0x9d400000)->firmware);
}

static void what_the_loader_reserved_for_itself_is_left_out(void **state)
{
	(void)state;
	load("raspi4b");
	assert_int_equal(fdt_add_mem_rsv(fdt, 0x8000000, 0x1800000), 0);
	assert_int_equal(fdt_add_mem_rsv(fdt, (uintptr_t)fdt, 0x4000), 0);
	assert_int_equal(fdt_add_mem_rsv(fdt, 0x20000000, 0x100), 0);
	read_all();
	assert_int_equal(host.nr_reserved, 3);
	assert_range(host.reserved[2].range, 0x20000000, PAGE_SIZE);
}

static void addresses_are_translated_through_every_bus(void **state)
{
	(void)state;
	load_and_read("raspi4b");
	assert_range(host.gic.gicd, 0xff841000, 0x1000);
	assert_range(host.gic.gicv, 0xff846000, 0x2000);
	assert_mmio(0xfe204000, PAGE_SIZE, HOST_MMIO_REG, "spi@7e204000");
	assert_mmio(0xff800000, PAGE_SIZE, HOST_MMIO_REG, "local_intc@40000000");
	assert_mmio(0xfd500000, 0xa000, HOST_MMIO_REG, "pcie@7d500000");
	assert_mmio(0x600000000, 0x4000000, HOST_PCI_MEM32, "pcie@7d500000");
	assert_int_equal(find_mmio(0x600000000)->bus, 0xf8000000);
}

static void what_the_cpu_does_not_reach_is_no_mmio(void **state)
{
	(void)state;
	load_and_read("raspi4b");
	assert_null(find_mmio(0));
	assert_null(find_mmio(0x10000000));
	for (unsigned i = 0; i < host.nr_mmio; i++) {
		assert_string_not_equal(host.mmio[i].name, "spidev@0");
		assert_string_not_equal(host.mmio[i].name, "usb@0,0");
		assert_string_not_equal(host.mmio[i].name, "hidden@10000000");
	}
}

static const struct host_kept *find_kept(const char *name)
{
	for (unsigned i = 0; i < host.nr_kept; i++)
		if (!strcmp(host.kept[i].name, name))
			return &host.kept[i];
	return NULL;
}

static void assert_kept(const char *name, u64 base, u64 size)
{
	const struct host_kept *k = find_kept(name);

	if (!k)
		fail_msg("%s is not kept", name);
	assert_range(k->range, base, size);
	assert_null(find_mmio(base));
}

/* Enabled or not. */
static void what_undoes_isolation_is_never_a_device(void **state)
{
	static const char *const kinds[] = { "qemu,fw-cfg-mmio", "arm,coresight-cpu-debug",
					     "arm,coresight-cti", "arm,smmu-v3",
					     "arm,smmu-v3-pmcg", "nvidia,tegra264-cmdqv",
					     "arm,coresight-etm4x", "arm,coresight-etm3x" };
	char name[32], path[40];

	(void)state;
	load("virt-gicv3");
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		snprintf(name, sizeof(name), "thing@%x", 0x30000000 + (i << 16));
		snprintf(path, sizeof(path), "/%s", name);
		tree_set_string(fdt, path, "compatible", kinds[i]);
		TREE_CELLS(fdt, path, "reg", 0, 0x30000000 + (i << 16), 0, 0x100);
		if (i & 1)
			tree_set_string(fdt, path, "status", "disabled");
	}
	read_all();
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		snprintf(name, sizeof(name), "thing@%x", 0x30000000 + (i << 16));
		assert_kept(name, 0x30000000 + (i << 16), PAGE_SIZE);
	}
	assert_kept("fw-cfg@9020000", 0x9020000, PAGE_SIZE);
	assert_true(host.qemu);
}

static struct dt_prop strings(const char *s, u32 len)
{
	return (struct dt_prop){ (const u8 *)s, len };
}

#define STRINGS(s)	strings(s, sizeof(s))

/* In the root's cells below a node that has none: as that one's it is anywhere, or nowhere. */
static void a_table_of_coreboots_is_no_device(void **state)
{
	static const u32 sizes[] = { 0x1000, 0x10000 };
	unsigned mmio, kept;

	(void)state;
	load_and_read("virt-gicv3");
	mmio = host.nr_mmio;
	kept = host.nr_kept;
	tree_set(fdt, "/firmware", "ranges", "", 0);
	tree_set_string(fdt, "/firmware/coreboot", "compatible", "coreboot");
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		TREE_CELLS(fdt, "/firmware/coreboot", "reg", 0, 0x7ffdf000, 0, sizes[i],
			   0, 0x7fe00000, 0, 0x1ff000);
		read_all();
		assert_int_equal(host_withhold(&host, STRINGS("/firmware"), &diag), 0);
		assert_int_equal(host.nr_mmio, mmio);
		assert_int_equal(host.nr_kept, kept);
	}
}

/* Though a bus says that all of it is its registers. */
static void flash_is_read_only(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/ebi@0", "reg", 0, 0, 0, 0x8000000);
	TREE_CELLS(fdt, "/flash@0", "reg", 0, 0x10000, 0, 0x10000, 0, 0x4000000, 0, 0x4000000);
	read_all();
	for (unsigned i = 0; i < host.nr_mmio; i++)
		assert_int_equal(host.mmio[i].read_only, !strcmp(host.mmio[i].name, "flash@0"));
	assert_mmio(0x10000, 0x10000, HOST_MMIO_REG, "flash@0");
	assert_mmio(0x4000000, 0x4000000, HOST_MMIO_REG, "flash@0");
	assert_mmio(0, 0x10000, HOST_MMIO_REG, "ebi@0");
	assert_mmio(0x20000, 0x4000000 - 0x20000, HOST_MMIO_REG, "ebi@0");
}

static void what_is_withheld_goes_with_all_below_it(void **state)
{
	unsigned kept;

	(void)state;
	load("virt-gicv3");
	tree_set(fdt, "/platform-bus@c000000/dma@1000", "phandle", "\0\0\x77\x77", 4);
	TREE_CELLS(fdt, "/platform-bus@c000000/dma@1000", "reg", 0x1000, 0x100);
	read_all();
	kept = host.nr_kept;
	assert_non_null(find_mmio(0xc001000));
	assert_int_equal(host_withhold(&host, STRINGS("/platform-bus\0/pl031@9010000"), &diag), 0);
	assert_kept("dma@1000", 0xc001000, PAGE_SIZE);
	assert_kept("pl031@9010000", 0x9010000, PAGE_SIZE);
	assert_int_equal(host.nr_kept, kept + 2);
	assert_non_null(find_mmio(0x9000000));
}

/* Windows and configuration space: nothing leads to its functions any more. */
static void a_withheld_bridge_has_no_windows(void **state)
{
	(void)state;
	load_and_read("virt-gicv3");
	assert_int_equal(host_withhold(&host, STRINGS("/pcie@10000000"), &diag), 0);
	for (unsigned i = 0; i < host.nr_mmio; i++)
		assert_string_not_equal(host.mmio[i].name, "pcie@10000000");
	for (unsigned i = 0, n = 0; i < host.nr_kept; i++)
		if (!strcmp(host.kept[i].name, "pcie@10000000"))
			assert_true(++n <= 4);
	assert_kept("pcie@10000000", 0x4010000000, 0x10000000);
}

static void more_than_can_be_kept_is_refused(void **state)
{
	static u32 reg[2 * (HOST_MAX_KEPT + 1)];

	(void)state;
	for (u32 i = 0; i <= HOST_MAX_KEPT; i++) {
		reg[2 * i] = cpu_to_fdt32(i << 16);
		reg[2 * i + 1] = cpu_to_fdt32(0x1000);
	}
	load("virt-gicv3");
	tree_set_string(fdt, "/platform-bus@c000000/cti@0", "compatible", "arm,coresight-cti");
	tree_set(fdt, "/platform-bus@c000000/cti@0", "reg", reg, sizeof(reg));
	refused("/platform-bus@c000000/cti@0", "reg");
	says("HOST_MAX_KEPT");
}

/* Regions of the config. */
static struct region given[1];
static unsigned nr_given;

static void each_reason_is_said_once(void **state)
{
	unsigned at = 0, lines = 0;
	char text[160];

	(void)state;
	load_and_read("virt-gicv3");
	assert_int_equal(host_withhold(&host, STRINGS("/virtio_mmio\0/pl031"), &diag), 0);
	while (kept_next(&host, given, nr_given, &at, text, sizeof(text)))
		switch (lines++) {
		case 0:
			assert_string_equal(text,
					    "Not for guests: fw-cfg@9020000 (its DMA writes any memory)");
			break;
		case 1:
			if (!strstr(text, " more (withheld by the config)"))
				fail_msg("%s", text);
		}
	assert_int_equal(lines, 2);
}

static void disabled_devices_are_mmio_but_not_cpus_or_smmus(void **state)
{
	static const char *const others[] = { "arm,smmu-v1", "nvidia,smmu-500", "qcom,smmu-v2" };

	(void)state;
	load_and_read("zcu102");
	assert_int_equal(host.nr_cpus, 3);
	assert_false(host.other_smmu);
	assert_mmio(0xff010000, PAGE_SIZE, HOST_MMIO_REG, "serial@ff010000");
	assert_mmio(0xfd800000, 0x20000, HOST_MMIO_REG, "iommu@fd800000");
	assert_true(find_mmio(0x600000000)->prefetchable);

	tree_delete(fdt, "/axi/iommu@fd800000", "status");
	read_all();
	assert_true(host.other_smmu);
	for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
		tree_set_string(fdt, "/axi/iommu@fd800000", "compatible", others[i]);
		read_all();
		assert_true(host.other_smmu);
	}
}

/* Not for a guest that turns it on by itself; what shares its page with others is theirs. */
static void a_disabled_master_has_no_registers(void **state)
{
	char text[160];
	unsigned at = 0;

	(void)state;
	load_and_read("virt-gicv3");
	assert_non_null(find_mmio(0x10000000));
	tree_set_string(fdt, "/pcie@10000000", "status", "disabled");
	tree_set_string(fdt, "/virtio_mmio@a000000", "status", "disabled");
	read_all();
	for (unsigned i = 0; i < host.nr_mmio; i++)
		assert_int_equal(host.mmio[i].kind, HOST_MMIO_REG);
	assert_non_null(find_mmio(0xa000000));
	while (kept_next(&host, given, nr_given, &at, text, sizeof(text)))
		;
	assert_string_equal(text,
			    "Not for guests: virtio_mmio@a000000 and 1 more (disabled, and do DMA)");
	given[0] = (struct region){ .pa = PA(0xa000000), .size = PAGE_SIZE };
	nr_given = 1;
	at = 0;
	while (kept_next(&host, given, nr_given, &at, text, sizeof(text)))
		;
	assert_string_equal(text, "Not for guests: pcie@10000000 (disabled, and does DMA)");
	nr_given = 0;
	tree_delete(fdt, "/pcie@10000000", "status");
	read_all();
	assert_non_null(find_mmio(0x10000000));
	at = 0;
	while (kept_next(&host, given, nr_given, &at, text, sizeof(text)))
		;
	assert_string_equal(text,
			    "Not for guests: virtio_mmio@a000000 (disabled, and does DMA)");
}

static void what_is_below_a_disabled_node_is_disabled(void **state)
{
	(void)state;
	load_and_read("zcu102");
	assert_true(host.nr_masters > 0);
	tree_set_string(fdt, "/axi/memory@e0000000", "device_type", "memory");
	TREE_CELLS(fdt, "/axi/memory@e0000000", "reg", 0, 0xe0000000, 0, 0x1000);
	read_all();
	assert_true(host_has_memory(&host, (struct range){ 0xe0000000, 0x1000 }));
	tree_set_string(fdt, "/axi", "status", "disabled");
	read_all();
	assert_false(host_has_memory(&host, (struct range){ 0xe0000000, 0x1000 }));
	for (unsigned i = 0; i < host.nr_masters; i++)
		assert_true(host.master[i].off);
	assert_null(find_mmio(0xfd0e0000));
	assert_mmio(0xff010000, PAGE_SIZE, HOST_MMIO_REG, "serial@ff010000");
}

/* It must come to rest, and is in no list but that. */
static void an_its_that_is_withheld_interrupts_nobody(void **state)
{
	(void)state;
	load_and_read("virt-gicv3");
	assert_int_equal(host.gic.nr_its, 1);
	assert_int_equal(host.nr_doorbells, 1);
	assert_int_equal(host_withhold(&host, STRINGS("/pl031"), &diag), 0);
	assert_false(host.gic.its[0].withheld);
	assert_int_equal(host_withhold(&host, STRINGS("/intc/its"), &diag), 0);
	assert_true(host.gic.its[0].withheld && host.gic.its[0].enabled);
	assert_int_equal(host.nr_doorbells, 0);

	/* K3's: no place to write to is in its registers */
	load("virt-gicv3");
	TREE_CELLS(fdt, "/intc/its", "reg", 0, 0x8080000, 0, 0x10000);
	read_all();
	assert_int_equal(host.nr_doorbells, 1);
	assert_int_equal(host_withhold(&host, STRINGS("/intc/its"), &diag), 0);
	assert_int_equal(host.nr_doorbells, 0);
	TREE_CELLS(fdt, "/intc/its", "socionext,synquacer-pre-its", 0x1000000, 0x400000);
	read_all();
	assert_int_equal(host.nr_doorbells, 1);
	assert_int_equal(host_withhold(&host, STRINGS("/pl031"), &diag), 0);
	assert_int_equal(host.nr_doorbells, 1);
	assert_int_equal(host_withhold(&host, STRINGS("/intc/its"), &diag), 0);
	assert_int_equal(host.nr_doorbells, 0);
}

static void registers_in_memory_are_memory(void **state)
{
	(void)state;
	load_and_read("zcu102");
	assert_null(find_mmio(0x7fe00000));
	assert_mmio(0x7ff00000, 0x100000, HOST_MMIO_REG, "message-buffer@7fe00000");

	TREE_CELLS(fdt, "/axi/message-buffer@7fe00000", "reg", 0, 0x1000, 0, 0x1000);
	TREE_CELLS(fdt, "/memory@0", "reg", 0, 0, 0, 0x7ff00000, 8, 0, 0, 0x80000000, 0, 0xff001000,
		   0, 0x1000);
	TREE_CELLS(fdt, "/axi/serial@ff000000", "reg", 0, 0xff000000, 0, 0x3000);
	read_all();
	assert_null(find_mmio(0x1000));
	assert_mmio(0xff000000, 0x1000, HOST_MMIO_REG, "serial@ff000000");
	assert_mmio(0xff002000, 0x1000, HOST_MMIO_REG, "serial@ff000000");
}

static void the_boot_cpu_comes_first(void **state)
{
	(void)state;
	load_and_read("virt-gicv3");
	assert_int_equal(host_boot_cpu_first(&host, BIT(31) | 2, &diag), 0);
	assert_int_equal(host.cpu[0].mpidr, 2);
	assert_int_equal(host.cpu[1].mpidr, 0);
	assert_int_equal(host.cpu[2].mpidr, 1);
	assert_int_equal(host.cpu[3].mpidr, 3);
	assert_int_equal(host_boot_cpu_first(&host, 0x100, &diag), -ENOENT);
	says("0x100");
}

/* The console */

static void stdout_path_names_the_uart(void **state)
{
	(void)state;
	load_and_read("virt-gicv3");
	assert_true(host.uart.found);
	assert_string_equal(host.uart.path, "/pl011@9000000");
	assert_string_equal(host.uart.compatible, "arm,pl011");
	assert_range(host.uart.range, 0x9000000, 0x1000);
	assert_int_equal(host.uart.baud, 0);

	tree_set_string(fdt, "/chosen", "stdout-path", "/pl011:9600n8");
	read_all();
	assert_string_equal(host.uart.path, "/pl011@9000000");
	assert_int_equal(host.uart.baud, 9600);
}

static void stdout_path_may_be_an_alias_with_options(void **state)
{
	(void)state;
	load_and_read("raspi4b");
	assert_string_equal(host.uart.path, "/soc/serial@7e215040");
	assert_string_equal(host.uart.compatible, "brcm,bcm2835-aux-uart");
	assert_range(host.uart.range, 0xfe215040, 0x40);
	assert_int_equal(host.uart.uart.kind, UART_8250);
	assert_int_equal(host.uart.uart.base, 0xfe215040);
	assert_int_equal(host.uart.uart.shift, 2);
	assert_int_equal(host.uart.uart.width, 4);
	assert_int_equal(host.uart.baud, 115200);
}

static void any_compatible_string_may_match_a_driver(void **state)
{
	(void)state;
	load_and_read("zcu102");
	assert_string_equal(host.uart.path, "/axi/serial@ff000000");
	assert_string_equal(host.uart.compatible, "cdns,uart-r1p12");
}

static void without_stdout_path_the_first_known_enabled_uart_is_it(void **state)
{
	(void)state;
	load("zcu102");
	tree_delete(fdt, "/chosen", "stdout-path");
	read_all();
	assert_string_equal(host.uart.path, "/axi/serial@ff000000");
	assert_int_equal(host.uart.baud, 0);

	load("raspi4b");
	tree_set_string(fdt, "/chosen", "stdout-path", "/soc/spi@7e204000");
	read_all();
	assert_string_equal(host.uart.path, "/soc/serial@7e201000");
}

static void a_guess_is_known_as_one(void **state)
{
	(void)state;
	load_and_read("raspi4b");
	assert_false(host.uart.guessed);
	tree_delete(fdt, "/chosen", "stdout-path");
	read_all();
	assert_true(host.uart.guessed);
	/* Named by nobody, and then by a name that is no UART's. */
	tree_set_string(fdt, "/chosen", "stdout-path", "/soc/spi@7e204000");
	read_all();
	assert_true(host.uart.guessed);
}

static void what_a_device_is_wired_to_is_no_guess(void **state)
{
	(void)state;
	load("raspi4b");
	tree_delete(fdt, "/chosen", "stdout-path");
	tree_set_string(fdt, "/soc/serial@7e201000/bluetooth", "compatible", "brcm,bcm43438-bt");
	read_all();
	assert_string_equal(host.uart.path, "/soc/serial@7e215040");
	assert_true(host.uart.guessed);

	tree_set_string(fdt, "/soc/serial@7e215040/gps", "compatible", "test,gps");
	read_all();
	assert_false(host.uart.found);
	assert_false(host.uart.guessed);
	assert_string_equal(host.uart.path, "");

	/* But the one that is named is the one. */
	tree_set_string(fdt, "/chosen", "stdout-path", "/soc/serial@7e201000");
	read_all();
	assert_string_equal(host.uart.path, "/soc/serial@7e201000");
	assert_false(host.uart.guessed);
}

/* On a Rockchip UART 0 is disabled as a rule, and UART 2, which is like it, the console. */
static void a_uart_that_is_disabled_does_not_hide_the_next_like_it(void **state)
{
	static const char *const uarts[] = { "/uart@1000", "/uart@2000" };

	(void)state;
	load("virt-gicv3");
	tree_delete(fdt, "/chosen", "stdout-path");
	tree_delete(fdt, "/pl011@9000000", NULL);
	for (u32 i = ARRAY_SIZE(uarts); i-- > 0;) {
		TREE_CELLS(fdt, uarts[i], "reg", 0, (i + 1) * 0x1000, 0, 0x100);
		tree_set_string(fdt, uarts[i], "compatible", "snps,dw-apb-uart");
	}
	read_all();
	assert_string_equal(host.uart.path, uarts[0]);
	tree_set_string(fdt, uarts[0], "status", "disabled");
	read_all();
	assert_string_equal(host.uart.path, uarts[1]);
}

static void a_uart_on_a_bus_that_is_off_is_no_guess(void **state)
{
	(void)state;
	load("raspi4b");
	tree_delete(fdt, "/chosen", "stdout-path");
	read_all();
	assert_true(host.uart.guessed);
	tree_set_string(fdt, "/soc", "status", "disabled");
	read_all();
	assert_false(host.uart.found);
	/* But the loader, which names it, may know better. */
	tree_set_string(fdt, "/chosen", "stdout-path", "/soc/serial@7e201000");
	read_all();
	assert_true(host.uart.found);
}

static void registers_that_are_not_aligned_are_nobodys(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/pl011@9000000", "reg", 0, 0x9000002, 0, 0x1000);
	read_all();
	assert_false(host.uart.found);
}

static void the_command_line_is_the_loaders(void **state)
{
	(void)state;
	load("zcu102");
	assert_string_equal(host_read_uart(fdt, &host.uart), "earlycon");
	tree_delete(fdt, "/chosen", "bootargs");
	assert_string_equal(host_read_uart(fdt, &host.uart), "");
	tree_set(fdt, "/chosen", "bootargs", "abc", 3);
	assert_string_equal(host_read_uart(fdt, &host.uart), "");
}

static void having_no_uart_is_no_error(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/pl011@9000000", "compatible", "test,unknown");
	read_all();
	assert_false(host.uart.found);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, unload)
	const struct CMUnitTest tests[] = {
		TEST(virt_has_one_bank_and_four_cpus_by_psci),
		TEST(a_gicv3_has_distributor_redistributors_and_its),
		TEST(redistributor_regions_and_stride_are_read),
		TEST(a_gicv2_has_four_frames),
		TEST(a_machine_may_have_the_bcm2836s_interrupt_controller),
		TEST(where_the_root_names_no_controller_the_gic_is_enough),
		TEST(registers_are_whole_pages_and_shared_pages_are_listed_once),
		TEST(a_bus_of_wide_addresses_has_its_windows),
		TEST(a_configuration_space_says_whether_it_echoes),
		TEST(pci_windows_have_their_kind_and_bus_address),
		TEST(a_window_cut_by_memory_keeps_its_bus_addresses),
		TEST(a_second_gic_is_a_device),
		TEST(a_spin_table_board_is_read),
		TEST(where_a_spin_table_says_what_is_next_is_the_firmwares),
		TEST(a_disabled_cpu_of_a_spin_table_is_known),
		TEST(banks_are_sorted_and_merged),
		TEST(reservations_are_read_from_both_places),
		TEST(reserved_memory_that_no_driver_finds_is_the_firmwares),
		TEST(reserved_memory_in_no_bank_is_for_who_refers_to_it),
		TEST(sram_that_is_for_nobody_is_the_firmwares),
		TEST(sram_that_a_device_refers_to_is_not_the_firmwares),
		TEST(registers_that_are_memory_may_be_gathered),
		TEST(memory_with_a_screen_is_not_the_firmwares),
		TEST(what_the_tree_shares_a_page_with_is_not_the_loaders),
		TEST(what_the_loader_reserved_for_itself_is_left_out),
		TEST(addresses_are_translated_through_every_bus),
		TEST(what_the_cpu_does_not_reach_is_no_mmio),
		TEST(what_undoes_isolation_is_never_a_device),
		TEST(a_table_of_coreboots_is_no_device),
		TEST(flash_is_read_only),
		TEST(what_is_withheld_goes_with_all_below_it),
		TEST(a_withheld_bridge_has_no_windows),
		TEST(more_than_can_be_kept_is_refused),
		TEST(each_reason_is_said_once),
		TEST(disabled_devices_are_mmio_but_not_cpus_or_smmus),
		TEST(a_disabled_master_has_no_registers),
		TEST(what_is_below_a_disabled_node_is_disabled),
		TEST(an_its_that_is_withheld_interrupts_nobody),
		TEST(registers_in_memory_are_memory),
		TEST(the_boot_cpu_comes_first),
		TEST(stdout_path_names_the_uart),
		TEST(stdout_path_may_be_an_alias_with_options),
		TEST(any_compatible_string_may_match_a_driver),
		TEST(without_stdout_path_the_first_known_enabled_uart_is_it),
		TEST(a_guess_is_known_as_one),
		TEST(what_a_device_is_wired_to_is_no_guess),
		TEST(a_uart_that_is_disabled_does_not_hide_the_next_like_it),
		TEST(a_uart_on_a_bus_that_is_off_is_no_guess),
		TEST(registers_that_are_not_aligned_are_nobodys),
		TEST(the_command_line_is_the_loaders),
		TEST(having_no_uart_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
