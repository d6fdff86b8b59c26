/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/pstate.h"

#define VECTOR_SP0		0x000
#define VECTOR_SPX		0x200
#define VECTOR_LOWER_64		0x400
#define VECTOR_LOWER_32		0x600

/*
 * In AArch32 state ITSTATE[7:2] is where BTYPE is in AArch64 state, and ITSTATE[1:0] is at the top.
 */
#define IT_HIGH			GENMASK(15, 10)
#define IT_LOW			GENMASK(26, 25)

u64 pstate_at_exception(u64 spsr, const struct pstate_rules *rules)
{
	/*
	 * Kept: the flags, DIT, and PAN unless it is set here. UAO, BTYPE, SS, IL and all that is
	 * AArch32's become 0.
	 */
	u64 next = (spsr & (PSTATE_NZCV | PSTATE_DIT)) | PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F |
		   PSTATE_EL1H;

	if (rules->pan)
		next |= rules->sctlr_el1 & SCTLR_SPAN ? spsr & PSTATE_PAN : PSTATE_PAN;
	if (rules->ssbs && rules->sctlr_el1 & SCTLR_DSSBS)
		next |= PSTATE_SSBS;
	if (rules->mte)
		next |= PSTATE_TCO;
	if (rules->nmi && !(rules->sctlr_el1 & SCTLR_SPINTMASK))
		next |= PSTATE_ALLINT;
	return next;
}

u64 pstate_vector(u64 spsr)
{
	if (spsr & PSTATE_AARCH32)
		return VECTOR_LOWER_32;
	switch (spsr & PSTATE_MODE) {
	case PSTATE_EL1H:
		return VECTOR_SPX;
	case PSTATE_EL1T:
		return VECTOR_SP0;
	default:
		return VECTOR_LOWER_64;
	}
}

/* The last instruction of the block ends it, else the mask moves up by one. */
u64 pstate_advance_it(u64 spsr)
{
	u64 it = FIELD(spsr, 15, 10) << 2 | FIELD(spsr, 26, 25);

	it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
	return (spsr & ~(IT_HIGH | IT_LOW)) | it >> 2 << 10 | (it & 3) << 25;
}
