/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splitting: an operation on a range works on whole leaves and whole groups, so what lies across an
 * end of the range is first made smaller. Each page translates as before, but for the moment
 * between break and make; of what is broken each stays so. A leaf that is cut holds the first page
 * of the range, or the last one.
 */
#include "lib/errno.h"
#include "mm/phys.h"
#include "mm/walk.h"

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

static void look_at_end(struct walk *w, const struct run *r, u64 page)
{
	u64 size = level_size(r->level) * (r->desc & DESC_CONTIGUOUS ? NR_GROUP : 1);

	if (!concerns(w, r->desc) || !cuts(w, page, size))
		return;
	w->cut = true;
	w->nr_tables += tables_to_split(w, r->level, page);
}

static int look_at_ends(struct walk *w, struct run *r)
{
	u64 last = r->end - PAGE_SIZE;
	bool holds_both = ALIGN_DOWN(last, level_size(r->level)) <= w->in;

	if (!r->desc && w->whole)
		return -ENOENT;
	if (r->in == w->in)
		look_at_end(w, r, w->in);
	if (r->end == w->end && !holds_both)
		look_at_end(w, r, last);
	return 0;
}

/* The Contiguous bit is one of those that break-before-make is for, and the group goes together. */
static void drop_hint(const struct walk *w, const struct run *r)
{
	u64 size = level_size(r->level), base = ALIGN_DOWN(r->in, NR_GROUP * size);
	u64 *group = r->entry - (r->in - base) / size;
	u64 desc = *group & ~DESC_CONTIGUOUS;

	set_entries(group, NR_GROUP, r->level, desc & ~DESC_VALID);
	flush(w->pt, base, NR_GROUP * size, size);
	set_entries(group, NR_GROUP, r->level, desc);
}

static int replace_by_table(const struct walk *w, const struct run *r)
{
	u64 size = level_size(r->level), base = ALIGN_DOWN(r->in, size), desc = *r->entry;
	u64 *entries;
	pa_t child;
	int err = pool_alloc(w->pt->pool, 1, &child);

	if (err)
		return err;
	entries = phys(child);
	fill_entries(w, entries, NR_ENTRIES, r->level + 1, base, desc & DESC_ADDR,
		     desc & PT_ATTR_MASK);
	for (unsigned i = 0; i < NR_ENTRIES && !(desc & DESC_VALID); i++)
		set_entry(&entries[i], entries[i] & ~DESC_VALID);
	if (w->pt->walker)
		publish(w->pt, child);
	set_entry(r->entry, 0);
	flush(w->pt, base, size, size);		/* publishes the child's entries to CPUs, too */
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
	int err = walk_all(w, look_at_ends, NULL);

	if (err || !w->cut)
		return err;
	if (w->nr_tables > w->pt->pool->nr_free)
		return -ENOMEM;
	err = walk_range(w, split_leaf, NULL, w->in, w->in + PAGE_SIZE);
	return err ? err : walk_range(w, split_leaf, NULL, w->end - PAGE_SIZE, w->end);
}
