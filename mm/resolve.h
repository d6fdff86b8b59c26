/* SPDX-License-Identifier: Apache-2.0 */
/* From what a region is to what stage 2 says of it. */
#ifndef MM_RESOLVE_H
#define MM_RESOLVE_H

#include "mm/region.h"

/*
 * Sets r->attr from the region's type and properties and from what the CPU can do. Pure: the same region on the same CPU
 * always gets the same attributes.
 */
int region_resolve(struct region *r, const struct mm_caps *caps, struct diag *d);

#endif
