/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/walk.h"

#include "mm/phys.h"

/*
 * The run that starts with @entry, which is for @in; not beyond @end, nor the end of the table. The
 * entries of a group are alike.
 */
static struct run run_at(u64 *entry, unsigned level, u64 in, u64 end)
{
	unsigned shift = level_shift(level);
	u64 first = *entry, at = in >> shift, last = (end - 1) >> shift;
	u64 step = first ? level_size(level) : 0, nr = 1;
	unsigned group = first & DESC_CONTIGUOUS ? NR_GROUP : 1;

	if (!is_table(first, level)) {
		nr = group - at % group;
		while (at + nr <= last && entry[nr] == first + nr * step)
			nr += group;
		nr = MIN(nr, last - at + 1);
	}
	return (struct run){
		.entry = entry, .nr = (unsigned)nr, .level = level, .desc = first,
		.in = in, .end = MIN(end, (at + nr) << shift),
	};
}

/* The root's index has more bits than the others' where its tables are concatenated. */
static u64 *entry_at(const struct walk *w, pa_t table, unsigned level, u64 in)
{
	u64 mask = level == w->pt->start ? ~0ull : NR_ENTRIES - 1;

	return (u64 *)phys(table) + ((in >> level_shift(level)) & mask);
}

/* Walks [in, end), of which all lies below @table. */
static int walk_table(struct walk *w, pa_t table, unsigned level, u64 in, u64 end)
{
	u64 *entry = entry_at(w, table, level, in);
	unsigned shift = level_shift(level);

	while (in < end) {
		struct run r = run_at(entry, level, in, end);
		int err = is_table(r.desc, level) ? 0 : w->leaf(w, &r);

		in = MIN(end, ((in >> shift) + r.nr) << shift);
		if (!err && is_table(*r.entry, level)) {
			err = walk_table(w, PA(*r.entry & DESC_ADDR), level + 1, r.in, in);
			if (!err && w->table)
				err = w->table(w, &r);
		}
		if (err)
			return err;
		entry += r.nr;
	}
	return 0;
}

int walk_range(struct walk *w, visit_fn *leaf, visit_fn *table, u64 in, u64 end)
{
	unsigned level = w->pt->start;
	pa_t at = w->pt->root;

	w->leaf = leaf;
	w->table = table;
	/* Straight down while all lies below one entry, unless that table is to be visited. */
	while (!table && in >> level_shift(level) == (end - 1) >> level_shift(level)) {
		u64 desc = *entry_at(w, at, level, in);

		if (!is_table(desc, level))
			break;
		at = PA(desc & DESC_ADDR);
		level++;
	}
	return walk_table(w, at, level, in, end);
}

int walk_all(struct walk *w, visit_fn *leaf, visit_fn *table)
{
	return walk_range(w, leaf, table, w->in, w->end);
}

void fill_entries(const struct walk *w, u64 *entry, unsigned nr, unsigned level, u64 in, u64 out,
		  u64 attrs)
{
	u64 size = level_size(level), group = NR_GROUP * size;
	/* A group of 1 GiB blocks may pass the end of a small table. */
	bool may_hint = w->grain == PT_LARGEST && group <= 1ull << w->pt->bits &&
			IS_ALIGNED(in ^ out, group);

	while (nr) {
		unsigned n = MIN(nr, NR_GROUP - (unsigned)(in / size % NR_GROUP));
		bool hint = may_hint && n == NR_GROUP && !cuts(w, in, group);

		set_entries(entry, n, level,
			    leaf_desc(level, out, attrs) | (hint ? DESC_CONTIGUOUS : 0));
		entry += n;
		nr -= n;
		in += n * size;
		out += n * size;
	}
}
