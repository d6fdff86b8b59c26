/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/alias.h"

#include "lib/errno.h"
#include "lib/sort.h"
#include "mm/combine.h"

/* By PA. @a and @b: of t->order. */
static bool lies_below(const void *a, const void *b, const void *arg)
{
	const struct region_table *t = arg;

	return t->region[*(const u16 *)a].pa.v < t->region[*(const u16 *)b].pa.v;
}

/*
 * An index: the table itself stays sorted by IPA. False: none is elsewhere than in the machine, and
 * what is disjoint in IPA is disjoint in PA.
 */
static bool sort_by_pa(struct region_table *t)
{
	u64 moved = 0;

	for (unsigned i = 0; i < t->nr; i++) {
		moved |= t->region[i].ipa.v ^ t->region[i].pa.v;
		t->order[i] = (u16)i;
	}
	if (moved)
		sort(t->order, t->nr, sizeof(t->order[0]), lies_below, t);
	return moved;
}

/*
 * @a and @b have some of the same memory. What one keeps from the guest, or its devices, the other
 * must not give them; and one that is adjustable may become mismatched with the other while the
 * guest runs.
 */
static int check_pair(const struct region *a, const struct region *b, const struct mm_caps *caps,
		      struct diag *d)
{
	const char *how;

	if (s2_mismatch(&a->attr, &b->attr, caps->fwb, caps->mte_perm))
		how = "with mismatched attributes";
	else if (a->attr.write != b->attr.write)
		how = "only one read-only";
	else if (a->opts.no_dma != b->opts.no_dma)
		how = "only one no-dma";
	else if (a->opts.adjustable || b->opts.adjustable)
		return fail(d, -EINVAL,
			    "region %s: adjustable: %s has the same memory: add `allow-alias` if that is meant",
			    (a->opts.adjustable ? a : b)->name, (a->opts.adjustable ? b : a)->name);
	else
		return 0;
	return fail(d, -EINVAL,
		    "regions %s and %s: reg: both map the memory at %#lx, %s: make them alike, or one of them allow-alias",
		    a->name, b->name, (unsigned long)b->pa.v, how);
}

/*
 * Each region is compared with the one that reaches furthest of those that begin before it. That
 * will do: "no mismatch" is transitive, as "both or neither" is, regions that overlap anywhere are
 * linked by such pairs, and each that overlaps any is in one of them.
 */
int alias_check(struct region_table *t, const struct mm_caps *caps, struct diag *d)
{
	const struct region *far = NULL;

	if (!sort_by_pa(t))
		return 0;
	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[t->order[i]];

		if (r->opts.allow_alias)
			continue;
		if (far && r->pa.v - far->pa.v < far->size) {
			int err = check_pair(far, r, caps, d);

			if (err)
				return err;
		}
		if (!far || r->pa.v + r->size > far->pa.v + far->size)
			far = r;
	}
	return 0;
}
