/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translation tables of VMSAv8-64 with the 4 KiB granule: EL2 stage 1 and the guest's stage 2.
 *
 * This layer knows addresses, levels, tables and break-before-make; what the attribute bits of a
 * leaf mean is for stage1.c and stage2.c to know. All functions take whole pages. None takes a
 * lock: a table, and the pool that it takes its pages from, have one writer at a time.
 *
 * Other CPUs may use the table at all times. While a leaf is changed or split they can take a
 * translation fault for an address that is mapped before and after. Who handles the fault waits for
 * the writer and looks the address up; if it is mapped, there is nothing to do but to return.
 *
 * Errors of all that change a table: -EINVAL (not whole pages, empty, beyond the input or output
 * size, not attribute bits), -ENOMEM (the pool), -EEXIST, -ENOENT. Then the table is as it was.
 */
#ifndef MM_PGTABLE_H
#define MM_PGTABLE_H

#include "lib/types.h"
#include "mm/pool.h"

enum pt_stage { PT_STAGE1_EL2, PT_STAGE2 };

struct pgtable;

/* Who walks a table instead of the CPUs: a device's SMMU. */
struct pt_walker {
	/* as tlb_publish(): the page @table, which nothing leads to yet, or (0) all of the table */
	void (*publish)(const struct pgtable *pt, pa_t table);
	/* as tlb_flush() */
	void (*flush)(const struct pgtable *pt, u64 in, u64 size, u64 smallest);
};

struct pgtable {
	enum pt_stage stage;
	u8 bits;		/* size of the input address */
	u8 start;		/* level of the root, 0 to 2 */
	u8 root_pages;		/* concatenated root tables: 1 to 16 (stage 2 only) */
	pa_t root;
	struct pool *pool;
	const struct pt_walker *walker;	/* NULL: the CPUs */
};

struct pt_leaf {
	u64 in;			/* first input address of the leaf */
	pa_t out;
	u64 size;		/* of one descriptor, also where the Contiguous bit is set */
	u64 attrs;		/* PT_ATTR_MASK bits */
	unsigned nr;		/* so many descriptors like this, in and out without a gap */
	u8 level;
	bool contiguous;
	bool broken;		/* by pt_break() */
};

/*
 * The bits of a leaf that belong to the stage: [11:2] and [63:50], less the Access flag (10), which
 * is always set, and Contiguous (52).
 */
#define PT_ATTR_MASK	((GENMASK(11, 2) | GENMASK(63, 50)) & ~(BIT(10) | BIT(52)))

enum pt_grain {
	PT_LARGEST,	/* the largest leaves that alignment and size allow, Contiguous hint too */
	PT_PAGES,	/* single pages: any of them can go without another being broken */
};

/* An empty table for @bits (32 to 48) of input address, its root allocated. -EINVAL, -ENOMEM. */
int pt_init(struct pgtable *pt, enum pt_stage stage, unsigned bits, struct pool *pool);

/* Maps [in, in + size) to [out, out + size). -EEXIST: something is mapped there already. */
int pt_map(struct pgtable *pt, u64 in, pa_t out, u64 size, u64 attrs, enum pt_grain grain);

/* Unmaps what is mapped of [in, in + size). To split a block at either end may need pages. */
int pt_unmap(struct pgtable *pt, u64 in, u64 size);

/*
 * Gives all of [in, in + size) new attributes; outputs stay, and leaves that have these attributes
 * already are not touched. -ENOENT: part of it is not mapped.
 */
int pt_change(struct pgtable *pt, u64 in, u64 size, u64 attrs);

#define PT_KEEP_ATTRS	(~0ull)

/*
 * The two halves of a change, for whoever has something to do in between. After pt_break() no walk
 * finds [in, in + size) and no TLB has it: nothing reaches what is mapped there, not by speculation
 * either. The leaves are still there, with the new attributes (or PT_KEEP_ATTRS), until pt_make()
 * makes them valid, which takes no page. What else cuts a broken leaf leaves the rest of it broken.
 */
int pt_break(struct pgtable *pt, u64 in, u64 size, u64 attrs);
int pt_make(struct pgtable *pt, u64 in, u64 size, u64 attrs);

/*
 * Joins what was split for [in, in + size): a table whose leaves are all alike becomes one leaf
 * again and its page is freed, a group gets its Contiguous bit. What it all maps to stays.
 */
int pt_join(struct pgtable *pt, u64 in, u64 size);

/*
 * The leaf that translates @in, or is broken there, alone (nr is 1). -ENOENT: there is none; in,
 * size and level of *leaf then tell the empty entry. -EINVAL: beyond the input size.
 */
int pt_lookup(const struct pgtable *pt, u64 in, struct pt_leaf *leaf);

/*
 * Calls @fn upwards for all leaves that touch [in, in + size), like ones together (leaf->nr), whole
 * leaves, until it returns something else than 0, which is then returned.
 */
int pt_for_each_leaf(const struct pgtable *pt, u64 in, u64 size,
		     int (*fn)(const struct pt_leaf *leaf, void *arg), void *arg);

/*
 * Cleans the page @table, or (0) all pages of the table, to the point of coherency: for a walker
 * that looks past the caches.
 */
void pt_clean(const struct pgtable *pt, pa_t table);

#endif
