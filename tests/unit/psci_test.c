/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/fake_machine.h"
#include "boot/guest/cpus.h"
#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "hyp/enter.h"
#include "hyp/psci.h"
#include "hyp/smccc.h"
#include "lib/errno.h"

#define RAM		0x40000000
#define DEVICE		0x09000000
#define WORKAROUND_1	0x80008000
#define MIGRATE		0x84000005

static struct region_table regions;

static int setup(void **state)
{
	static const struct host host = {
		.cpu = { { .mpidr = 0 }, { .mpidr = 1 }, { .mpidr = 0x100 } },
		.nr_cpus = 3,
	};
	struct diag d;

	(void)state;
	regions.nr = 2;
	regions.region[0] = (struct region){ "uart", IPA(DEVICE), PA(DEVICE), PAGE_SIZE,
					     .type = REGION_MMIO };
	regions.region[1] = (struct region){
		"memory", IPA(RAM),	      PA(RAM),
		MIB(512), .type = REGION_RAM, .attr = { .read = true, .write = true, .exec = true }
	};
	guest.regions = &regions;
	fake_machine_reset();
	psci_states.limited = false;
	return cpus_init(&host, 0, 0x80000000, &d);
}

static s64 call(unsigned from, u64 fid, u64 a1, u64 a2, u64 a3)
{
	struct frame f = { .x = { fid, a1, a2, a3 } };

	smccc_call(&f, &cpus[from], 0);
	return (s64)f.x[0];
}

static void cpu_on_starts_the_machines_cpu_with_its_struct(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 0x100, RAM + 0x1000, 0x1234567890), PSCI_SUCCESS);
	assert_int_equal(machine.on_mpidr, 0x100);
	assert_ptr_equal((void *)machine.on_context, &cpus[2]);
	assert_int_equal(cpus[2].entry, RAM + 0x1000);
	assert_int_equal(cpus[2].context, 0x1234567890);
	assert_int_equal(cpus[2].state, CPU_ON_PENDING);
}

static void the_32_bit_form_takes_w_registers(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_CPU_ON_32, 0xdead00000001, 0xdead40000000, 0xdead00000007),
			 PSCI_SUCCESS);
	assert_int_equal(machine.on_mpidr, 1);
	assert_int_equal(cpus[1].entry, 0x40000000);
	assert_int_equal(cpus[1].context, 7);
}

static void cpu_on_refuses_what_is_no_cpu_of_the_guest(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 2, RAM, 0), PSCI_INVALID_PARAMETERS);
	assert_int_equal(call(0, PSCI_CPU_ON_64, 0x80000001, RAM, 0), PSCI_INVALID_PARAMETERS);
	assert_int_equal(call(0, PSCI_CPU_ON_64, BIT(63) | 1, RAM, 0), PSCI_INVALID_PARAMETERS);
	assert_int_equal(machine.nr_on, 0);
}

static void cpu_on_refuses_an_entry_that_is_not_in_memory(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, DEVICE, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM - 4, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM + MIB(512), 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM + 2, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, ~3ull, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(machine.nr_on, 0);
	assert_int_equal(cpus[1].state, CPU_OFF);
}

static void memory_is_what_is_exposed_as_memory(void **state)
{
	struct region *memory = &regions.region[1];

	(void)state;
	memory->type = REGION_RAW;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_INVALID_ADDRESS);
	memory->opts.expose = EXPOSE_MEMORY;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_SUCCESS);
	memory->attr.exec = false;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 0x100, RAM, 0), PSCI_INVALID_ADDRESS);
	memory->attr.exec = true;
	memory->type = REGION_RAM;
	memory->opts.expose = EXPOSE_NONE;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 0x100, RAM, 0), PSCI_INVALID_ADDRESS);
}

static void cpu_on_of_a_cpu_that_is_on_says_so(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 0, RAM, 0), PSCI_ALREADY_ON);
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_SUCCESS);
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM + 4, 0), PSCI_ON_PENDING);
	assert_int_equal(cpus[1].entry, RAM);
	psci_cpu_is_on(&cpus[1]);
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_ALREADY_ON);
	assert_int_equal(machine.nr_on, 1);
}

static void a_cpu_begins_in_the_byte_order_of_who_calls(void **state)
{
	(void)state;
	machine.sctlr = SCTLR_EE;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_SUCCESS);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, BIT(16), RAM, 0), PSCI_SUCCESS);
	assert_true(cpus[1].big_endian && cpus[0].big_endian);
	machine.sctlr = ~(u64)SCTLR_EE;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 0x100, RAM, 0), PSCI_SUCCESS);
	assert_int_equal(call(0, PSCI_SYSTEM_SUSPEND_64, RAM, 0, 0), PSCI_SUCCESS);
	assert_false(cpus[2].big_endian || cpus[0].big_endian);
}

static void a_start_that_the_firmware_refuses_can_be_tried_again(void **state)
{
	(void)state;
	machine.on_result = PSCI_ALREADY_ON;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_ALREADY_ON);
	machine.on_result = PSCI_SUCCESS;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_SUCCESS);
}

static void a_cpu_that_goes_off_is_off_for_the_others_once_the_machine_agrees(void **state)
{
	(void)state;
	psci_cpu_is_on(&cpus[1]);
	machine.off_result = PSCI_DENIED;
	assert_int_equal(call(1, PSCI_CPU_OFF, 0, 0, 0), PSCI_DENIED);
	assert_int_equal(call(0, PSCI_AFFINITY_INFO_64, 1, 0, 0), CPU_ON);
	machine.off_result = PSCI_NOT_SUPPORTED;	/* which CPU_OFF does not say */
	assert_int_equal(call(1, PSCI_CPU_OFF, 0, 0, 0), PSCI_DENIED);

	cpus[1].state = CPU_OFF;
	machine.state_result = CPU_ON;
	assert_int_equal(call(0, PSCI_AFFINITY_INFO_64, 1, 0, 0), CPU_ON);
	machine.state_result = CPU_OFF;
	assert_int_equal(call(0, PSCI_AFFINITY_INFO_64, 1, 0, 0), CPU_OFF);
	machine.state_result = PSCI_NOT_SUPPORTED;
	assert_int_equal(call(0, PSCI_AFFINITY_INFO_64, 1, 0, 0), CPU_OFF);
}

static void start_cpu_1(void)
{
	machine.on_result = PSCI_ALREADY_ON;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_ALREADY_ON);
	assert_int_equal(cpus[1].state, CPU_OFF);
}

static void a_start_during_a_denied_cpu_off_leaves_the_cpu_on(void **state)
{
	(void)state;
	psci_cpu_is_on(&cpus[1]);
	machine.off_result = PSCI_DENIED;
	machine.during_off = start_cpu_1;
	assert_int_equal(call(1, PSCI_CPU_OFF, 0, 0, 0), PSCI_DENIED);
	assert_int_equal(cpus[1].state, CPU_ON);
}

static void cpu_1_was_denied(void)
{
	psci_cpu_is_on(&cpus[1]);
}

static void a_denied_cpu_off_during_a_start_leaves_the_cpu_on(void **state)
{
	(void)state;
	machine.on_result = PSCI_ALREADY_ON;
	machine.during_on = cpu_1_was_denied;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_ALREADY_ON);
	assert_int_equal(cpus[1].state, CPU_ON);
}

static void affinity_info_knows_pending_and_level_0_only(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_SUCCESS);
	assert_int_equal(call(0, PSCI_AFFINITY_INFO_64, 1, 0, 0), CPU_ON_PENDING);
	assert_int_equal(call(0, PSCI_AFFINITY_INFO_64, 1, 1, 0), PSCI_INVALID_PARAMETERS);
	assert_int_equal(call(0, PSCI_AFFINITY_INFO_64, 5, 0, 0), PSCI_INVALID_PARAMETERS);
}

static void standby_passes_and_powerdown_comes_back_through_el2(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, 0x1, DEVICE, 5), PSCI_SUCCESS);
	assert_int_equal(machine.suspend_state, 1);

	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, BIT(16), DEVICE, 5), PSCI_INVALID_ADDRESS);
	assert_int_equal(machine.nr_suspend, 1);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_32, BIT(16), RAM + 8, 5), PSCI_SUCCESS);
	assert_ptr_equal((void *)machine.suspend_context, &cpus[0]);
	assert_int_equal(cpus[0].entry, RAM + 8);
	assert_int_equal(cpus[0].context, 5);
}

static void the_extended_power_state_has_its_type_elsewhere(void **state)
{
	(void)state;
	firmware.suspend = BIT(1);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, BIT(16), DEVICE, 5), PSCI_SUCCESS);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, BIT(30), DEVICE, 5), PSCI_INVALID_ADDRESS);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_CPU_SUSPEND_64, 0, 0), BIT(1));
}

/* As a state of the whole machine is SYSTEM_SUSPEND by another name. */
static void where_states_are_limited_those_of_the_tree_are_left(void **state)
{
	const u32 machine_off = BIT(16) | 2 << 24, idle = BIT(16) | 1;

	(void)state;
	psci_states = (struct psci_states){ .limited = true, .nr = 2, .state = { 7, idle } };
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, machine_off, RAM, 0),
			 PSCI_INVALID_PARAMETERS);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_32, BIT(16), RAM, 0), PSCI_INVALID_PARAMETERS);
	assert_int_equal(machine.nr_suspend, 0);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, idle, RAM, 0), PSCI_SUCCESS);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, 1, 0, 0), PSCI_SUCCESS);	/* standby */
	firmware.suspend = BIT(1);
	psci_states.state[0] = BIT(30) | 3;
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, BIT(30) | 2, RAM, 0),
			 PSCI_INVALID_PARAMETERS);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, BIT(30) | 3, RAM, 0), PSCI_SUCCESS);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, machine_off, 0, 0), PSCI_SUCCESS);
	assert_int_equal(machine.nr_suspend, 4);
}

/* The guest's entry was in the window of addresses that the firmware takes; Mavis's is not. */
static void an_entry_that_the_firmware_does_not_take_is_said(void **state)
{
	(void)state;
	machine.on_result = machine.suspend_result = PSCI_INVALID_ADDRESS;
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, RAM, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(machine.nr_said, 1);
	assert_int_equal(call(0, PSCI_CPU_SUSPEND_64, BIT(16), RAM, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(machine.nr_said, 2);
	/* its own may be wrong as well */
	assert_int_equal(call(0, PSCI_CPU_ON_64, 1, DEVICE, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(machine.nr_said, 2);
}

/* What CPU_SUSPEND's features say is there: a kernel that reads them calls it. */
static void the_mode_that_suspend_offers_can_be_set(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_SET_SUSPEND_MODE, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(call(0, PSCI_SET_SUSPEND_MODE, 1, 0, 0), PSCI_NOT_SUPPORTED);
	firmware.suspend = PSCI_NOT_SUPPORTED;
	assert_int_equal(call(0, PSCI_SET_SUSPEND_MODE, 1, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(machine.nr_calls, 0);

	firmware.suspend = BIT(1) | BIT(0);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_SET_SUSPEND_MODE, 0, 0), PSCI_SUCCESS);
	machine.call_result.x[0] = (u32)PSCI_DENIED;	/* as firmware of 32 bits returns it */
	assert_int_equal(call(0, PSCI_SET_SUSPEND_MODE, BIT(32) | 1, 0, 0), PSCI_DENIED);
	assert_int_equal(machine.call_fid, PSCI_SET_SUSPEND_MODE);
	assert_int_equal(machine.call_arg[0], 1);
}

static void suspending_the_system_comes_back_through_el2(void **state)
{
	(void)state;
	machine.call_result.x[0] = (u64)PSCI_DENIED;	/* another CPU is on */
	assert_int_equal(call(0, PSCI_SYSTEM_SUSPEND_64, RAM + 8, 5, 0), PSCI_DENIED);
	assert_int_equal(machine.call_fid, PSCI_SYSTEM_SUSPEND_64);
	assert_int_equal(machine.call_arg[0], (u64)secondary_entry);
	assert_ptr_equal((void *)machine.call_arg[1], &cpus[0]);
	assert_int_equal(cpus[0].entry, RAM + 8);
	assert_int_equal(cpus[0].context, 5);
	assert_int_equal(call(0, PSCI_SYSTEM_SUSPEND_64, DEVICE, 5, 0), PSCI_INVALID_ADDRESS);
	assert_int_equal(call(0, PSCI_SYSTEM_SUSPEND_32, RAM | BIT(32), 5 | BIT(32), 0),
			 PSCI_DENIED);
	assert_int_equal(cpus[0].context, 5);
	assert_int_equal(machine.nr_calls, 2);

	firmware.system_suspend = false;
	assert_int_equal(call(0, PSCI_SYSTEM_SUSPEND_64, RAM, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_SYSTEM_SUSPEND_64, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(machine.nr_calls, 2);
}

/* Or the guest turns that CPU off, which the firmware denies. */
static void where_a_trusted_os_runs_is_the_firmwares_to_say(void **state)
{
	static const s64 says[][2] = { { 0, 1 }, { 1, 1 }, { 2, 2 },
				       { PSCI_NOT_SUPPORTED, PSCI_NOT_SUPPORTED } };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(says); i++) {
		machine.call_result.x[0] = (u64)says[i][0];
		assert_int_equal(call(0, PSCI_MIGRATE_INFO_TYPE, 0, 0, 0), says[i][1]);
		assert_int_equal(machine.call_fid, PSCI_MIGRATE_INFO_TYPE);
	}
	machine.call_result.x[0] = 0;			/* the first CPU */
	assert_int_equal(call(0, PSCI_MIGRATE_INFO_UP_CPU_64, 0, 0, 0), 0);
	assert_int_equal(machine.call_fid, PSCI_MIGRATE_INFO_UP_CPU_64);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_MIGRATE_INFO_UP_CPU_64, 0, 0), PSCI_SUCCESS);
}

static void features_follow_the_firmware(void **state)
{
	(void)state;
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_CPU_ON_32, 0, 0), 0);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_CPU_ON_64, 0, 0), 0);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_CPU_OFF, 0, 0), 0);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_CPU_OFF | BIT(30), 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(call(0, PSCI_FEATURES, MIGRATE, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(call(0, PSCI_FEATURES, SMCCC_VERSION, 0, 0), 0);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_SYSTEM_RESET2_64, 0, 0), 0);
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_SYSTEM_SUSPEND_64, 0, 0), 0);
	firmware.reset2 = false;
	assert_int_equal(call(0, PSCI_FEATURES, PSCI_SYSTEM_RESET2_64, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(call(0, PSCI_SYSTEM_RESET2_64, 0, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(machine.nr_calls, 0);
}

/* For the guest a call is there if PSCI_FEATURES says so. */
static void features_are_those_that_can_be_called(void **state)
{
	(void)state;
	for (u32 n = 0; n < 64; n++) {
		u32 fid = PSCI_VERSION | (n & 31) | (n & 32 ? BIT(30) : 0);
		bool ends = fid == PSCI_SYSTEM_OFF || fid == PSCI_SYSTEM_RESET ||
			    fid == PSCI_VERSION;		/* fast.S has that */
		bool known = call(0, PSCI_FEATURES, fid, 0, 0) != PSCI_NOT_SUPPORTED;

		if (known != (ends || call(0, fid, PSCI_VERSION, 0, 0) != PSCI_NOT_SUPPORTED))
			fail_msg("%#x: PSCI_FEATURES says %d", fid, known);
	}
}

static void what_is_not_known_is_not_supported_and_reaches_no_firmware(void **state)
{
	static const u64 unknown[] = { 0,	   1,	       0x8400001f, 0x84000020,
				       0xc4000000, 0x86000000, 0x04000000, 0x82000001,
				       0xbf00ff01, 0xffffffff, 0x80000003, MIGRATE };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(unknown); i++)
		assert_int_equal(call(0, unknown[i], 0, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(machine.nr_calls, 0);
}

static void an_immediate_names_no_function(void **state)
{
	struct frame f = { .x = { PSCI_VERSION } };

	(void)state;
	smccc_call(&f, &cpus[0], 1);
	assert_int_equal((s64)f.x[0], PSCI_NOT_SUPPORTED);
}

static void workarounds_are_the_firmwares_if_it_knows_smccc_1_1(void **state)
{
	(void)state;
	machine.call_result.x[0] = 1;
	assert_int_equal(call(0, SMCCC_ARCH_FEATURES, WORKAROUND_1, 0, 0), 1);
	assert_int_equal(machine.call_arg[0], WORKAROUND_1);
	assert_int_equal(call(0, SMCCC_ARCH_FEATURES, 0x80001234, 0, 0), PSCI_NOT_SUPPORTED);

	firmware.smccc_version = 0;
	assert_int_equal(call(0, WORKAROUND_1, 0, 0, 0), PSCI_NOT_SUPPORTED);
	assert_int_equal(machine.nr_calls, 1);
	assert_true(call(0, SMCCC_VERSION, 0, 0, 0) >= 0x10001);
}

static void the_boot_cpu_must_be_the_guests(void **state)
{
	static const struct host host = { .cpu = { { .mpidr = 0 }, { .mpidr = 1 } }, .nr_cpus = 2 };
	struct diag d;

	(void)state;
	assert_int_equal(cpus_init(&host, 1, 1, &d), -EINVAL);
	assert_non_null(strstr(d.text, "cpus"));
	assert_int_equal(cpus_init(&host, 3, 0, &d), -EINVAL);
	assert_int_equal(cpus_init(&host, 2, BIT(31) | BIT(24) | 1, &d), 0);
	assert_int_equal(cpus[1].state, CPU_ON);
	assert_int_equal(cpus[0].state, CPU_OFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(cpu_on_starts_the_machines_cpu_with_its_struct, setup),
		cmocka_unit_test_setup(the_32_bit_form_takes_w_registers, setup),
		cmocka_unit_test_setup(cpu_on_refuses_what_is_no_cpu_of_the_guest, setup),
		cmocka_unit_test_setup(cpu_on_refuses_an_entry_that_is_not_in_memory, setup),
		cmocka_unit_test_setup(memory_is_what_is_exposed_as_memory, setup),
		cmocka_unit_test_setup(cpu_on_of_a_cpu_that_is_on_says_so, setup),
		cmocka_unit_test_setup(a_cpu_begins_in_the_byte_order_of_who_calls, setup),
		cmocka_unit_test_setup(a_start_that_the_firmware_refuses_can_be_tried_again, setup),
		cmocka_unit_test_setup(
			a_cpu_that_goes_off_is_off_for_the_others_once_the_machine_agrees, setup),
		cmocka_unit_test_setup(a_start_during_a_denied_cpu_off_leaves_the_cpu_on, setup),
		cmocka_unit_test_setup(a_denied_cpu_off_during_a_start_leaves_the_cpu_on, setup),
		cmocka_unit_test_setup(affinity_info_knows_pending_and_level_0_only, setup),
		cmocka_unit_test_setup(standby_passes_and_powerdown_comes_back_through_el2, setup),
		cmocka_unit_test_setup(the_extended_power_state_has_its_type_elsewhere, setup),
		cmocka_unit_test_setup(where_states_are_limited_those_of_the_tree_are_left, setup),
		cmocka_unit_test_setup(an_entry_that_the_firmware_does_not_take_is_said, setup),
		cmocka_unit_test_setup(the_mode_that_suspend_offers_can_be_set, setup),
		cmocka_unit_test_setup(suspending_the_system_comes_back_through_el2, setup),
		cmocka_unit_test_setup(where_a_trusted_os_runs_is_the_firmwares_to_say, setup),
		cmocka_unit_test_setup(features_follow_the_firmware, setup),
		cmocka_unit_test_setup(features_are_those_that_can_be_called, setup),
		cmocka_unit_test_setup(what_is_not_known_is_not_supported_and_reaches_no_firmware,
				       setup),
		cmocka_unit_test_setup(an_immediate_names_no_function, setup),
		cmocka_unit_test_setup(workarounds_are_the_firmwares_if_it_knows_smccc_1_1, setup),
		cmocka_unit_test(the_boot_cpu_must_be_the_guests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
