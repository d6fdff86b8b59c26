/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/trap.h"

#include "drivers/console.h"
#include "hyp/cpu.h"
#include "hyp/debug.h"
#include "hyp/dma.h"
#include "hyp/fault.h"
#include "hyp/inject.h"
#include "hyp/kind.h"
#include "hyp/later.h"
#include "hyp/panic.h"
#include "hyp/smccc.h"
#include "hyp/sysreg.h"
#include "hyp/watch.h"
#include "lib/lock.h"
#include "lib/arch.h"

#define BURST	10
#define PMCR_E		BIT(0)

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

/* Nothing in HCR_EL2 and its like asks for it. */
static void unknown_trap(u64 esr)
{
	if (trap_may_print())
		print("mavis: CPU %u at %#lx: exception that Mavis does not know, ESR_EL2 %#lx; undefined\n",
		      this_cpu()->index, read_sysreg(elr_el2), esr);
	inject_undefined();
}

void trap_repeat_call(void)
{
	write_sysreg(read_sysreg(elr_el2) - 4, elr_el2);
	this_cpu()->again = false;
}

static void handle(struct frame *f, struct cpu *self, u64 esr)
{
	/* EL2 takes no interrupts: it looks when it runs anyway, also when the guest powers off. */
	if (dma.on)
		dma_poll();
	if (self->opened[0] && watch_close(self, esr))
		return;
	switch (ESR_EC(esr)) {
	case EC_HVC64:			/* has left ELR_EL2 behind itself */
		self->count[COUNT_HVC]++;
		smccc_call(f, self, ISS_IMM16(esr));
		break;
	case EC_SMC64:			/* has not: the CPU never carried it out */
		self->count[COUNT_SMC]++;
		skip_a64_instruction();
		smccc_call(f, self, ISS_IMM16(esr));
		break;
	case EC_SYSREG:
		self->count[COUNT_SYSREG]++;
		if (self->later.event)
			later_trap(f, self, esr);
		else
			sysreg_trap(f, self, esr);
		break;
	case EC_INSTRUCTION_ABORT:
		self->count[COUNT_FETCH_ABORT]++;
		fault_trap(f, self, esr);
		break;
	case EC_DATA_ABORT:
		self->count[COUNT_DATA_ABORT]++;
		fault_trap(f, self, esr);
		break;
	/*
	 * What the guest does not have: AArch32 registers that EL2 keeps, instructions that it has
	 * not turned on.
	 */
	case EC_CP15_32:
	case EC_CP15_64:
	case EC_LS64:
	case EC_SYSREG128:
	case EC_GCS:
		self->count[COUNT_OTHER_EXIT]++;
		inject_undefined();
		break;
	default:
		self->count[COUNT_OTHER_EXIT]++;
		unknown_trap(esr);
	}
}

/*
 * The guest's counters stand still where they would count EL2 at the guest's wish
 * (PMCCFILTR_EL0.NSH and its like). What fast.S and trap_fast() answer they count: it is always the
 * same.
 */
static u64 pmu_stop(void)
{
	u64 pmcr = read_sysreg(pmcr_el0);

	if (pmcr & PMCR_E)
		write_sysreg(pmcr & ~(u64)PMCR_E, pmcr_el0);
	return pmcr;
}

void trap_from_guest(struct frame *f)
{
	struct cpu *self = this_cpu();
	u64 pmcr = self->kind->pmu_stops ? pmu_stop() : 0;

	handle(f, self, read_sysreg(esr_el2));
	if (self->debug) {
		self->debug = false;
		debug_guest(f, "it asks for a debugger");
	}
	if (*(volatile u64 *)&panic_owner)	/* which has emptied what this may have filled */
		panic_join();
	if (pmcr & PMCR_E)
		write_sysreg(pmcr, pmcr_el0);
}
