/* SPDX-License-Identifier: Apache-2.0 */
/* The same memory at two places of the guest. */
#ifndef MM_ALIAS_H
#define MM_ALIAS_H

#include "mm/region.h"

/*
 * -EINVAL, with both names, if two regions map the same PA with mismatched attributes (Arm ARM,
 * "Mismatched memory attributes"; s2_mismatch()), or only one of them is read-only or no-dma, or
 * one is adjustable, and neither says allow-alias. On a sorted and resolved table, whose `order` it
 * uses. O(n log n).
 */
int alias_check(struct region_table *t, const struct mm_caps *caps, struct diag *d);

#endif
