/* SPDX-License-Identifier: Apache-2.0 */
/* The guest as EL2 sees it while it runs. */
#ifndef HYP_GUEST_H
#define HYP_GUEST_H

#include "lib/format.h"
#include "lib/lock.h"
#include "mm/attr.h"
#include "mm/pool.h"
#include "mm/region.h"
#include "mm/stage2.h"

struct guest {
	struct stage2 s2;
	/* for whoever changes stage 2, or waits for a change, once the guest runs */
	struct lock s2_lock;
	const struct region_table *regions;	/* finished */
	bool mte;				/* FEAT_MTE2 is offered */
	bool fwb;				/* stage 2 is written for HCR_EL2.FWB = 1 */
	bool gicv3; /* the guest drives a GICv3 through the system registers */
};

extern struct guest guest;

/*
 * Builds the stage 2 of @regions (finished, resolved for @caps) into guest.s2 and sets what else
 * stage 2 decides. -ENOMEM if the pool is used up: the text names the region.
 */
int guest_map(const struct region_table *regions, const struct mm_caps *caps, struct pool *pool,
	      struct diag *d);

/*
 * True if the guest's CPU may start at @ipa: an instruction's address in general-purpose memory of
 * the guest.
 */
bool guest_can_start_at(u64 ipa);

#endif
