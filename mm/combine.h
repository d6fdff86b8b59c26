/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stage 1 and stage 2 make together (Arm ARM, "Combining stage 1 and stage 2 memory type
 * attributes").
 */
#ifndef MM_COMBINE_H
#define MM_COMBINE_H

#include "mm/attr.h"

/*
 * The attribute that an access gets whose stage 1 says @mair and whose stage 2 says @memattr, under
 * HCR_EL2.FWB = @fwb. par_encode() of it is what PAR_EL1.ATTR reports, and never fails. -EINVAL,
 * with *out untouched, where either encoding is reserved.
 *
 * An XS = 0 that @mair says outright is kept where the result can say it; the one that every
 * Write-Back stage 1 has is not carried into a weaker result (see par_same()).
 */
int combine(u8 mair, u8 memattr, bool fwb, bool mte_perm, struct mem_attr *out);

/*
 * The shareability of such an access, which is also PAR_EL1.SH: outer for Device and for memory
 * that is Non-cacheable at both levels, else the wider of the two stages'. @s1 and @s2 are SH[1:0];
 * the reserved 0b01 counts as non-shareable.
 */
enum shareability combine_sh(const struct mem_attr *combined, u8 s1, u8 s2);

/*
 * True if two stage 2 mappings of one physical page can make mismatched aliases (Arm ARM,
 * "Mismatched memory attributes"): under some stage 1 attribute they differ in memory type,
 * cacheability or shareability. Hints, tags and NoTagAccess make no mismatch. A reserved encoding
 * matches only itself.
 */
bool s2_mismatch(const struct s2_attr *a, const struct s2_attr *b, bool fwb, bool mte_perm);

/* The stage 1 that EL2 can choose for AT S12E1R with the guest's MMU off: HCR_EL2.DC and DCT. */
enum s1_setting {
	S1_MMU_OFF,			/* DC = 0: data accesses are Device-nGnRnE */
	S1_DC,				/* DC = 1: Normal-WB, non-shareable */
	S1_DC_DCT,			/* DC = 1, DCT = 1: the same, Tagged (FEAT_MTE2) */
	S1_NR_SETTINGS,
};

struct s1_default {
	const char *name;
	u8 mair;			/* the byte that would say the same */
	u8 sh;				/* enum shareability */
	bool dc, dct;
};

extern const struct s1_default s1_defaults[S1_NR_SETTINGS];

#endif
