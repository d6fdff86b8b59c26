/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's stage 2, from its region table. */
#ifndef BOOT_GUEST_MAP_H
#define BOOT_GUEST_MAP_H

#include "boot/machine/host.h"
#include "lib/format.h"
#include "mm/region.h"

/*
 * Bits of IPA that @regions need: one of the sizes that the architecture has. With 36 or more
 * memory can have blocks of 1 GiB.
 */
unsigned guest_ipa_bits(const struct region_table *regions);

/*
 * Bits of a physical address that a CPU needs to have, in the same sizes: for stage 2's input, for
 * all of @regions, and for what lies below @end. After guest_map().
 */
unsigned guest_pa_bits(const struct region_table *regions, u64 end);

/*
 * Builds the stage 2 of @regions (finished, resolved for @caps, and to stay) into guest.s2 and sets
 * what else stage 2 decides. -ENOMEM if the pool is used up: the text names the region.
 */
int guest_map(const struct region_table *regions, const struct mm_caps *caps, struct diag *d);

/*
 * Cleans and invalidates what memory the guest is to reach past the caches, whatever its own stage
 * 1 says: dirty lines that the loader or EL2 left there would be evicted over what the guest
 * writes. On the table of guest_map(), when EL2 maps none of it any more. -ENOMEM.
 */
int guest_hand_over(const struct host *host, struct diag *d);

#endif
