/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/region.h"

#include <string.h>

#include "lib/errno.h"
#include "mm/alias.h"
#include "mm/resolve.h"

static struct range ipa_range(const struct region *r)
{
	return (struct range){ r->ipa.v, r->size };
}

static struct range pa_range(const struct region *r)
{
	return (struct range){ r->pa.v, r->size };
}

int region_add(struct region_table *t, const struct region *r, struct diag *d)
{
	if (!r->size || !IS_ALIGNED(r->ipa.v | r->pa.v | r->size, PAGE_SIZE))
		return fail(d, -EINVAL, "region %s: %#lx bytes at %#lx are not whole 4 KiB pages",
			    r->name, r->size, r->ipa.v);
	if (!range_valid(ipa_range(r)) || !range_valid(pa_range(r)))
		return fail(d, -EINVAL,
			    "region %s: %#lx bytes at %#lx pass the end of the address space",
			    r->name, r->size, r->ipa.v);
	if (t->nr == REGION_MAX)
		return fail(d, -ENOSPC, "region %s: the table is full with %u regions", r->name,
			    t->nr);
	t->region[t->nr++] = *r;
	return 0;
}

/* Moves the start of @r up by @n bytes. */
static void skip(struct region *r, u64 n)
{
	r->ipa.v += n;
	r->pa.v += n;
	r->size -= n;
}

/*
 * Takes @hole out of region @i, one of the host's, whose IPA is its PA. What is left below stays
 * region @i, what is left above is appended; *rest is where the latter stands, or @i if there is
 * none.
 */
static int punch(struct region_table *t, unsigned i, struct range hole, unsigned *rest,
		 struct diag *d)
{
	struct region *r = &t->region[i];
	u64 end = range_end(pa_range(r));
	u64 below = hole.base > r->pa.v ? hole.base - r->pa.v : 0;
	u64 above = end > range_end(hole) ? end - range_end(hole) : 0;
	struct region top = *r;

	*rest = i;
	skip(&top, r->size - above);
	if (below && above) {
		*rest = t->nr;
		r->size = below;
		return region_add(t, &top, d);
	}
	if (above)
		*r = top;
	else
		r->size = below;		/* 0: nothing is left; drop_empty() */
	return 0;
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

		if (!ranges_overlap(pa_range(r), pa))
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

/*
 * Merge sort of an index, then the regions are moved once each. Stable, and a comparison is a
 * number: base addresses, and of equal ones the config's first.
 */
static u64 sort_key(const struct region *r)
{
	return r->ipa.v |
	       (r->origin == REGION_FROM_CONFIG ? 0 : 1); /* pages leave the low bits free */
}

static void merge(const struct region_table *t, const u16 *from, u16 *to, unsigned lo, unsigned mid,
		  unsigned hi)
{
	unsigned a = lo, b = mid;

	for (unsigned i = lo; i < hi; i++) {
		bool take_a = a < mid && (b >= hi || sort_key(&t->region[from[a]]) <=
							     sort_key(&t->region[from[b]]));

		to[i] = from[take_a ? a++ : b++];
	}
}

/* Puts region order[i] at place i: follows each cycle of the permutation. */
static void permute(struct region_table *t, u16 *order)
{
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

static void sort(struct region_table *t)
{
	unsigned from = 0;

	for (unsigned i = 0; i < t->nr; i++)
		t->order[0][i] = (u16)i;
	for (unsigned width = 1; width < t->nr; width *= 2, from ^= 1)
		for (unsigned lo = 0; lo < t->nr; lo += 2 * width)
			merge(t, t->order[from], t->order[from ^ 1], lo, MIN(lo + width, t->nr),
			      MIN(lo + 2 * width, t->nr));
	permute(t, t->order[from]);
}

/* The same for plain ranges, by base; heap sort, in place. */
static void sift(struct range *r, unsigned i, unsigned nr)
{
	for (;;) {
		unsigned child = 2 * i + 1;
		struct range swap = r[i];

		if (child + 1 < nr && r[child + 1].base > r[child].base)
			child++;
		if (child >= nr || r[child].base <= r[i].base)
			return;
		r[i] = r[child];
		r[child] = swap;
		i = child;
	}
}

static void sort_ranges(struct range *r, unsigned nr)
{
	for (unsigned i = nr / 2; i-- > 0;)
		sift(r, i, nr);
	for (unsigned end = nr; end-- > 1;) {
		struct range swap = r[0];

		r[0] = r[end];
		r[end] = swap;
		sift(r, 0, end);
	}
}

/* Sorts the ranges and joins those that overlap. Returns how many are left. */
static unsigned normalise(struct range *r, unsigned nr)
{
	unsigned n = 0;

	sort_ranges(r, nr);
	for (unsigned i = 0; i < nr; i++) {
		if (n && r[i].base <= range_end(r[n - 1]))
			r[n - 1].size = MAX(range_end(r[n - 1]), range_end(r[i])) - r[n - 1].base;
		else
			r[n++] = r[i];
	}
	return n;
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
		t->taken[nr_taken++] = ipa_range(&t->region[i]);
		t->taken[nr_taken++] = pa_range(&t->region[i]);
	}
	nr_taken = normalise(t->taken, nr_taken);

	for (unsigned i = 0; i < nr; i++) {
		unsigned at = i;

		if (t->region[i].origin == REGION_FROM_CONFIG)
			continue;
		for (unsigned j = first_after(t->taken, nr_taken, t->region[i].pa.v);
		     j < nr_taken && ranges_overlap(pa_range(&t->region[at]), t->taken[j]); j++) {
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
		u64 last = MAX(range_end(ipa_range(r)), range_end(pa_range(r)));

		if (last <= limit)
			continue;
		if (r->origin == REGION_FROM_CONFIG)
			return fail(d, -ERANGE,
				    "region %s: reg: %#lx bytes at %#lx end beyond the %u bits of address that this CPU has",
				    r->name, r->size, MAX(r->ipa.v, r->pa.v), caps->pa_bits);
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
					    "region %s: ipa: %#lx bytes at %#lx overlap region %s, %#lx bytes at %#lx: the guest can see only one of them there",
					    r->name, r->size, r->ipa.v, before->name, before->size,
					    before->ipa.v);
			skip(r, MIN(end - r->ipa.v, r->size));
			if (!r->size)
				continue;
		}
		end = range_end(ipa_range(r));
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
	struct resolved out;
	int err = 0;

	t->mte = mte;
	t->mte_hidden_by[0] = '\0';
	for (unsigned i = 0; i < t->nr && !err; i++) {
		err = region_resolve(&t->region[i], caps, mte, &out, d);
		t->region[i].attr = out.attr;
		t->region[i].reason = out.reason;
		if (out.hides_mte && t->mte) {
			t->mte = false;
			format(t->mte_hidden_by, sizeof(t->mte_hidden_by), "%s", t->region[i].name);
		}
	}
	for (unsigned i = 0; i < t->nr && !err && t->mte != mte; i++) {
		struct region *r = &t->region[i];

		err = region_resolve(r, caps, false, &out, d);
		r->attr = out.attr;
		if (strcmp(r->name, t->mte_hidden_by))
			r->reason = out.reason;
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
	sort(t);
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
