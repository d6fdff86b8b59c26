/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/smccc.h"

#include "drivers/firmware.h"
#include "hyp/calls.h"
#include "hyp/control.h"
#include "hyp/debug.h"
#include "hyp/psci.h"

#define ARCH_SOC_ID		0x80000002
#define TRNG_VERSION		0x84000050
#define TRNG_FEATURES		0x84000051
#define TRNG_GET_UUID		0x84000052
#define TRNG_RND_32		0x84000053
#define TRNG_RND_64		0xc4000053

#define VENDOR_HYP		6	/* an owner: Mavis itself */

/*
 * The firmware's own service. Its workarounds act on the CPU that calls, and it is the guest's CPU.
 * Firmware older than SMCCC 1.1 knows none of these, and need not even return NOT_SUPPORTED
 * cleanly.
 */
static void pass(struct frame *f)
{
	struct smc_result r;

	if (firmware.smccc_version < VERSION_1_1) {
		frame_result(f, PSCI_NOT_SUPPORTED);
		return;
	}
	r = firmware_call((u32)f->x[0], smccc_arg(f, 1), smccc_arg(f, 2), smccc_arg(f, 3));
	for (unsigned i = 0; i < ARRAY_SIZE(r.x); i++)
		f->x[i] = r.x[i];
}

/* Which of smccc_call()'s there are, of Arm's architecture service; the firmware knows the rest. */
static void arch_features(struct frame *f)
{
	switch ((u32)f->x[1]) {
	case SMCCC_VERSION:
	case SMCCC_ARCH_FEATURES:
		frame_result(f, PSCI_SUCCESS);
		break;
	case ARCH_SOC_ID:
	case ARCH_WORKAROUND_1:
	case ARCH_WORKAROUND_2:
	case ARCH_WORKAROUND_3:
		pass(f);
		break;
	default:
		frame_result(f, PSCI_NOT_SUPPORTED);
	}
}

/* Which of smccc_call()'s there are, of PSCI's. */
static s64 psci_features(u32 fid)
{
	switch (fid) {
	case PSCI_VERSION:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON_64:
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO_64:
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_MIGRATE_INFO_UP_CPU_32:
	case PSCI_MIGRATE_INFO_UP_CPU_64:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES:
	case SMCCC_VERSION:
		return PSCI_SUCCESS;
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND_64:
		return firmware.suspend;
	case PSCI_SET_SUSPEND_MODE:
		return psci_has_suspend_mode() ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
	case PSCI_SYSTEM_RESET2_32:
	case PSCI_SYSTEM_RESET2_64:
		return firmware.reset2 ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
	case PSCI_SYSTEM_SUSPEND_32:
	case PSCI_SYSTEM_SUSPEND_64:
		return firmware.system_suspend ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
	default:
		return PSCI_NOT_SUPPORTED;
	}
}

/* Linux ends so after a panic. */
static void before_reset(struct frame *f)
{
	if (debug_asked)
		debug_guest(f, "it resets the machine");
}

void smccc_call(struct frame *f, struct cpu *self, u64 imm)
{
	if (imm) {
		frame_result(f, PSCI_NOT_SUPPORTED);
		return;
	}
	switch ((u32)f->x[0]) {
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND_64:
		psci_cpu_suspend(f, self);
		break;
	case PSCI_SET_SUSPEND_MODE:
		psci_set_suspend_mode(f);
		break;
	case PSCI_CPU_OFF:
		psci_cpu_off(f, self);
		break;
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON_64:
		psci_cpu_on(f);
		break;
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO_64:
		psci_affinity_info(f);
		break;
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_MIGRATE_INFO_UP_CPU_32:
	case PSCI_MIGRATE_INFO_UP_CPU_64:
		psci_migrate_info(f);
		break;
	case PSCI_SYSTEM_OFF:
		psci_system_off();
		break;
	case PSCI_SYSTEM_RESET:
		before_reset(f);
		psci_system_reset();
		break;
	case PSCI_FEATURES:
		frame_result(f, psci_features((u32)f->x[1]));
		break;
	case PSCI_SYSTEM_RESET2_32:
	case PSCI_SYSTEM_RESET2_64:
		if (firmware.reset2)
			before_reset(f);
		psci_system_reset2(f);
		break;
	case SMCCC_VERSION:	/* 1.2 only says that the firmware's SOC_ID may be asked for */
		frame_result(f, MIN(MAX(firmware.smccc_version, VERSION_1_1), VERSION_1_2));
		break;
	case PSCI_SYSTEM_SUSPEND_32:
	case PSCI_SYSTEM_SUSPEND_64:
		psci_system_suspend(f, self);
		break;
	case SMCCC_ARCH_FEATURES:
		arch_features(f);
		break;
	case ARCH_SOC_ID:
	case TRNG_VERSION:
	case TRNG_FEATURES:
	case TRNG_GET_UUID:
	case TRNG_RND_32:
	case TRNG_RND_64:
		pass(f);
		break;
	default:
		if (smccc_owner((u32)f->x[0]) != VENDOR_HYP)
			calls_firmware(f);
		else if (control_asked)
			control_call(f);
		else
			frame_result(f, CONTROL_NOT_SUPPORTED);
	}
}
