/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/cpu_start.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/host_fixture.h"

/* What a loader for EL1, or an old tree, may say; and the firmware that is there then. */
static void reads(u32 psci_version)
{
	read_all();
	fake_machine_reset();
	firmware.psci_version = psci_version;
	machine.state_result = 1;
}

static unsigned dropped(void)
{
	diag.text[0] = '\0';
	return cpu_start_check(&host, &diag);
}

static void all_start_where_the_firmware_says_so(void **state)
{
	(void)state;
	load("virt-gicv3");
	reads(0x10001);
	assert_int_equal(dropped(), 0);
	assert_int_equal(host.nr_cpus, 4);
	machine.state_result = PSCI_NOT_SUPPORTED;	/* it need not know the question */
	assert_int_equal(dropped(), 0);
	tree_delete(fdt, "/cpus/cpu@2", "enable-method");
	reads(0x10001);
	assert_int_equal(dropped(), 0);
}

static void none_starts_by_hvc_from_el2(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/psci", "method", "hvc");
	reads(0);
	assert_int_equal(dropped(), 3);
	assert_int_equal(host.nr_cpus, 1);
	says("/psci: method: an HVC from EL2 does not reach the firmware");
	says("say \"smc\"");
}

static void none_starts_without_a_psci_node(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/psci", "status", "disabled");
	reads(0);
	assert_int_equal(dropped(), 3);
	says("CPU 0x1: enable-method: is \"psci\", and the device tree has no enabled PSCI node");
	tree_set_string(fdt, "/cpus/cpu@1", "enable-method", "acme,magic");
	reads(0);
	assert_int_equal(dropped(), 3);
	says("CPU 0x1: enable-method: is none that Mavis knows");
}

static void none_starts_by_the_first_psci(void **state)
{
	(void)state;
	load("virt-gicv3");
	tree_set_string(fdt, "/psci", "compatible", "arm,psci");
	TREE_CELLS(fdt, "/psci", "cpu_on", 0x95c1ba60);
	reads(0);
	assert_int_equal(host.psci, HOST_PSCI_OLD);
	assert_int_equal(dropped(), 3);
	says("/psci: compatible: is PSCI 0.1");
}

static void none_starts_by_firmware_without_an_answer(void **state)
{
	(void)state;
	load("virt-gicv3");
	reads(0);
	assert_int_equal(dropped(), 3);
	says("/psci: the firmware does not know PSCI_VERSION by SMC");
}

static void the_first_that_the_firmware_does_not_know_is_named(void **state)
{
	(void)state;
	load("virt-gicv3");
	reads(0x10001);
	machine.state_result = PSCI_INVALID_PARAMETERS;
	assert_int_equal(dropped(), 3);
	says("CPU 0x1: the firmware does not know it");
	reads(0x10001);
	machine.state_result = 0;
	assert_int_equal(dropped(), 3);
	says("CPU 0x1: runs already");
}

/* They need no firmware, and the others stay in their order. */
static void those_of_a_spin_table_stay(void **state)
{
	(void)state;
	load("raspi4b");
	tree_set_string(fdt, "/cpus/cpu@2", "enable-method", "psci");
	reads(0);
	assert_int_equal(dropped(), 1);
	says("CPU 0x2: ");
	assert_int_equal(host.nr_cpus, 3);
	assert_int_equal(host.cpu[2].mpidr, 3);
}

/* As for Linux: the loader fills in the address of those that it starts, and this one runs. */
static void those_of_a_spin_table_without_an_address_are_none(void **state)
{
	(void)state;
	load("raspi4b");
	tree_delete(fdt, "/cpus/cpu@0", "cpu-release-addr");
	tree_delete(fdt, "/cpus/cpu@1", "cpu-release-addr");
	TREE_CELLS(fdt, "/cpus/cpu@3", "cpu-release-addr", 0, 0xf4);
	reads(0);
	assert_int_equal(dropped(), 2);
	says("CPU 0x1: cpu-release-addr: is missing, or no multiple of 8");
	assert_int_equal(host.nr_cpus, 2);
	assert_int_equal(host.cpu[0].mpidr, 0);
	assert_int_equal(host.cpu[1].mpidr, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, unload)
	const struct CMUnitTest tests[] = {
		TEST(all_start_where_the_firmware_says_so),
		TEST(none_starts_by_hvc_from_el2),
		TEST(none_starts_without_a_psci_node),
		TEST(none_starts_by_the_first_psci),
		TEST(none_starts_by_firmware_without_an_answer),
		TEST(the_first_that_the_firmware_does_not_know_is_named),
		TEST(those_of_a_spin_table_stay),
		TEST(those_of_a_spin_table_without_an_address_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
