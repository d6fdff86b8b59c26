/* SPDX-License-Identifier: Apache-2.0 */
/* What the guest may suspend to, on machines whose ITS or SMMU Mavis works. */
#include "boot/guest/suspend.h"

#include <libfdt.h>

#include "hyp/psci.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/host_fixture.h"

static void add_state(const char *parent, const char *name, u32 param)
{
	int node = fdt_add_subnode(fdt, fdt_path_offset(fdt, parent), name);

	assert_true(node > 0);
	assert_int_equal(fdt_setprop_u32(fdt, node, "arm,psci-suspend-param", param), 0);
}

/* With a CPU's states, and a cluster's. */
static int make(void **state)
{
	(void)state;
	fake_machine_reset();
	load("virt-gicv3");
	assert_true(fdt_add_subnode(fdt, fdt_path_offset(fdt, "/cpus"), "idle-states") > 0);
	add_state("/cpus/idle-states", "cpu-sleep", 0x10000);
	add_state("/cpus/idle-states", "cluster-sleep", 0x1010000);
	assert_true(fdt_add_subnode(fdt, 0, "domain-idle-states") > 0);
	add_state("/domain-idle-states", "cluster", 0x41000044);
	read_all();
	return 0;
}

static void what_forgets_nothing_limits_nothing(void **state)
{
	(void)state;
	host.nr_smmus = host.gic.nr_its = 0;
	suspend_settle(&host);
	assert_true(firmware.system_suspend);
	assert_false(psci_states.limited);

	host.gic.nr_its = 1;			/* but it is not the guest's */
	host.gic.its[0].given = false;
	suspend_settle(&host);
	assert_false(psci_states.limited);
}

static void what_forgets_leaves_the_states_of_the_tree(void **state)
{
	(void)state;
	for (unsigned smmu = 0; smmu < 2; smmu++) {
		fake_machine_reset();
		host.nr_smmus = smmu;
		host.gic.nr_its = !smmu;
		host.gic.its[0].given = true;
		suspend_settle(&host);
		assert_false(firmware.system_suspend);
		assert_true(psci_states.limited);
		assert_int_equal(psci_states.nr, 3);
		for (unsigned i = 0; i < 3; i++)
			assert_true(psci_states.state[i] == 0x10000 ||
				    psci_states.state[i] == 0x1010000 ||
				    psci_states.state[i] == 0x41000044);
	}
}

static void as_many_states_as_there_is_room_for(void **state)
{
	char name[24];

	(void)state;
	for (unsigned i = 0; i < PSCI_MAX_STATES; i++) {
		snprintf(name, sizeof(name), "state%u", i);
		add_state("/cpus/idle-states", name, i);
	}
	read_all();
	host.nr_smmus = 1;
	suspend_settle(&host);
	assert_int_equal(psci_states.nr, PSCI_MAX_STATES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_forgets_nothing_limits_nothing, make, unload),
		cmocka_unit_test_setup_teardown(what_forgets_leaves_the_states_of_the_tree, make,
						unload),
		cmocka_unit_test_setup_teardown(as_many_states_as_there_is_room_for, make, unload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
