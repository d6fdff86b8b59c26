/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on a table. What states an entry has, and the ways between them: walk.h. */
#include "mm/pgtable.h"

#include "lib/cache.h"
#include "lib/errno.h"
#include "mm/phys.h"
#include "mm/walk.h"

static bool attrs_ok(u64 attrs)
{
	return !(attrs & ~PT_ATTR_MASK);
}

/* Break: from here to flush_broken() another CPU finds either what is still cached, or nothing. */

static void broke(struct walk *w, const struct run *r)
{
	w->smallest = MIN(w->smallest, level_size(r->level));
}

static void flush_broken(struct walk *w)
{
	if (w->smallest != NOTHING_BROKEN)
		flush(w->pt, w->in, w->end - w->in, w->smallest);
	w->smallest = NOTHING_BROKEN;
}

/* Unmap */

static int clear_leaves(struct walk *w, struct run *r)
{
	if (!r->desc)
		return 0;
	set_entries(r->entry, r->nr, r->level, 0);
	broke(w, r);
	return 0;
}

static int unlink_if_empty(struct walk *w, struct run *r)
{
	pa_t table = PA(*r->entry & DESC_ADDR);
	u64 *entries = phys(table);

	for (unsigned i = 0; i < NR_ENTRIES; i++)
		if (entries[i])
			return 0;
	set_entry(r->entry, 0);
	broke(w, r);
	/* Walks still come here by what they have cached. To them the link is an invalid entry. */
	set_entry(&entries[0], w->unlinked.v);
	w->unlinked = table;
	return 0;
}

static void clear_range(struct walk *w)
{
	walk_all(w, clear_leaves, unlink_if_empty);
	flush_broken(w);
	while (w->unlinked.v) {
		pa_t table = w->unlinked;

		w->unlinked = PA(*(u64 *)phys(table));
		pool_free(w->pt->pool, table);
	}
}

int pt_unmap(struct pgtable *pt, u64 in, u64 size)
{
	struct walk w = { .pt = pt, .in = in, .end = in + size, .attrs = NO_ATTRS,
			  .smallest = NOTHING_BROKEN };
	int err;

	if (!range_ok(pt, in, size))
		return -EINVAL;
	err = split_edges(&w);
	if (!err)
		clear_range(&w);
	return err;
}

/* Map */

static int refuse_mapped(struct walk *w, struct run *r)
{
	(void)w;
	return r->desc ? -EEXIST : 0;
}

static int link_table(struct walk *w, struct run *r)
{
	pa_t table;
	int err = pool_alloc(w->pt->pool, 1, &table);

	if (err)
		return err;
	/* Who finds the table must find zeroes in it, not what the page held before. */
	publish(w->pt, table);
	set_entry(r->entry, table_desc(table));
	r->nr = 1;
	return 0;
}

static int map_leaves(struct walk *w, struct run *r)
{
	unsigned top = w->grain == PT_PAGES ? LAST_LEVEL : TOP_LEAF;
	u64 out = w->out + (r->in - w->in);
	u64 size = level_size(r->level);

	if (r->level < top || !IS_ALIGNED(r->in | out, size) || r->end - r->in < size)
		return link_table(w, r);
	r->nr = (unsigned)((r->end - r->in) / size);
	fill_entries(w, r->entry, r->nr, r->level, r->in, out, w->attrs);
	return 0;
}

int pt_map(struct pgtable *pt, u64 in, pa_t out, u64 size, u64 attrs, enum pt_grain grain)
{
	struct walk w = { .pt = pt, .in = in, .end = in + size, .out = out.v, .attrs = attrs,
			  .grain = grain, .smallest = NOTHING_BROKEN };
	int err;

	if (!range_ok(pt, in, size) || !attrs_ok(attrs) || !IS_ALIGNED(out.v, PAGE_SIZE) ||
	    out.v > BIT(OUT_BITS) - size)
		return -EINVAL;
	err = walk_all(&w, refuse_mapped, NULL);
	if (err)
		return err;
	err = walk_all(&w, map_leaves, NULL);
	if (err)
		clear_range(&w);	/* the range was empty: all that is there now is ours */
	else
		publish(pt, PA(0));
	return err;
}

/* Change */

static int break_leaves(struct walk *w, struct run *r)
{
	if (!concerns(w, r->desc) || !(r->desc & DESC_VALID))
		return 0;
	set_entries(r->entry, r->nr, r->level, r->desc & ~DESC_VALID);
	broke(w, r);
	return 0;
}

static u64 with_attrs(const struct walk *w, u64 desc)
{
	return w->attrs == NO_ATTRS ? desc : (desc & ~PT_ATTR_MASK) | w->attrs;
}

static int paint_leaves(struct walk *w, struct run *r)
{
	if (r->desc && !(r->desc & DESC_VALID))
		set_entries(r->entry, r->nr, r->level, with_attrs(w, r->desc));
	return 0;
}

static int make_leaves(struct walk *w, struct run *r)
{
	if (r->desc && !(r->desc & DESC_VALID))
		set_entries(r->entry, r->nr, r->level, with_attrs(w, r->desc) | DESC_VALID);
	return 0;
}

static int break_range(struct walk *w)
{
	int err = split_edges(w);

	if (err)
		return err;
	walk_all(w, break_leaves, NULL);
	flush_broken(w);
	return 0;
}

int pt_break(struct pgtable *pt, u64 in, u64 size, u64 attrs)
{
	struct walk w = { .pt = pt, .in = in, .end = in + size, .attrs = NO_ATTRS, .whole = true,
			  .smallest = NOTHING_BROKEN };
	int err;

	if (!range_ok(pt, in, size) || (attrs != PT_KEEP_ATTRS && !attrs_ok(attrs)))
		return -EINVAL;
	err = break_range(&w);
	w.attrs = attrs;
	if (!err && attrs != PT_KEEP_ATTRS)
		walk_all(&w, paint_leaves, NULL);
	return err;
}

int pt_make(struct pgtable *pt, u64 in, u64 size, u64 attrs)
{
	struct walk w = { .pt = pt, .in = in, .end = in + size, .attrs = attrs };

	if (!range_ok(pt, in, size) || (attrs != PT_KEEP_ATTRS && !attrs_ok(attrs)))
		return -EINVAL;
	walk_all(&w, make_leaves, NULL);
	publish(pt, PA(0));
	return 0;
}

int pt_change(struct pgtable *pt, u64 in, u64 size, u64 attrs)
{
	struct walk w = { .pt = pt, .in = in, .end = in + size, .attrs = attrs, .whole = true,
			  .smallest = NOTHING_BROKEN };
	int err;

	if (!range_ok(pt, in, size) || !attrs_ok(attrs))
		return -EINVAL;
	err = break_range(&w);
	return err ? err : pt_make(pt, in, size, attrs);
}

/* Look */

static struct pt_leaf leaf_of(const struct run *r)
{
	u64 size = level_size(r->level);

	return (struct pt_leaf){
		.in = ALIGN_DOWN(r->in, size),
		.out = PA(r->desc & DESC_ADDR),
		.size = size,
		.attrs = r->desc & PT_ATTR_MASK,
		.nr = r->nr,
		.level = (u8)r->level,
		.contiguous = r->desc & DESC_CONTIGUOUS,
		.broken = !(r->desc & DESC_VALID),
	};
}

static int look_up(struct walk *w, struct run *r)
{
	*(struct pt_leaf *)w->arg = leaf_of(r);
	return r->desc ? 0 : -ENOENT;
}

int pt_lookup(const struct pgtable *pt, u64 in, struct pt_leaf *leaf)
{
	u64 page = ALIGN_DOWN(in, PAGE_SIZE);
	struct walk w = { .pt = pt, .in = page, .end = page + PAGE_SIZE, .arg = leaf };

	return range_ok(pt, page, PAGE_SIZE) ? walk_all(&w, look_up, NULL) : -EINVAL;
}

static int report(struct walk *w, struct run *r)
{
	struct pt_leaf leaf = leaf_of(r);

	return r->desc ? w->fn(&leaf, w->arg) : 0;
}

int pt_for_each_leaf(const struct pgtable *pt, u64 in, u64 size,
		     int (*fn)(const struct pt_leaf *leaf, void *arg), void *arg)
{
	struct walk w = { .pt = pt, .in = in, .end = in + size, .fn = fn, .arg = arg };

	return range_ok(pt, in, size) ? walk_all(&w, report, NULL) : -EINVAL;
}

/* Tables lie below each other at most as deep as there are levels. */
static void clean_from(pa_t table, unsigned level, unsigned pages)
{
	const u64 *entry = phys(table);
	u64 start = (u64)entry;

	dcache_clean_inval_poc(start, start + pages * PAGE_SIZE);
	for (unsigned i = 0; i < pages * NR_ENTRIES; i++)
		if (is_table(entry[i], level))
			clean_from(PA(entry[i] & DESC_ADDR), level + 1, 1);
}

void pt_clean(const struct pgtable *pt, pa_t table)
{
	if (table.v)
		clean_from(table, LAST_LEVEL, 1);
	else
		clean_from(pt->root, pt->start, pt->root_pages);
}

/*
 * Starts at the level that leaves the fewest steps. The root is one table; up to 16 at stage 2,
 * whose walks may start in concatenated tables (never at level 0, where one does for 48 bits).
 */
int pt_init(struct pgtable *pt, enum pt_stage stage, unsigned bits, struct pool *pool)
{
	unsigned extra = stage == PT_STAGE2 ? 4 : 0;
	unsigned level = 2, reach;

	if (bits < 32 || bits > OUT_BITS)
		return -EINVAL;
	while (bits > level_shift(level) + BITS_PER_LEVEL + extra)
		level--;
	reach = level_shift(level) + BITS_PER_LEVEL;
	pt->stage = stage;
	pt->bits = (u8)bits;
	pt->start = (u8)level;
	pt->root_pages = bits > reach ? (u8)(1u << (bits - reach)) : 1;
	pt->pool = pool;
	pt->walker = NULL;
	return pool_alloc(pool, pt->root_pages, &pt->root);
}
