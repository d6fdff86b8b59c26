/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/trap.h"

#include "drivers/console.h"
#include "hyp/cpu.h"
#include "hyp/fault.h"
#include "hyp/inject.h"
#include "hyp/smccc.h"
#include "hyp/sysreg.h"
#include "lib/lock.h"
#include "lib/sysreg.h"

#define BURST	10

bool trap_may_print(void)
{
	static struct lock print_lock;
	static unsigned spent;
	static u64 last;
	u64 second = MAX(read_sysreg(cntfrq_el0), 1);
	u64 now = read_sysreg(cntpct_el0);
	bool may;

	lock(&print_lock);
	if (now - last >= second) {
		spent -= MIN(spent, (now - last) / second);
		last = now;
	}
	may = spent < BURST;
	spent += may;
	unlock(&print_lock);
	return may;
}

/* HVC has left ELR_EL2 behind itself. */
static void hvc_trap(struct frame *f, u64 esr)
{
	smccc_call(f, this_cpu(), FIELD(esr, 15, 0));
}

/* A trapped SMC has not: the CPU never carried it out. */
static void smc_trap(struct frame *f, u64 esr)
{
	skip_a64_instruction();
	smccc_call(f, this_cpu(), FIELD(esr, 15, 0));
}

/*
 * What the guest does not have: registers of AArch32 EL0 that EL2 keeps, and instructions that it
 * has not turned on.
 */
static void undefined_trap(struct frame *f, u64 esr)
{
	(void)f;
	(void)esr;
	inject_undefined();
}

static void unknown_trap(struct frame *f, u64 esr)
{
	(void)f;
	if (trap_may_print())
		print("mavis: CPU %u at %#lx: exception that Mavis does not know, ESR_EL2 %#lx; undefined\n",
		      this_cpu()->index, read_sysreg(elr_el2), esr);
	inject_undefined();
}

/* By ESR_EL2.EC. What is unknown, nothing in HCR_EL2 and its like asks for. */
static void (*const traps[64])(struct frame *f, u64 esr) = {
	[0x00 ... 0x02] = unknown_trap,
	[0x03] = undefined_trap,	/* MCR, MRC to cp15 */
	[0x04] = undefined_trap,	/* MCRR, MRRC to cp15 */
	[0x05 ... 0x09] = unknown_trap,
	[0x0a] = undefined_trap,	/* LD64B and the like */
	[0x0b ... 0x13] = unknown_trap,
	[0x14] = undefined_trap,	/* MSRR, MRRS and 128-bit system instructions */
	[0x15] = unknown_trap,
	[0x16] = hvc_trap,
	[0x17] = smc_trap,
	[0x18] = sysreg_trap,
	[0x19 ... 0x1f] = unknown_trap,
	[0x20] = fault_trap,		/* instruction abort */
	[0x21 ... 0x23] = unknown_trap,
	[0x24] = fault_trap,		/* data abort */
	[0x25 ... 0x2c] = unknown_trap,
	[0x2d] = undefined_trap,	/* GCS */
	[0x2e ... 0x3f] = unknown_trap,
};

void trap_from_guest(struct frame *f)
{
	u64 esr = read_sysreg(esr_el2);

	traps[ESR_EC(esr)](f, esr);
}
