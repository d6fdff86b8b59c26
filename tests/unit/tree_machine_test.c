/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/tree_fixture.h"

/* CPUs and PSCI */

static void cpus_start_by_psci(void **state)
{
	(void)state;
	load_and_write("raspi4b");
	for (unsigned i = 0; i < 4; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/cpus/cpu@%u", i);
		assert_string_equal(tree_string(out, path, "enable-method"), "psci");
		assert_false(tree_has(out, path, "cpu-release-addr"));
	}
	assert_true(tree_has(out, "/cpus/cpu-map/cluster1/core1", NULL));
}

static void a_machine_without_psci_gets_it_by_hvc(void **state)
{
	(void)state;
	load_and_write("raspi4b");
	assert_string_equal(tree_string(out, "/psci", "method"), "hvc");
	assert_string_equal(tree_string(out, "/psci", "compatible"), "arm,psci-1.0");
}

static void psci_keeps_the_hosts_conduit_and_loses_old_function_ids(void **state)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int len;

	(void)state;
	load_and_write("virt-gicv3");
	assert_string_equal(tree_string(out, "/psci", "method"), "smc");
	assert_memory_equal(fdt_getprop(out, fdt_path_offset(out, "/psci"), "compatible", &len),
			    compatible, sizeof(compatible));
	assert_int_equal(len, sizeof(compatible));
	assert_false(tree_has(out, "/psci", "cpu_on"));
	assert_false(tree_has(out, "/psci", "cpu_off"));
	assert_false(tree_has(out, "/psci", "cpu_suspend"));
	assert_false(tree_has(out, "/psci", "migrate"));
}

static void cpus_that_the_guest_does_not_have_are_removed(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	config.cpus = 2;
	write_guest();
	assert_true(tree_has(out, "/cpus/cpu@0", NULL));
	assert_true(tree_has(out, "/cpus/cpu@1", NULL));
	assert_false(tree_has(out, "/cpus/cpu@2", NULL));
	assert_false(tree_has(out, "/cpus/cpu@3", NULL));
	assert_true(tree_has(out, "/cpus/cpu-map/socket0/cluster0/core1", NULL));
	assert_false(tree_has(out, "/cpus/cpu-map/socket0/cluster0/core2", NULL));
	assert_false(tree_has(out, "/cpus/cpu-map/socket0/cluster0/core3", NULL));
}

static void the_boot_cpu_is_always_kept(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	assert_int_equal(host_boot_cpu_first(&host, 3, &diag), 0);
	config.cpus = 1;
	write_guest();
	assert_true(tree_has(out, "/cpus/cpu@3", NULL));
	assert_false(tree_has(out, "/cpus/cpu@0", NULL));
}

static void cpus_that_the_host_cannot_start_are_removed(void **state)
{
	(void)state;
	load_and_write("zcu102");
	assert_true(tree_has(out, "/cpus/cpu@2", NULL));
	assert_false(tree_has(out, "/cpus/cpu@3", NULL));
}

static void nothing_refers_to_a_removed_cpu(void **state)
{
	u32 cpu0;

	(void)state;
	load("raspi4b");
	read_tree();
	config.cpus = 2;
	cpu0 = fdt_get_phandle(fdt, fdt_path_offset(fdt, "/cpus/cpu@0"));
	write_guest();
	assert_true(tree_has(out, "/cpus/cpu-map/cluster0/core1", NULL));
	assert_false(tree_has(out, "/cpus/cpu-map/cluster1", NULL));
	TREE_ASSERT_CELLS(out, "/pmu", "interrupts", 0, 16, 4, 0, 17, 4);
	TREE_ASSERT_CELLS(out, "/pmu", "interrupt-affinity", cpu0,
			  fdt_get_phandle(fdt, fdt_path_offset(fdt, "/cpus/cpu@1")));
	TREE_ASSERT_CELLS(out, "/thermal-zones/cpu-thermal/cooling-maps/map0", "cooling-device",
			  cpu0, 0xffffffff, 0xffffffff);
	assert_false(tree_has(out, "/thermal-zones/cpu-thermal/cooling-maps/map1", NULL));
}

/* As in Renesas's trees, of which no node says who the interrupts' parent is. */
static void a_pmu_has_the_interrupts_of_its_cpus(void **state)
{
	(void)state;
	load("raspi4b");
	tree_delete(fdt, "/pmu", "interrupts");
	TREE_CELLS(fdt, "/pmu", "interrupts-extended", 1, 0, 16, 4, 1, 0, 17, 4, 1, 0, 18, 4, 1, 0,
		   19, 4);
	read_tree();
	config.cpus = 2;
	write_guest();
	TREE_ASSERT_CELLS(out, "/pmu", "interrupts-extended", 1, 0, 16, 4, 1, 0, 17, 4);
}

/* Linux takes one without a list for that of all CPUs, and the other cluster has its own. */
static void the_pmu_of_a_cluster_goes_with_its_cpus(void **state)
{
	u32 cpu2, cpu3;

	(void)state;
	load("raspi4b");
	cpu2 = fdt_get_phandle(fdt, fdt_path_offset(fdt, "/cpus/cpu@2"));
	cpu3 = fdt_get_phandle(fdt, fdt_path_offset(fdt, "/cpus/cpu@3"));
	TREE_CELLS(fdt, "/pmu-big", "interrupts", 0, 18, 4, 0, 19, 4);
	TREE_CELLS(fdt, "/pmu-big", "interrupt-affinity", cpu2, cpu3);
	read_tree();
	config.cpus = 2;
	write_guest();
	assert_false(tree_has(out, "/pmu-big", NULL));
	assert_true(tree_has(out, "/pmu", NULL));
}

static void lists_stay_whole_when_no_cpu_is_removed(void **state)
{
	(void)state;
	load_and_write("raspi4b");
	TREE_ASSERT_CELLS(out, "/pmu", "interrupts", 0, 16, 4, 0, 17, 4, 0, 18, 4, 0, 19, 4);
	assert_true(tree_has(out, "/thermal-zones/cpu-thermal/cooling-maps/map1", NULL));
}

/* /chosen */

static void the_command_line_is_the_configs(void **state)
{
	(void)state;
	load("raspi4b");
	read_tree();
	config.bootargs = "console=ttyAMA0 root=/dev/ram0";
	write_guest();
	assert_string_equal(tree_string(out, "/chosen", "bootargs"), config.bootargs);
}

static void without_a_command_line_the_hosts_is_removed(void **state)
{
	(void)state;
	load_and_write("raspi4b");
	assert_false(tree_has(out, "/chosen", "bootargs"));
}

static void the_ramdisk_takes_the_bundles_place(void **state)
{
	(void)state;
	load("raspi4b");
	read_tree();
	args.ramdisk = (struct range){ 0x1ffff0000, 0x20000 };
	write_guest();
	TREE_ASSERT_CELLS(out, "/chosen", "linux,initrd-start", 1, 0xffff0000);
	TREE_ASSERT_CELLS(out, "/chosen", "linux,initrd-end", 2, 0x10000);
}

static void without_a_ramdisk_the_bundle_is_not_one(void **state)
{
	(void)state;
	load_and_write("raspi4b");
	assert_false(tree_has(out, "/chosen", "linux,initrd-start"));
	assert_false(tree_has(out, "/chosen", "linux,initrd-end"));
}

static void what_speaks_of_the_hosts_boot_is_removed(void **state)
{
	(void)state;
	load("raspi4b");
	TREE_CELLS(fdt, "/chosen", "linux,usable-memory-range", 0, 0, 0, 0x1000);
	tree_set_string(fdt, "/chosen/module@0", "compatible", "multiboot,module");
	read_tree();
	write_guest();
	assert_false(tree_has(out, "/chosen", "linux,uefi-system-table"));
	assert_false(tree_has(out, "/chosen", "linux,usable-memory-range"));
	assert_false(tree_has(out, "/chosen/module@0", NULL));
	assert_true(tree_has(out, "/chosen", "kaslr-seed"));
	assert_true(tree_has(out, "/chosen/framebuffer@3e000000", NULL));
	assert_string_equal(tree_string(out, "/chosen", "stdout-path"), "serial0:115200n8");
}

static void a_tree_without_chosen_gets_one(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_delete(fdt, "/chosen", NULL);
	read_tree();
	config.bootargs = "quiet";
	write_guest();
	assert_string_equal(tree_string(out, "/chosen", "bootargs"), "quiet");
}

/* The interrupt controller */

static void the_its_is_removed_with_what_refers_to_it(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/platform-bus@c000000", "msi-parent", 0x8006, 0x12);
	TREE_CELLS(fdt, "/pcie@10000000", "msi-parent", 0x8006);	/* beside msi-map */
	TREE_CELLS(fdt, "/timer", "msi-parent", 0x8005);
	read_tree();
	write_guest();
	assert_false(tree_has(out, "/intc@8000000/its@8080000", NULL));
	assert_false(tree_has(out, "/pcie@10000000", "msi-map"));
	assert_false(tree_has(out, "/pcie@10000000", "msi-parent"));
	assert_false(tree_has(out, "/platform-bus@c000000", "msi-parent"));
	assert_true(tree_has(out, "/timer", "msi-parent"));
}

static void the_cpus_external_debug_is_not_the_guests(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/debug@30000000", "compatible", "arm,coresight-cpu-debug");
	TREE_CELLS(fdt, "/debug@30000000", "reg", 0, 0x30000000, 0, 0x1000);
	read_tree();
	for (unsigned i = 0; i < host.nr_mmio; i++)
		assert_string_not_equal(host.mmio[i].name, "debug@30000000");
	write_guest();
	assert_false(tree_has(out, "/debug@30000000", NULL));
}

/* Its driver would read CLUSTERPMCR_EL1, which traps. It has no registers in memory. */
static void a_clusters_counters_are_not_the_guests(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/dsu-pmu-0", "compatible", "arm,dsu-pmu");
	TREE_CELLS(fdt, "/dsu-pmu-0", "interrupts", 0, 18, 4);
	read_tree();
	write_guest();
	assert_false(tree_has(out, "/dsu-pmu-0", NULL));
}

/* Tegra194's clocks, and errors of Cortex-A72's caches: the CPUs stay. */
static void drivers_find_no_registers_of_the_cores_own(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/cpus", "compatible", "nvidia,tegra194-ccplex");
	assert_int_equal(fdt_setprop_empty(fdt, fdt_path_offset(fdt, "/cpus/cpu@0"),
					   "edac-enabled"), 0);
	read_tree();
	write_guest();
	assert_false(tree_has(out, "/cpus", "compatible"));
	assert_true(tree_has(out, "/cpus", "#address-cells"));
	assert_false(tree_has(out, "/cpus/cpu@0", "edac-enabled"));
	assert_true(tree_has(out, "/cpus/cpu@0", "compatible"));
}

/* Its driver would read memory that the loader has reserved. */
static void a_table_of_coreboots_is_not_the_guests(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set(fdt, "/firmware", "ranges", "", 0);
	tree_set_string(fdt, "/firmware/coreboot", "compatible", "coreboot");
	TREE_CELLS(fdt, "/firmware/coreboot", "reg", 0, 0x7ffdf000, 0, 0x1000, 0, 0x7fe00000,
		   0, 0x1ff000);
	read_tree();
	write_guest();
	assert_true(tree_has(out, "/firmware", NULL));
	assert_false(tree_has(out, "/firmware/coreboot", NULL));
}

static void the_smmu_goes_with_what_refers_to_it(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/smmuv3@9050000", "compatible", "arm,smmu-v3");
	TREE_CELLS(fdt, "/smmuv3@9050000", "reg", 0, 0x9050000, 0, 0x20000);
	TREE_CELLS(fdt, "/smmuv3@9050000", "phandle", 0x8765);
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, 0x8765, 0, 0x10000);
	TREE_CELLS(fdt, "/platform-bus@c000000", "iommus", 0x8765, 3);
	TREE_CELLS(fdt, "/timer", "iommus", 0x8005, 3);
	read_tree();
	write_guest();
	assert_false(tree_has(out, "/smmuv3@9050000", NULL));
	assert_false(tree_has(out, "/pcie@10000000", "iommu-map"));
	assert_false(tree_has(out, "/platform-bus@c000000", "iommus"));
	assert_true(tree_has(out, "/timer", "iommus"));
}

/* Linux's driver for ROM reads only; one for flash would be ended by its first command. */
static void flash_that_is_read_only_is_rom_to_the_guest(void **state)
{
	(void)state;
	load("virt-gicv3");
	read_tree();
	memmove(regions.region + 1, regions.region, regions.nr++ * sizeof(regions.region[0]));
	regions.region[0] = (struct region){ .ipa = IPA(0), .size = MIB(64), .type = REGION_MMIO };
	write_guest();
	assert_string_equal(tree_string(out, "/flash@0", "compatible"), "mtd-rom");
	assert_true(tree_has(out, "/flash@0", "bank-width"));
	regions.region[0].attr.write = true;
	write_guest();
	assert_string_equal(tree_string(out, "/flash@0", "compatible"), "cfi-flash");
}

/* A phandle below what is withheld leads nowhere either. */
static void what_is_withheld_is_not_in_the_tree(void **state)
{
	static const char paths[] = "/pl031@9010000\0/platform-bus";

	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/platform-bus@c000000/iommu@0", "phandle", 0x8765);
	TREE_CELLS(fdt, "/pcie@10000000", "iommu-map", 0, 0x8765, 0, 0x10000);
	read_tree();
	config.withhold = (struct dt_prop){ (const u8 *)paths, sizeof(paths) };
	write_guest();
	assert_false(tree_has(out, "/pl031@9010000", NULL));
	assert_false(tree_has(out, "/platform-bus@c000000", NULL));
	assert_false(tree_has(out, "/pcie@10000000", "iommu-map"));
	assert_true(tree_has(out, "/pl011@9000000", NULL));
}

static void more_nodes_than_can_be_removed_are_refused(void **state)
{
	void *big;

	(void)state;
	load("virt-gicv3");
	read_tree();
	big = malloc(KIB(128));
	assert_non_null(big);
	assert_int_equal(fdt_open_into(fdt, big, KIB(128)), 0);
	for (u32 i = 0; i < 641; i++) {
		char path[16];

		snprintf(path, sizeof(path), "/cti@%x", i);
		tree_set_string(big, path, "compatible", "arm,coresight-cti");
		TREE_CELLS(big, path, "phandle", 0x1000 + i);
	}
	args.base = big;
	args.base_size = KIB(128);
	refused(-E2BIG, "phandle: ", "one node more than the 640");
	free(big);
}

static void an_msi_map_keeps_its_other_entries(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/pcie@10000000", "msi-map", 0, 0x8006, 0, 0x100, 0x100, 0x8005, 0x8006,
		   0x100, 0x200, 0x8006, 0, 0x100);
	read_tree();
	write_guest();
	TREE_ASSERT_CELLS(out, "/pcie@10000000", "msi-map", 0x100, 0x8005, 0x8006, 0x100);
}

static void a_gicv3_has_no_frames_for_a_gicv2_guest(void **state)
{
	(void)state;
	load("virt-gicv3");
	TREE_CELLS(fdt, "/intc@8000000", "#redistributor-regions", 2);
	TREE_CELLS(fdt, "/intc@8000000", "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0xf60000,
		   0x40, 0, 0, 0x4000000, 0, 0x8010000, 0, 0x10000, 0, 0x8020000, 0, 0x10000);
	read_tree();
	write_guest();
	TREE_ASSERT_CELLS(out, "/intc@8000000", "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0,
			  0xf60000, 0x40, 0, 0, 0x4000000);
	assert_false(tree_has(out, "/intc@8000000", "interrupts"));
}

static void a_gicv2_has_distributor_and_cpu_interface(void **state)
{
	(void)state;
	load_and_write("virt-gicv2");
	TREE_ASSERT_CELLS(out, "/intc@8000000", "reg", 0, 0x8000000, 0, 0x10000, 0, 0x8010000, 0,
			  0x10000);
	assert_false(tree_has(out, "/intc@8000000", "interrupts"));
	assert_true(tree_has(out, "/intc@8000000/v2m@8020000", NULL));
	TREE_ASSERT_CELLS(out, "/pcie@10000000", "msi-map", 0, 0x8006, 0, 0x10000);
}

static void a_second_gic_stays_as_it_is(void **state)
{
	(void)state;
	load("virt-gicv2");
	TREE_CELLS(fdt, "/platform-bus@c000000/gic@0", "reg", 0, 0x1000, 0x1000, 0x1000, 0x2000,
		   0x1000);
	TREE_CELLS(fdt, "/platform-bus@c000000/gic@0", "interrupts", 0, 1, 4);
	tree_set_string(fdt, "/platform-bus@c000000/gic@0", "compatible", "arm,pl390");
	tree_set_string(fdt, "/platform-bus@c000000/gic@0", "status", "disabled");
	read_tree();
	write_guest();
	assert_true(tree_has(out, "/platform-bus@c000000/gic@0", "interrupts"));
	assert_false(tree_has(out, "/intc@8000000", "interrupts"));

	load("virt-gicv2");
	TREE_CELLS(fdt, "/intc@8000000/gic@0", "interrupts", 0, 1, 4);
	tree_set_string(fdt, "/intc@8000000/gic@0", "compatible", "arm,pl390");
	read_tree();
	write_guest();
	assert_true(tree_has(out, "/intc@8000000/gic@0", "interrupts"));
}

static void a_gic_on_a_bus_is_cut_in_that_buss_cells(void **state)
{
	(void)state;
	load_and_write("raspi4b");
	TREE_ASSERT_CELLS(out, "/soc/interrupt-controller@40041000", "reg", 0x40041000, 0x1000,
			  0x40042000, 0x2000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, cleanup)
	const struct CMUnitTest tests[] = {
		TEST(cpus_start_by_psci),
		TEST(a_machine_without_psci_gets_it_by_hvc),
		TEST(psci_keeps_the_hosts_conduit_and_loses_old_function_ids),
		TEST(cpus_that_the_guest_does_not_have_are_removed),
		TEST(the_boot_cpu_is_always_kept),
		TEST(cpus_that_the_host_cannot_start_are_removed),
		TEST(nothing_refers_to_a_removed_cpu),
		TEST(a_pmu_has_the_interrupts_of_its_cpus),
		TEST(the_pmu_of_a_cluster_goes_with_its_cpus),
		TEST(lists_stay_whole_when_no_cpu_is_removed),
		TEST(the_command_line_is_the_configs),
		TEST(without_a_command_line_the_hosts_is_removed),
		TEST(the_ramdisk_takes_the_bundles_place),
		TEST(without_a_ramdisk_the_bundle_is_not_one),
		TEST(what_speaks_of_the_hosts_boot_is_removed),
		TEST(a_tree_without_chosen_gets_one),
		TEST(the_its_is_removed_with_what_refers_to_it),
		TEST(the_cpus_external_debug_is_not_the_guests),
		TEST(a_clusters_counters_are_not_the_guests),
		TEST(drivers_find_no_registers_of_the_cores_own),
		TEST(a_table_of_coreboots_is_not_the_guests),
		TEST(the_smmu_goes_with_what_refers_to_it),
		TEST(flash_that_is_read_only_is_rom_to_the_guest),
		TEST(what_is_withheld_is_not_in_the_tree),
		TEST(more_nodes_than_can_be_removed_are_refused),
		TEST(an_msi_map_keeps_its_other_entries),
		TEST(a_gicv3_has_no_frames_for_a_gicv2_guest),
		TEST(a_gicv2_has_distributor_and_cpu_interface),
		TEST(a_second_gic_stays_as_it_is),
		TEST(a_gic_on_a_bus_is_cut_in_that_buss_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
