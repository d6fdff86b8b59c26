/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of SMMUv3 registers that answers: CR0 is acknowledged, GBPA takes an update, commands are
 * consumed and remembered. Written from Arm IHI 0070, it shares nothing with drivers/.
 */
#ifndef TESTS_UNIT_FAKE_SMMU_H
#define TESTS_UNIT_FAKE_SMMU_H

#include "drivers/smmu.h"

#define FAKE_SMMU_LOG	512

struct fake_smmu {
	u64 command[FAKE_SMMU_LOG][2];	/* in the order in which they were given */
	unsigned nr_commands;
	u32 cr0[16];			/* what was written there, ... */
	unsigned nr_cr0;
	unsigned commands_before_smmuen; /* ... and how many commands came before SMMUEN */
	bool aborts_before_off;		/* GBPA had ABORT when CR0 was first written */
	bool deaf;			/* takes no commands any more */
	bool refuses;			/* stops with a command error */
	bool stuck;			/* does not acknowledge CR0 any more */
};

extern struct fake_smmu fake_smmu;

/* A new one, as QEMU's: 16 bits of stream, two levels, 44 bits of address, coherent. */
u64 fake_smmu_reset(void);

u32 *fake_smmu_reg(unsigned offset);

/* What an SMMU does when a device's transaction fails. False: the queue is full. */
bool fake_smmu_event(u64 a, u64 b, u64 c, u64 d);

/* The entry of a stream, by the table registers' say; NULL: there is none. */
const u64 *fake_smmu_entry(u32 stream);

#endif
