/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PSTATE, in the form that SPSR_EL2 holds it, when EL2 does for the guest what the CPU would have
 * done.
 */
#ifndef HYP_PSTATE_H
#define HYP_PSTATE_H

#include "lib/arch.h"

/* What of PSTATE this CPU has, and the guest's SCTLR_EL1. */
struct pstate_rules {
	bool pan, ssbs, mte, nmi;
	u64 sctlr_el1;
};

/* PSTATE after an exception is taken to EL1 from @spsr (Arm ARM, AArch64.TakeException). */
u64 pstate_at_exception(u64 spsr, const struct pstate_rules *rules);

/* Where from VBAR_EL1 the vector for a synchronous exception from @spsr lies. */
u64 pstate_vector(u64 spsr);

/* True if data accesses have another byte order than EL2's (Arm ARM, BigEndian()). */
static inline bool pstate_is_big_endian(u64 spsr, u64 sctlr_el1)
{
	if (spsr & PSTATE_AARCH32)
		return spsr & PSTATE_AARCH32_E;
	return sctlr_el1 & (spsr & PSTATE_MODE ? SCTLR_EE : SCTLR_E0E);
}

/* ITAdvance(): ITSTATE after an instruction in T32 state. */
u64 pstate_advance_it(u64 spsr);

/*
 * PSTATE after an instruction that EL2 has carried out for the guest: step done, BTYPE and IT moved
 * on.
 */
static inline u64 pstate_after_instruction(u64 spsr)
{
	if (spsr & PSTATE_AARCH32)
		return (spsr & PSTATE_T32 ? pstate_advance_it(spsr) : spsr) & ~PSTATE_SS;
	return spsr & ~(PSTATE_SS | PSTATE_BTYPE);
}

#endif
