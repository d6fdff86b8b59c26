/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/region.h"

#include <string.h>

#include "lib/errno.h"
#include "lib/range.h"
#include "lib/sort.h"
#include "mm/alias.h"
#include "mm/resolve.h"

int region_add(struct region_table *t, const struct region *r, struct diag *d)
{
	if (!r->size || !IS_ALIGNED(r->ipa.v | r->pa.v | r->size, PAGE_SIZE))
		return fail(d, -EINVAL, "region %s: %#lx bytes at %#lx are not whole 4 KiB pages",
			    r->name, r->size, r->ipa.v);
	if (!range_valid(region_ipa(r)) || !range_valid(region_pa(r)))
		return fail(d, -EINVAL,
			    "region %s: %#lx bytes at %#lx pass the end of the address space",
			    r->name, r->size, r->ipa.v);
	if (t->nr == REGION_MAX)
		return fail(d, -ENOSPC, "region %s: the table is full with %u regions", r->name,
			    t->nr);
	t->region[t->nr++] = *r;
	return 0;
}

/* Makes @r what @pa, a part of it, is. */
static void narrow(struct region *r, struct range pa)
{
	r->ipa.v += pa.base - r->pa.v;
	r->pa.v = pa.base;
	r->size = pa.size;
}

/*
 * Takes @hole out of region @i, one of the host's, whose IPA is its PA. What is left below stays
 * region @i, what is left above is appended; *rest is where the latter stands, or @i if there is
 * none. A region of which nothing is left has size 0: drop_empty().
 */
static int punch(struct region_table *t, unsigned i, struct range hole, unsigned *rest,
		 struct diag *d)
{
	struct region top = t->region[i];
	struct range left[2];
	unsigned nr = range_subtract(region_pa(&top), hole, left);

	*rest = i;
	if (!nr)
		t->region[i].size = 0;
	else
		narrow(&t->region[i], left[0]);
	if (nr < 2)
		return 0;
	*rest = t->nr;
	narrow(&top, left[1]);
	return region_add(t, &top, d);
}

static void drop_empty(struct region_table *t)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < t->nr; i++) {
		if (!t->region[i].size)
			continue;
		if (kept != i)
			t->region[kept] = t->region[i];
		kept++;
	}
	t->nr = kept;
}

int region_carve(struct region_table *t, struct range pa, const char *owner, struct diag *d)
{
	unsigned nr = t->nr, rest;

	for (unsigned i = 0; i < nr; i++) {
		struct region *r = &t->region[i];
		int err;

		if (!ranges_overlap(region_pa(r), pa))
			continue;
		if (r->origin == REGION_FROM_CONFIG)
			return fail(d, -EBUSY,
				    "region %s: reg: %#lx bytes at %#lx overlap %s, which has %#lx bytes at %#lx: move the region",
				    r->name, r->size, r->pa.v, owner, pa.size, pa.base);
		err = punch(t, i, pa, &rest, d);
		if (err)
			return err;
	}
	drop_empty(t);
	return 0;
}

/* By IPA, and of equal ones the config's first; else as they stand. @a and @b: of t->order. */
static bool comes_first(const void *a, const void *b, const void *arg)
{
	const struct region_table *t = arg;
	u16 i = *(const u16 *)a, j = *(const u16 *)b;
	const struct region *r = &t->region[i], *o = &t->region[j];

	if (r->ipa.v != o->ipa.v)
		return r->ipa.v < o->ipa.v;
	return r->origin == o->origin ? i < j : r->origin == REGION_FROM_CONFIG;
}

/* Puts region order[i] at place i: follows each cycle of the permutation. */
static void permute(struct region_table *t)
{
	u16 *order = t->order;

	for (unsigned i = 0; i < t->nr; i++) {
		struct region first = t->region[i];
		unsigned to = i;

		if (order[i] == i)
			continue;
		while (order[to] != i) {
			unsigned from = order[to];

			t->region[to] = t->region[from];
			order[to] = (u16)to;
			to = from;
		}
		t->region[to] = first;
		order[to] = (u16)to;
	}
}

/* Regions are large: their order is sorted, and then each is moved once. */
static void sort_regions(struct region_table *t)
{
	for (unsigned i = 0; i < t->nr; i++)
		t->order[i] = (u16)i;
	sort(t->order, t->nr, sizeof(t->order[0]), comes_first, t);
	permute(t);
}

/* The first of the sorted, disjoint ranges that ends after @addr. */
static unsigned first_after(const struct range *r, unsigned nr, u64 addr)
{
	unsigned lo = 0, hi = nr;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (range_end(r[mid]) > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/*
 * What a config region describes is no longer the host's: neither the guest's view of it nor, lest
 * the same memory has two mappings, the memory itself where that is elsewhere.
 */
static int displace(struct region_table *t, struct diag *d)
{
	unsigned nr = t->nr, nr_taken = 0;

	for (unsigned i = 0; i < nr; i++) {
		if (t->region[i].origin != REGION_FROM_CONFIG)
			continue;
		t->taken[nr_taken++] = region_ipa(&t->region[i]);
		t->taken[nr_taken++] = region_pa(&t->region[i]);
	}
	nr_taken = ranges_normalise(t->taken, nr_taken);

	for (unsigned i = 0; i < nr; i++) {
		unsigned at = i;

		if (t->region[i].origin == REGION_FROM_CONFIG)
			continue;
		for (unsigned j = first_after(t->taken, nr_taken, t->region[i].pa.v);
		     j < nr_taken && ranges_overlap(region_pa(&t->region[at]), t->taken[j]); j++) {
			int err = punch(t, at, t->taken[j], &at, d);

			if (err)
				return err;
		}
	}
	drop_empty(t);
	return 0;
}

/* Stage 2 reaches as far as the CPU's physical addresses do. */
static int check_reach(struct region_table *t, const struct mm_caps *caps, struct diag *d)
{
	u64 limit = BIT(caps->pa_bits);

	for (unsigned i = 0; i < t->nr; i++) {
		struct region *r = &t->region[i];
		u64 last = MAX(range_end(region_ipa(r)), range_end(region_pa(r)));

		if (last <= limit)
			continue;
		if (r->origin == REGION_FROM_CONFIG)
			return fail(d, -ERANGE,
				    "region %s: %s: %#lx bytes at %#lx end beyond the %u bits of address that this CPU has",
				    r->name, range_end(region_pa(r)) > limit ? "reg" : "ipa",
				    r->size, MAX(r->ipa.v, r->pa.v), caps->pa_bits);
		r->size = r->ipa.v < limit ? limit - r->ipa.v : 0;
	}
	drop_empty(t);
	return 0;
}

/* On the sorted table. Devices that share a page: the first one keeps it. */
static int settle_overlaps(struct region_table *t, struct diag *d)
{
	u64 end = 0;
	const struct region *before = NULL;

	for (unsigned i = 0; i < t->nr; i++) {
		struct region *r = &t->region[i];

		if (before && r->ipa.v < end) {
			if (r->origin == REGION_FROM_CONFIG)
				return fail(d, -EEXIST,
					    "region %s: %s: %#lx bytes at %#lx overlap region %s, %#lx bytes at %#lx: the guest can see only one of them there",
					    r->name, r->ipa.v == r->pa.v ? "reg" : "ipa", r->size,
					    r->ipa.v, before->name, before->size, before->ipa.v);
			if (range_end(region_ipa(r)) <= end) {
				r->size = 0;
				continue;
			}
			narrow(r, (struct range){ r->pa.v + (end - r->ipa.v),
						  range_end(region_ipa(r)) - end });
		}
		end = range_end(region_ipa(r));
		before = r;
	}
	drop_empty(t);
	return 0;
}

/*
 * Resolves all regions. One that hides MTE does so for the whole guest: then none need be kept from
 * tags, and only that one remembers why.
 */
static int resolve(struct region_table *t, const struct mm_caps *caps, bool mte, struct diag *d)
{
	const struct region *hider = NULL;
	bool hides;
	int err = 0;

	for (unsigned i = 0; i < t->nr && !err; i++) {
		err = region_resolve(&t->region[i], caps, mte, &hides, d);
		if (hides && !hider)
			hider = &t->region[i];
	}
	t->mte = mte && !hider;
	format(t->mte_hidden_by, sizeof(t->mte_hidden_by), "%s", hider ? hider->name : "");
	for (struct region *r = t->region; hider && r < t->region + t->nr && !err; r++) {
		const char *why = r->reason;

		err = region_resolve(r, caps, false, &hides, d);
		if (r == hider)
			r->reason = why;
	}
	return err;
}

int region_table_finish(struct region_table *t, const struct mm_caps *caps, bool mte,
			struct diag *d)
{
	int err = check_reach(t, caps, d);

	if (!err)
		err = displace(t, d);
	if (err)
		return err;
	sort_regions(t);
	err = settle_overlaps(t, d);
	if (!err)
		err = resolve(t, caps, mte, d);
	return err ? err : alias_check(t, caps, d);
}

const struct region *region_find(const struct region_table *t, ipa_t ipa)
{
	unsigned lo = 0, hi = t->nr;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		const struct region *r = &t->region[mid];

		if (ipa.v < r->ipa.v)
			hi = mid;
		else if (ipa.v - r->ipa.v < r->size)
			return r;
		else
			lo = mid + 1;
	}
	return NULL;
}
