/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PSTATE, in the form that SPSR_EL2 holds it, when EL2 does for the guest what the CPU would have
 * done.
 */
#ifndef HYP_PSTATE_H
#define HYP_PSTATE_H

#include "lib/types.h"

#define PSTATE_F	BIT(6)
#define PSTATE_I	BIT(7)
#define PSTATE_A	BIT(8)
#define PSTATE_D	BIT(9)
#define PSTATE_BTYPE	GENMASK(11, 10)
#define PSTATE_SSBS	BIT(12)
#define PSTATE_ALLINT	BIT(13)
#define PSTATE_IL	BIT(20)
#define PSTATE_SS	BIT(21)
#define PSTATE_PAN	BIT(22)
#define PSTATE_UAO	BIT(23)
#define PSTATE_DIT	BIT(24)
#define PSTATE_TCO	BIT(25)
#define PSTATE_NZCV	GENMASK(31, 28)

#define PSTATE_MODE	GENMASK(3, 0)
#define PSTATE_AARCH32	BIT(4)
#define PSTATE_T32	BIT(5)		/* in AArch32 state */
#define PSTATE_EL0T	0x0
#define PSTATE_EL1T	0x4
#define PSTATE_EL1H	0x5

/* What of PSTATE this CPU has, and the guest's SCTLR_EL1. */
struct pstate_rules {
	bool pan, ssbs, mte, nmi;
	u64 sctlr_el1;
};

/* PSTATE after an exception is taken to EL1 from @spsr (Arm ARM, AArch64.TakeException). */
u64 pstate_at_exception(u64 spsr, const struct pstate_rules *rules);

/* Where from VBAR_EL1 the vector for a synchronous exception from @spsr lies. */
u64 pstate_vector(u64 spsr);

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
