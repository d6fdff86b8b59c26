/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/trap.h"

#include "drivers/console.h"
#include "hyp/cpu.h"
#include "hyp/fault.h"
#include "hyp/inject.h"
#include "hyp/smccc.h"
#include "hyp/sysreg.h"
#include "lib/lock.h"
#include "lib/arch.h"

#define BURST	10

bool trap_may_print(void)
{
	static struct lock print_lock;
	static unsigned spent;
	static u64 last;
	u64 second = MAX(read_sysreg(cntfrq_el0), 1), now;
	bool may;

	lock(&print_lock);
	isb();					/* the time when it is this CPU's turn */
	now = read_sysreg(cntpct_el0);
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
	struct cpu *self = this_cpu();

	self->count[COUNT_HVC]++;
	smccc_call(f, self, FIELD(esr, 15, 0));
}

/* A trapped SMC has not: the CPU never carried it out. */
static void smc_trap(struct frame *f, u64 esr)
{
	struct cpu *self = this_cpu();

	self->count[COUNT_SMC]++;
	skip_a64_instruction();
	smccc_call(f, self, FIELD(esr, 15, 0));
}

/* Nothing in HCR_EL2 and its like asks for it. */
static void __attribute__((noinline)) unknown_trap(u64 esr)
{
	this_cpu()->count[COUNT_OTHER_EXIT]++;
	if (trap_may_print())
		print("mavis: CPU %u at %#lx: exception that Mavis does not know, ESR_EL2 %#lx; undefined\n",
		      this_cpu()->index, read_sysreg(elr_el2), esr);
	inject_undefined();
}

static void __attribute__((noinline)) undefined_trap(void)
{
	this_cpu()->count[COUNT_OTHER_EXIT]++;
	inject_undefined();
}

static void __attribute__((noinline)) other_trap(struct frame *f, u64 esr)
{
	switch (ESR_EC(esr)) {
	case EC_SMC64:
		return smc_trap(f, esr);
	case EC_SYSREG:
		this_cpu()->count[COUNT_SYSREG]++;
		return sysreg_trap(f, esr);
	case EC_INSTRUCTION_ABORT:
		this_cpu()->count[COUNT_FETCH_ABORT]++;
		return fault_trap(f, esr);
	case EC_DATA_ABORT:
		this_cpu()->count[COUNT_DATA_ABORT]++;
		return fault_trap(f, esr);
	/*
	 * What the guest does not have: AArch32 registers that EL2 keeps, instructions that it has
	 * not turned on.
	 */
	case EC_CP15_32:
	case EC_CP15_64:
	case EC_LS64:
	case EC_SYSREG128:
	case EC_GCS:
		return undefined_trap();
	default:
		unknown_trap(esr);
	}
}

/* The way of an HVC is the shortest: it saves nothing on the stack. */
void trap_from_guest(struct frame *f)
{
	u64 esr = read_sysreg(esr_el2);

	if (ESR_EC(esr) == EC_HVC64)
		hvc_trap(f, esr);
	else
		other_trap(f, esr);
}
