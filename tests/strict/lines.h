/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of each line: for the parts of the memory model, and nobody else. */
#ifndef STRICT_LINES_H
#define STRICT_LINES_H

#include "memory.h"

#define LINES	(PAGE / LINE)
#define NOBODY	0xff

struct line {
	u64 dirty;		/* bytes that are newer in a cache than in memory */
	u64 past;		/* bytes written past the caches, and maybe stale in one */
	u32 changed;		/* when its contents changed, for instruction caches; 0: never */
	u32 gone;		/* when it was last invalidated */
	u32 past_order;		/* that CPU's count of orders when it was written past the caches */
	u32 dc_order, dc_completion;	/* that CPU's counts at the last DC */
	u32 shared_store, wide_store;	/* that CPU's counts when it was stored to */
	u32 dc_wide;			/* and at the last DC */
	u8 past_cpu, dc_cpu, dirty_cpu, store_cpu;
	u8 writer;		/* enum who */
	bool absent;		/* invalidated, and nothing can have brought it back */
	bool local;		/* dirty by a Non-shareable store */
	bool unified;		/* dirty, but clean to the point of unification */
};

struct page {
	u64 pa, va;
	struct page *next;
	u64 store_order;	/* the storing CPU's count of store orders, plus one; 0: no store */
	u8 store_cpu;
	bool observed;
	struct line line[LINES];
};

extern bool guest_unknown;		/* a guest with its MMU on may have written anywhere */
extern const char *const name_of[];	/* by enum who */

/* The page of @pa, or NULL: nobody has touched it; or a new one. And a line of it. */
struct page *find_page(u64 pa);
struct page *page_at(u64 pa);
struct line *line_at(u64 pa);

/* True if the loader has left the line dirty, which nobody has touched since. */
bool dirty_at_start(u64 pa);

#endif
