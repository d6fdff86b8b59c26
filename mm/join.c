/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joining: what splitting (split.c) has made smaller is made larger again where all of it is alike.
 * Each page translates as before, but for the moment between break and make.
 */
#include "lib/errno.h"
#include "mm/phys.h"
#include "mm/walk.h"

#define TOP_GROUP	2		/* that is made again: a change seldom has 16 GiB */

/* True if @nr leaves of one level from @entry on are what one leaf of @size bytes would be. */
static bool are_one(const u64 *entry, unsigned nr, u64 step, u64 size)
{
	u64 desc = *entry & ~DESC_CONTIGUOUS;

	if (!(desc & DESC_VALID) || !IS_ALIGNED(desc & DESC_ADDR, size))
		return false;
	for (unsigned i = 1; i < nr; i++)
		if ((entry[i] & ~DESC_CONTIGUOUS) != desc + i * step)
			return false;
	return true;
}

/* leaves -> (table -> invalid) -> flush -> leaf, and the table's page is nobody's. */
static int join_table(struct walk *w, struct run *r)
{
	pa_t table = PA(*r->entry & DESC_ADDR);
	const u64 *entry = phys(table);
	u64 size = level_size(r->level), step = level_size(r->level + 1), first = *entry;

	if (r->level < TOP_LEAF || is_table(first, r->level + 1) ||
	    !are_one(entry, NR_ENTRIES, step, size))
		return 0;
	set_entry(r->entry, 0);
	flush(w->pt, ALIGN_DOWN(r->in, size), size, step);
	set_entry(r->entry, leaf_desc(r->level, first & DESC_ADDR, first & PT_ATTR_MASK));
	pool_free(w->pt->pool, table);
	return 0;
}

static void set_hint(const struct walk *w, u64 *group, unsigned level, u64 in)
{
	u64 size = level_size(level), desc = *group;

	set_entries(group, NR_GROUP, level, desc & ~DESC_VALID);
	flush(w->pt, in, NR_GROUP * size, size);
	set_entries(group, NR_GROUP, level, desc | DESC_CONTIGUOUS);
}

static int hint_groups(struct walk *w, struct run *r)
{
	u64 size = level_size(r->level), group = NR_GROUP * size;
	u64 in = ALIGN_DOWN(r->in, size), next = ALIGN_UP(in, group);

	if (r->level < TOP_GROUP || !(r->desc & DESC_VALID) || r->desc & DESC_CONTIGUOUS)
		return 0;
	for (; next + group <= in + r->nr * size; next += group) {
		u64 *entry = r->entry + (next - in) / size;

		if (are_one(entry, NR_GROUP, size, group))
			set_hint(w, entry, r->level, next);
	}
	return 0;
}

static int no_leaf(struct walk *w, struct run *r)
{
	(void)w, (void)r;
	return 0;
}

int pt_join(struct pgtable *pt, u64 in, u64 size)
{
	u64 limit = 1ull << pt->bits, group = NR_GROUP * level_size(TOP_GROUP);
	struct walk w = { .pt = pt };

	if (!range_ok(pt, in, size))
		return -EINVAL;
	/* The groups that an end of the range lies in. */
	w.in = ALIGN_DOWN(in, group);
	w.end = MIN(limit, ALIGN_UP(in + size, group));
	walk_all(&w, no_leaf, join_table);
	walk_all(&w, hint_groups, NULL);
	publish(pt, PA(0));
	return 0;
}
