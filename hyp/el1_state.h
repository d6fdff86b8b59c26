/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What EL1 and EL0 hold when the guest's first instruction runs on a CPU (booting.rst: "All
 * writable architected system registers at or below the exception level where the kernel image
 * will be entered must be initialised by software"). tests/strict compares the registers with this
 * table.
 *
 * EL1_STATE(X): X(register, value, condition). HAVE() and the like, and self, are enter.c's.
 */
#ifndef HYP_EL1_STATE_H
#define HYP_EL1_STATE_H

#define EL1_STATE(X)							\
	X(sctlr_el1,	SCTLR_EL1_OFF | when(self->big_endian, SCTLR_EE), true)	\
	X(SYS_SCTLR2_EL1,	0,	HAVE(ID_AA64MMFR3, 4))	\
	X(SYS_TCR2_EL1,		0,	HAVE(ID_AA64MMFR3, 0))	\
	X(tcr_el1,		0,	true)				\
	X(ttbr0_el1,		0,	true)				\
	X(ttbr1_el1,		0,	true)				\
	X(mair_el1,		0,	true)				\
	X(amair_el1,		0,	true)				\
	X(cpacr_el1,		0,	true)				\
	X(mdscr_el1,		0,	true)				\
	X(vbar_el1,		0,	true)				\
	X(elr_el1,		0,	true)				\
	X(spsr_el1,		0,	true)				\
	X(esr_el1,		0,	true)				\
	X(far_el1,		0,	true)				\
	X(par_el1,		0,	true)				\
	X(csselr_el1,		0,	true)				\
	X(cntkctl_el1,		0,	true)				\
	X(contextidr_el1,	0,	true)				\
	X(tpidr_el1,		0,	true)				\
	X(tpidr_el0,		0,	true)				\
	X(tpidrro_el0,		0,	true)				\
	X(SYS_ZCR_EL1,		0,	SHOWN(ID_AA64PFR0, 32))		\
	X(SYS_SMCR_EL1,		0,	SHOWN(ID_AA64PFR1, 24))		\
	X(SYS_GCR_EL1,		0,	guest.mte)			\
	X(SYS_RGSR_EL1,		0,	guest.mte)			\
	X(SYS_TFSR_EL1,		0,	guest.mte)			\
	X(SYS_TFSRE0_EL1,	0,	guest.mte)			\
	X(SYS_TRFCR_EL1,	0,	kind->trace)		\
	X(pmcr_el0,		0,	kind->pmu)			\
	X(pmuserenr_el0,	0,	kind->pmu)			\
	X(SYS_PMSCR_EL1,	0,	kind->owns_spe)

/* These read as 0 when ones were written: of 31 counters, cycles and (PMICNTR) instructions. */
#define EL1_COUNTERS	(~0u | when(SHOWN(ID_AA64DFR1, 36), BIT(32)))
#define EL1_CLEARED(X)							\
	X(pmcntenclr_el0,	EL1_COUNTERS,	kind->pmu)		\
	X(pmintenclr_el1,	EL1_COUNTERS,	kind->pmu)		\
	X(pmovsclr_el0,		EL1_COUNTERS,	kind->pmu)

/*
 * The timers are off at the first start. Not when a CPU comes back from CPU_SUSPEND: one of them
 * may be what has woken it.
 */
#define EL1_TIMERS(X)							\
	X(cntp_ctl_el0,		0,	true)				\
	X(cntv_ctl_el0,		0,	true)

/*
 * Left as they are, by effect the same:
 * - ICC_*: the guest's kernel sets them up before it enables an interrupt, which it has masked. A
 *   guest on a GICv2 has ICC_SRE_EL2 as the firmware left it: firmware for a GICv2 need not allow
 *   EL2 the access, and a tree with a GICv2 promises that SRE is 0;
 * - PMEV*, DBGB*, DBGW*: off by PMCR_EL0 and MDSCR_EL1;
 * - PIR*, POR*: off by TCR2_EL1;
 * - SPE's and TRBE's buffers: drained and turned off by stop_profiling();
 * - keys and vector registers: cleared by guest_enter(), as EL2 itself uses a key until then.
 */

#endif
