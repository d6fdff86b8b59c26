/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/alias.h"

#include "lib/errno.h"
#include "mm/combine.h"

static u64 pa_of(const struct region_table *t, unsigned place)
{
	return t->region[t->order[0][place]].pa.v;
}

static void swap(u16 *a, u16 *b)
{
	u16 tmp = *a;

	*a = *b;
	*b = tmp;
}

static void sift(struct region_table *t, unsigned i, unsigned nr)
{
	for (unsigned child = 2 * i + 1; child < nr; i = child, child = 2 * i + 1) {
		if (child + 1 < nr && pa_of(t, child + 1) > pa_of(t, child))
			child++;
		if (pa_of(t, child) <= pa_of(t, i))
			return;
		swap(&t->order[0][i], &t->order[0][child]);
	}
}

/*
 * Heap sort of an index: the table itself stays sorted by IPA. Host regions and most others are at
 * their PA.
 */
static void sort_by_pa(struct region_table *t)
{
	for (unsigned i = 0; i < t->nr; i++)
		t->order[0][i] = (u16)i;
	for (unsigned i = t->nr / 2; i-- > 0;)
		sift(t, i, t->nr);
	for (unsigned end = t->nr; end-- > 1;) {
		swap(&t->order[0][0], &t->order[0][end]);
		sift(t, 0, end);
	}
}

static bool any_moved(const struct region_table *t)
{
	for (unsigned i = 0; i < t->nr; i++)
		if (t->region[i].ipa.v != t->region[i].pa.v)
			return true;
	return false;
}

/*
 * Each region is compared with the one that reaches furthest of those that begin before it. That
 * will do: "no mismatch" is transitive, and regions that overlap anywhere are linked by such pairs.
 */
int alias_check(struct region_table *t, const struct mm_caps *caps, struct diag *d)
{
	const struct region *far = NULL;

	if (!any_moved(t))
		return 0;		/* what is disjoint in IPA is disjoint in PA */
	sort_by_pa(t);
	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[t->order[0][i]];

		if (r->opts.allow_alias)
			continue;
		if (far && r->pa.v - far->pa.v < far->size &&
		    s2_mismatch(&far->attr, &r->attr, caps->fwb, caps->mte_perm))
			return fail(d, -EINVAL,
				    "regions %s and %s: reg: both map the memory at %#lx, with mismatched attributes: give them the same type, or one of them allow-alias",
				    far->name, r->name, (unsigned long)r->pa.v);
		if (!far || r->pa.v + r->size > far->pa.v + far->size)
			far = r;
	}
	return 0;
}
