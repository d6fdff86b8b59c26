/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/walk.h"

#include "mm/phys.h"

static struct run run_at(u64 *entry, unsigned level, u64 in, u64 end)
{
	unsigned shift = level_shift(level);
	u64 max = ((end - 1) >> shift) - (in >> shift) + 1;
	struct run r = { .entry = entry, .nr = 1, .level = level, .desc = *entry, .in = in };
	u64 step = r.desc ? level_size(level) : 0;

	if (!is_table(r.desc, level))
		for (u64 desc = r.desc + step; r.nr < max && entry[r.nr] == desc; desc += step)
			r.nr++;
	r.end = MIN(end, ((in >> shift) + r.nr) << shift);
	return r;
}

/* The root's index has more bits than the others' where its tables are concatenated. */
static u64 index_mask(const struct walk *w, unsigned level)
{
	return level == w->pt->start ? ~0ull : NR_ENTRIES - 1;
}

static int walk_table(struct walk *w, pa_t table, unsigned level, u64 in, u64 end)
{
	u64 *entries = phys(table);
	unsigned shift = level_shift(level);

	while (in < end) {
		u64 index = (in >> shift) & index_mask(w, level);
		struct run r = run_at(&entries[index], level, in, end);
		int err = is_table(r.desc, level) ? 0 : w->leaf(w, &r);

		in = MIN(end, ((in >> shift) + r.nr) << shift);
		if (!err && is_table(*r.entry, level)) {
			err = walk_table(w, PA(*r.entry & DESC_ADDR), level + 1, r.in, in);
			if (!err && w->table)
				err = w->table(w, &r);
		}
		if (err)
			return err;
	}
	return 0;
}

int walk_range(struct walk *w, visit_fn *leaf, visit_fn *table, u64 in, u64 end)
{
	w->leaf = leaf;
	w->table = table;
	return walk_table(w, w->pt->root, w->pt->start, in, end);
}

int walk_all(struct walk *w, visit_fn *leaf, visit_fn *table)
{
	return walk_range(w, leaf, table, w->in, w->end);
}

void fill_entries(const struct walk *w, u64 *entry, unsigned nr, unsigned level, u64 in, u64 out,
		  u64 attrs)
{
	u64 size = level_size(level);

	while (nr) {
		bool hint = w->grain == PT_LARGEST && level >= TOP_GROUP && nr >= NR_GROUP &&
			    IS_ALIGNED(in | out, NR_GROUP * size) && !cuts(w, in, NR_GROUP * size);
		unsigned n = hint ? NR_GROUP : 1;

		set_entries(entry, n, level,
			    leaf_desc(level, out, attrs) | (hint ? DESC_CONTIGUOUS : 0));
		entry += n;
		nr -= n;
		in += n * size;
		out += n * size;
	}
}
