/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside mm/: descriptors of VMSAv8-64 with the 4 KiB granule, and the walker over their tables.
 *
 * The states of an entry, by its bits:
 *
 *   state    level  [1:0]  [47:12]         other bits
 *   -------  -----  -----  --------------  ------------------------------------------------------
 *   invalid  0..3   00     0               0
 *   table    0..2   11     the next table  0
 *   leaf     1, 2   01     output address  AF and PT_ATTR_MASK; Contiguous (52) at levels 2 and 3
 *            3      11
 *   broken   1, 2   00     a leaf that no walk finds, in the middle of a change or for as long as
 *            3      10     it is wanted so (pt_break()): bit 0 is clear and the rest stays, so that
 *                          it can be made again. AF tells it from an invalid entry.
 *
 * The ways from one to another. No valid entry becomes another valid one without a flush. This is
 * break-before-make, which the Arm ARM ("Using break-before-make when updating translation table
 * entries") asks for where the output, the attributes, the size of a leaf or its Contiguous bit
 * change: a TLB that holds both the old and the new may use either, or a mix.
 *
 *   invalid -> publish -> table              map: everyone sees the new table as all zeroes
 *   invalid -> leaf                          map; published at the end
 *   leaf -> invalid -> flush                 unmap
 *   leaf -> broken -> flush -> leaf          change; a group loses its hint
 *   leaf -> invalid -> flush -> table        split: the new table translates just as the leaf did
 *   broken -> invalid -> flush -> table      split: all leaves in it are broken
 *   table -> invalid -> flush -> page freed  unmap: a walker may have cached the way through it
 *   table -> invalid -> flush -> leaf        join: it translates just as the table did
 *
 * What holds between two operations: what pt_break() has broken is whole leaves and groups of its
 * range, and nothing else is broken; every table but the root has something in
 * it; of 16 entries aligned to 16, a group, either all or none have the Contiguous bit, and if they
 * have it, also the same attributes, and outputs that follow each other from an aligned one. A
 * group is written one entry at a time: a walk that comes meanwhile gets the group's translation or
 * a fault, and either is right for each page of it.
 */
#ifndef MM_WALK_H
#define MM_WALK_H

#include "lib/arch.h"
#include "mm/pgtable.h"
#include "mm/tlb.h"

#define LAST_LEVEL	3
#define TOP_LEAF	1		/* a block at level 0 does not exist */
#define BITS_PER_LEVEL	9
#define NR_ENTRIES	512		/* of one table */
#define NR_GROUP	16
#define OUT_BITS	48

static inline unsigned level_shift(unsigned level)
{
	return PAGE_SHIFT + BITS_PER_LEVEL * (LAST_LEVEL - level);
}

static inline u64 level_size(unsigned level)
{
	return 1ull << level_shift(level);
}

static inline bool is_table(u64 desc, unsigned level)
{
	const u64 type = DESC_VALID | DESC_TABLE;

	return level < LAST_LEVEL && (desc & type) == type;
}

static inline u64 table_desc(pa_t table)
{
	return table.v | DESC_TABLE | DESC_VALID;
}

static inline u64 leaf_desc(unsigned level, u64 out, u64 attrs)
{
	return out | attrs | DESC_AF | (level == LAST_LEVEL ? DESC_TABLE : 0) | DESC_VALID;
}

/* Walkers of other CPUs read whole descriptors: each is one 64-bit store. */
static inline void set_entry(u64 *entry, u64 desc)
{
	*(volatile u64 *)entry = desc;
}

/* Sets the first to @desc and each next one to what continues it; all to 0 if @desc is 0. */
static inline void set_entries(u64 *entry, unsigned nr, unsigned level, u64 desc)
{
	u64 step = desc ? level_size(level) : 0;

	for (unsigned i = 0; i < nr; i++, desc += step)
		set_entry(&entry[i], desc);
}

/* Before @table is linked to, or (0) after entries were made in the table. */
static inline void publish(const struct pgtable *pt, pa_t table)
{
	if (pt->walker)
		pt->walker->publish(pt, table);
	else
		tlb_publish();
}

/* The middle of break-before-make. */
static inline void flush(const struct pgtable *pt, u64 in, u64 size, u64 smallest)
{
	if (pt->walker)
		pt->walker->flush(pt, in, size, smallest);
	else
		tlb_flush(pt->stage, in, size, smallest);
}

/* Neighbours in one table that are alike: one table; invalid entries; leaves that continue. */
struct run {
	u64 *entry;
	unsigned nr, level;
	u64 desc;			/* of the first entry */
	u64 in, end;			/* the addresses of the walk's range that lie in the run */
};

struct walk;
typedef int visit_fn(struct walk *w, struct run *r);

#define NO_ATTRS	(~0ull)		/* what no leaf has */
#define NOTHING_BROKEN	(~0ull)

/* An operation on [in, end): one or more passes over its entries, and what they hand on. */
struct walk {
	const struct pgtable *pt;
	u64 in, end;
	visit_fn *leaf, *table;		/* see walk_range() */

	u64 out;			/* where to map to */
	u64 attrs;			/* to map with, to change to; NO_ATTRS for unmap */
	enum pt_grain grain;
	bool whole;			/* a hole is an error */
	bool cut;			/* an end of the range lies in a leaf or a group */
	unsigned nr_tables;		/* how many it takes to split there */
	u64 smallest;			/* size of the smallest broken entry, or NOTHING_BROKEN */
	pa_t unlinked;			/* chain of tables to free, through their first entries */
	int (*fn)(const struct pt_leaf *leaf, void *arg);
	void *arg;
};

/* True if the operation has something to do to a leaf: unmap it, or change its attributes. */
static inline bool concerns(const struct walk *w, u64 desc)
{
	return desc && (desc & PT_ATTR_MASK) != w->attrs;
}

/* True if an end of the operation's range lies inside the aligned @size bytes around @at. */
static inline bool cuts(const struct walk *w, u64 at, u64 size)
{
	u64 base = ALIGN_DOWN(at, size), top = base + size;

	return (base < w->in && w->in < top) || (base < w->end && w->end < top);
}

/*
 * Visits [in, end) upwards, a run at a time. @leaf is called for anything but tables; it may make
 * its run shorter (nr), and it may turn the first entry into a table, which is then walked too.
 * @table, which may be NULL, is called for each table but the root, after its entries. The walk
 * ends when one of them returns something else than 0, and returns that.
 */
int walk_range(struct walk *w, visit_fn *leaf, visit_fn *table, u64 in, u64 end);

/* The same for all of the operation's range. */
int walk_all(struct walk *w, visit_fn *leaf, visit_fn *table);

/*
 * Writes @nr leaves from @in to @out into entries that are invalid, or in a table that nobody sees
 * yet. A whole group gets the hint, if no end of the operation's range lies in it.
 */
void fill_entries(const struct walk *w, u64 *entry, unsigned nr, unsigned level, u64 in, u64 out,
		  u64 attrs);

/*
 * Splits what the operation concerns so that no leaf and no group lies across an end of its range.
 * After an error nothing was split. -ENOENT: a hole, and the operation has @whole set; -ENOMEM.
 */
int split_edges(struct walk *w);

/* True if the range is whole pages, not empty, and in what @pt translates. */
static inline bool range_ok(const struct pgtable *pt, u64 in, u64 size)
{
	u64 limit = 1ull << pt->bits;

	return size && IS_ALIGNED(in | size, PAGE_SIZE) && size <= limit && in <= limit - size;
}

#endif
