/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splitting: an operation on a range works on whole leaves and whole groups, so what lies across an
 * end of the range is first made smaller. Each page translates as before, but for the moment between
 * break and make. The pages that lie inside a leaf decide: only the first and the last page of the
 * range can be in one that the range cuts.
 */
#include "lib/errno.h"
#include "mm/phys.h"
#include "mm/tlb.h"
#include "mm/walk.h"

static int walk_edges(struct walk *w, visit_fn *leaf)
{
	int err = walk_range(w, leaf, NULL, w->in, w->in + PAGE_SIZE);

	if (!err && w->end - w->in > PAGE_SIZE)
		err = walk_range(w, leaf, NULL, w->end - PAGE_SIZE, w->end);
	return err;
}

/* How many tables replace the leaf at @level around @in, down to where the range cuts nothing. */
static unsigned tables_to_split(const struct walk *w, unsigned level, u64 in)
{
	u64 size = level_size(level), base = ALIGN_DOWN(in, size);
	u64 first = MAX(base, w->in), last = MIN(base + size, w->end) - PAGE_SIZE;
	unsigned nr = 1;

	if (!cuts(w, in, size))
		return 0;
	nr += tables_to_split(w, level + 1, first);
	if (first >> level_shift(level + 1) != last >> level_shift(level + 1))
		nr += tables_to_split(w, level + 1, last);
	return nr;
}

static int count_tables(struct walk *w, struct run *r)
{
	bool at_end = r->in > w->in;
	bool holds_both = ALIGN_DOWN(r->in, level_size(r->level)) <= w->in;

	if (concerns(w, r->desc) && !(at_end && holds_both))
		w->nr_tables += tables_to_split(w, r->level, r->in);
	return 0;
}

/* The Contiguous bit is one of those that break-before-make is for, and the group goes together. */
static void drop_hint(const struct walk *w, const struct run *r)
{
	u64 size = level_size(r->level), base = ALIGN_DOWN(r->in, NR_GROUP * size);
	u64 *group = r->entry - (r->in - base) / size;
	u64 desc = *group & ~DESC_CONTIGUOUS;

	set_entries(group, NR_GROUP, r->level, desc & ~DESC_VALID);
	tlb_flush(w->pt->stage, base, NR_GROUP * size, size);
	set_entries(group, NR_GROUP, r->level, desc);
}

static int replace_by_table(const struct walk *w, const struct run *r)
{
	u64 size = level_size(r->level), base = ALIGN_DOWN(r->in, size), desc = *r->entry;
	pa_t child;
	int err = pool_alloc(w->pt->pool, 1, &child);

	if (err)
		return err;
	fill_entries(w, phys(child), NR_ENTRIES, r->level + 1, base, desc & DESC_ADDR,
		     desc & PT_ATTR_MASK);
	set_entry(r->entry, 0);
	tlb_flush(w->pt->stage, base, size, size);	/* publishes the child's entries, too */
	set_entry(r->entry, table_desc(child));
	return 0;
}

static int split_leaf(struct walk *w, struct run *r)
{
	u64 size = level_size(r->level);

	if (!concerns(w, r->desc))
		return 0;
	if (r->desc & DESC_CONTIGUOUS && cuts(w, r->in, NR_GROUP * size))
		drop_hint(w, r);
	return cuts(w, r->in, size) ? replace_by_table(w, r) : 0;
}

/* All or nothing: that the pool has enough is made sure of before the first leaf is broken. */
int split_edges(struct walk *w)
{
	walk_edges(w, count_tables);
	if (w->nr_tables > w->pt->pool->nr_free)
		return -ENOMEM;
	return walk_edges(w, split_leaf);
}
