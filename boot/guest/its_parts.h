/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BOOT_GUEST_ITS_PARTS_H
#define BOOT_GUEST_ITS_PARTS_H

#include "hyp/its.h"

/* One of its tables, by a GITS_BASER. */
struct its_table {
	bool there;
	u8 n;			/* which */
	u8 codes;		/* the page sizes that it takes: a bit for each Page_Size */
	bool two_levels;	/* it can have */
	u32 entry;		/* bytes */
	/* chosen: */
	u8 code;
	bool indirect;
	u32 pages;
	u64 at;			/* offset in the block, as below */
};

/* What an ITS says, and what it gets. */
struct its_plan {
	u64 typer;		/* GITS_TYPER, with what hardware gets wrong put right */
	unsigned id_bits;	/* of an INTID */
	unsigned device_bits;
	struct its_table device, collection;
	u64 device_ids;
	u8 page_id_shift;
	u32 nr_collections, nr_units, nr_events;
	/* where in one block of memory, and how large that is */
	u64 heap, devices, icid, used, mapped, its, size;
};

#define ITS_BLOCK_ALIGN	KIB(64)

/* Fills in what follows from what the ITS says: pure. */
void its_plan(struct its_plan *p);

static inline u64 its_page_size(unsigned code)
{
	return KIB(4) << 2 * code;
}

#endif
