/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's firmware at EL3, by the SMC calling convention (DEN0028) and PSCI (DEN0022). */
#ifndef DRIVERS_FIRMWARE_H
#define DRIVERS_FIRMWARE_H

#define PSCI_VERSION		0x84000000
#define PSCI_CPU_SUSPEND_32	0x84000001
#define PSCI_CPU_SUSPEND_64	0xc4000001
#define PSCI_CPU_OFF		0x84000002
#define PSCI_CPU_ON_32		0x84000003
#define PSCI_CPU_ON_64		0xc4000003
#define PSCI_AFFINITY_INFO_32	0x84000004
#define PSCI_AFFINITY_INFO_64	0xc4000004
#define PSCI_MIGRATE_INFO_TYPE	0x84000006
#define PSCI_MIGRATE_INFO_UP_CPU_32 0x84000007
#define PSCI_MIGRATE_INFO_UP_CPU_64 0xc4000007
#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_SYSTEM_RESET	0x84000009
#define PSCI_FEATURES		0x8400000a
#define PSCI_SYSTEM_SUSPEND_32	0x8400000e
#define PSCI_SYSTEM_SUSPEND_64	0xc400000e
#define PSCI_SET_SUSPEND_MODE	0x8400000f
#define PSCI_SYSTEM_RESET2_32	0x84000012
#define PSCI_SYSTEM_RESET2_64	0xc4000012
#define SMCCC_VERSION		0x80000000
#define SMCCC_ARCH_FEATURES	0x80000001
#define ARCH_WORKAROUND_1	0x80008000
#define ARCH_WORKAROUND_2	0x80007fff
#define ARCH_WORKAROUND_3	0x80003fff

/* SMCCC's, and PSCI's. */
#define VERSION_1_1		0x10001
#define VERSION_1_2		0x10002

#define FIRMWARE_SMCCC		8	/* offset in struct firmware, for assembly */

#ifndef __ASSEMBLY__
#include "lib/types.h"

enum conduit { CONDUIT_NONE, CONDUIT_SMC, CONDUIT_HVC };

enum {
	PSCI_SUCCESS = 0,
	PSCI_NOT_SUPPORTED = -1,	/* also SMCCC's answer to an unknown function */
	PSCI_INVALID_PARAMETERS = -2,
	PSCI_DENIED = -3,
	PSCI_ALREADY_ON = -4,
	PSCI_ON_PENDING = -5,
	PSCI_INVALID_ADDRESS = -9,
};

struct smc_result {
	u64 x[4];
};

struct firmware {
	enum conduit conduit; /* NONE: there is no firmware that could be called from here */
	u32 psci_version;		/* major << 16 | minor; 0: none */
	u32 smccc_version;		/* likewise; SMCCC_VERSION itself came with 1.1 */
	s32 suspend;			/* PSCI_FEATURES of CPU_SUSPEND: flags, or an error */
	bool reset2;
	bool system_suspend;		/* ... and all that Mavis works comes through it */
};

_Static_assert(offsetof(struct firmware, smccc_version) == FIRMWARE_SMCCC,
	       "assembly relies on it");

extern struct firmware firmware;

/*
 * Finds out what there is behind @conduit. Without one (CONDUIT_NONE) nothing is ever called: an
 * SMC on a machine without EL3 firmware does not return. At EL2 an HVC comes back to EL2, so that
 * conduit counts for none there.
 */
void firmware_init(enum conduit conduit);

/*
 * Calls function @fid; NOT_SUPPORTED if there is no firmware. x4 to x17 may change, as SMCCC 1.0
 * allows.
 */
struct smc_result firmware_call(u32 fid, u64 a1, u64 a2, u64 a3);

/* x0 to x17 of a call, before it and after it. */
#define FIRMWARE_NR_REGS	18

/*
 * False where an SMC is UNDEFINED: without EL3 (Arm ARM, SMC), by ID_AA64PFR0_EL1; but where PSCI
 * is called so somebody answers all the same, as QEMU does.
 */
static inline bool firmware_takes_smc(enum conduit conduit, u64 pfr0)
{
	return conduit == CONDUIT_SMC || FIELD(pfr0, 15, 12);
}

/*
 * Calls the firmware by SMC with @regs, and leaves there what they are afterwards: NOT_SUPPORTED if
 * nothing takes it. Only where something says that there is a firmware for it: an SMC may not
 * return otherwise.
 */
void firmware_pass(u64 regs[FIRMWARE_NR_REGS]);

/* Turns the machine off, or resets it. They return only if there is no firmware that can. */
void firmware_power_off(void);
void firmware_reset(void);

#endif

#endif
