/* SPDX-License-Identifier: Apache-2.0 */
/* The guest as EL2 sees it while it runs. */
#ifndef HYP_GUEST_H
#define HYP_GUEST_H

#include "hyp/bar.h"
#include "lib/lock.h"
#include "mm/combine.h"
#include "mm/region.h"
#include "mm/stage2.h"

struct guest {
	struct stage2 s2;
	/* for whoever changes stage 2, or waits for a change, once the guest runs */
	struct lock s2_lock;
	const struct region_table *regions;	/* finished */
	bool mte;				/* FEAT_MTE2 is offered */
	struct mm_caps caps;	/* that stage 2 was written for; pa_bits: what all CPUs have, ... */
	u8 pa_bits;		/* ... and what they need to have */
	bool held;	/* by a debugger, with s2_lock: stage 2 is empty meanwhile */
	bool gicv3; /* the guest drives a GICv3 through the system registers */
};

extern struct guest guest;

/* s2_decode() for the guest's stage 2. */
static inline const struct s2_mem *guest_decode(u8 memattr)
{
	return s2_decode(memattr, guest.caps.fwb, guest.caps.mte_perm);
}

/* What guest.regions and the results that follow lie in. */
extern struct region_table guest_regions;

/*
 * What the self-check made of a region: what the machine says, against what the architecture says
 * (mm/combine.h).
 */
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

/* Of guest_regions.region[], then of bars.bar[]. */
extern struct selfcheck guest_checks[REGION_MAX + BAR_MAX];

/*
 * True if all of @r, where IPA = PA, is general-purpose memory that the guest may write: what
 * hardware may be told to use on its behalf. Such memory stays the guest's.
 */
bool guest_has_memory(struct range r);

/* The region at @ipa: one that follows a BAR before the window's, or NULL. With s2_lock. */
const struct region *guest_region(u64 ipa);

/* True if the guest's CPU may start at @ipa: an instruction's address where region_runs_code(). */
bool guest_can_start_at(u64 ipa);

#endif
