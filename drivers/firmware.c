/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/firmware.h"

#include "lib/arch.h"

struct firmware firmware __carried;

#define CALL(insn)                                                                            \
	asm volatile(insn                                                                     \
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                                 \
		     :                                                                        \
		     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", \
		       "x15", "x16", "x17", "memory")

struct smc_result firmware_call(u32 fid, u64 a1, u64 a2, u64 a3)
{
	register u64 x0 asm("x0") = fid;
	register u64 x1 asm("x1") = a1;
	register u64 x2 asm("x2") = a2;
	register u64 x3 asm("x3") = a3;

	switch (firmware.conduit) {
	case CONDUIT_SMC:
		CALL("smc #0");
		break;
	case CONDUIT_HVC:
		CALL("hvc #0");
		break;
	default:
		x0 = (u64)PSCI_NOT_SUPPORTED;
	}
	return (struct smc_result){ { x0, x1, x2, x3 } };
}

void firmware_smc(u64 regs[FIRMWARE_NR_REGS]);		/* smc.S */

void firmware_pass(u64 regs[FIRMWARE_NR_REGS])
{
	if (firmware_takes_smc(firmware.conduit, read_sysreg(id_aa64pfr0_el1)))
		firmware_smc(regs);
	else
		regs[0] = (u64)PSCI_NOT_SUPPORTED;
}

static s32 features(u32 fid)
{
	return (s32)firmware_call(PSCI_FEATURES, fid, 0, 0).x[0];
}

void firmware_init(enum conduit conduit)
{
	s32 version;

	if (conduit == CONDUIT_HVC && FIELD(read_sysreg(CurrentEL), 3, 2) != 1)
		conduit = CONDUIT_NONE;
	firmware = (struct firmware){ .conduit = conduit, .suspend = PSCI_NOT_SUPPORTED };

	version = (s32)firmware_call(PSCI_VERSION, 0, 0, 0).x[0];
	if (version <= 0)
		return;
	firmware.psci_version = (u32)version;
	if (version < 0x10000) { /* no PSCI_FEATURES yet, but CPU_SUSPEND is mandatory */
		firmware.suspend = 0;
		return;
	}
	firmware.suspend = features(PSCI_CPU_SUSPEND_64);
	firmware.reset2 = features(PSCI_SYSTEM_RESET2_64) >= 0;
	firmware.system_suspend = features(PSCI_SYSTEM_SUSPEND_64) >= 0;
	if (features(SMCCC_VERSION) >= 0) {
		s32 smccc = (s32)firmware_call(SMCCC_VERSION, 0, 0, 0).x[0];

		firmware.smccc_version = smccc > 0 ? (u32)smccc : 0;
	}
}

void firmware_power_off(void)
{
	firmware_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}

void firmware_reset(void)
{
	firmware_call(PSCI_SYSTEM_RESET, 0, 0, 0);
}
