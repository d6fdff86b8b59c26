/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware for the tests: it answers as told and remembers what it was asked. */
#ifndef TESTS_UNIT_FAKE_MACHINE_H
#define TESTS_UNIT_FAKE_MACHINE_H

#include "drivers/firmware.h"
#include "lib/types.h"
#include "mm/region.h"

struct fake_machine {
	bool debugger;			/* the console can be read */
	unsigned nr_debugged;
	unsigned nr_repeated;		/* calls that are to be started again */
	s64 on_result, off_result, suspend_result, state_result;
	struct smc_result call_result;
	/* The last call of each kind, and how many there were */
	u64 on_mpidr, on_context, suspend_context;
	u32 suspend_state;
	unsigned nr_on, nr_off, nr_suspend, nr_calls;
	u32 call_fid;
	u64 call_arg[3];
	/* firmware_pass(): the registers of the last call, and what makes its results of them */
	unsigned nr_passed;
	u64 passed[FIRMWARE_NR_REGS];
	void (*answer)(u64 *regs);
	/* Run inside the firmware's CPU_ON and CPU_OFF: what another CPU does meanwhile */
	void (*during_on)(void), (*during_off)(void);
	/* What AT comes to by stage 1, and by both; bit n of at_ops: enum at_op n was asked */
	u64 at_va, at_stage1, at_both, mair, sctlr;
	unsigned at_ops;
	/* After a store to a device's register, and for cleaning by address */
	void (*on_write)(u64 addr);
	void (*on_clean)(u64 start, u64 end);
	/* Of this process, for accesses that may abort: all others do */
	struct range answers;
	/* The last that was printed */
	char said[256];
	unsigned nr_said;
	/* ... and inside the self-check of a region */
	void (*during_selfcheck)(const struct region *r);
};

extern struct fake_machine machine;

/* Forgets all, and is a PSCI 1.1, SMCCC 1.2 firmware that succeeds. */
void fake_machine_reset(void);

#endif
