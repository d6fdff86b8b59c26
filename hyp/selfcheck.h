/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof: what the machine makes of every region's stage 2, against what the architecture says
 * (mm/combine.h).
 *
 * With the guest's MMU off EL2 chooses stage 1 by HCR_EL2: Device-nGnRnE (DC = 0), Normal-WB (DC =
 * 1), Tagged (DC and DCT = 1). AT S12E1R then translates as an access from EL1 would, and PAR_EL1
 * has the combined attributes.
 */
#ifndef HYP_SELFCHECK_H
#define HYP_SELFCHECK_H

#include "mm/combine.h"
#include "mm/region.h"

struct selfcheck {
	const struct region *region;	/* if any of it differs */
	u16 checked; /* translations that were compared; 0: nothing of it is there to translate */
	u16 differ;			/* of these */
	bool faulted; /* the first that differs is no translation: `par` has the fault */
	u8 said[S1_NR_SETTINGS];	/* PAR_EL1.ATTR of the region's first mapped page */
	u8 setting;			/* the first that differs: enum s1_setting, ... */
	u8 want, want_sh;		/* ... what combine() and combine_sh() say, ... */
	u64 ipa, par;			/* ... where, and what PAR_EL1 said instead */
};

/*
 * Checks regions[i], which guest.s2 maps, into result[i], which is all 0: its first and its last
 * page, and both ends of every run of descriptors of one size. On the CPU that it runs on, after
 * vcpu_init() and before the guest's first instruction.
 */
void selfcheck(const struct region *regions, unsigned nr, const struct mm_caps *caps,
	       struct selfcheck *result);

#endif
