/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a region's descriptor to its stage 2 attributes: the rules of docs/config.md, as a function.
 */
#ifndef MM_RESOLVE_H
#define MM_RESOLVE_H

#include "mm/region.h"

/* True if the descriptor says, or its type implies, that there is tag storage. */
bool region_has_tags(const struct region *r);

/* True if a guest with MTE that maps such memory Tagged gets at tags. */
bool s2_reaches_tags(const struct s2_attr *attr, const struct mm_caps *caps);

/*
 * Sets r->attr, and in r->reason what decided ("by type", "untagged = write-through"), for a CPU
 * with @caps and a guest that has MTE if @mte. Of @r only type and opts count. *hides_mte: the
 * guest must not have MTE, or it could use tags that are not there. -EINVAL: an encoding that this
 * CPU does not have; the text says which and why, after the region's name.
 */
int region_resolve(struct region *r, const struct mm_caps *caps, bool mte, bool *hides_mte,
		   struct diag *d);

#endif
