/* SPDX-License-Identifier: Apache-2.0 */
/* The page pool: where page tables and per-CPU stacks come from. */
#ifndef MM_POOL_H
#define MM_POOL_H

#include "lib/types.h"

struct pool {
	pa_t next;		/* first page never handed out */
	pa_t end;
	pa_t free;		/* chain of freed pages, through each one's first word; 0 ends it */
	u32 nr_free;		/* pages left, both kinds */
	u32 nr_pages;
};

/* Makes a pool of the whole pages of [base, base + size). Their content does not matter. */
void pool_init(struct pool *pool, pa_t base, u64 size);

/*
 * Adds the whole pages of [base, base + size), whose content does not matter. What was left of the
 * range before can from then on be had in single pages only.
 */
void pool_add(struct pool *pool, pa_t base, u64 size);

/*
 * Takes @nr contiguous zeroed pages, aligned to nr * PAGE_SIZE. One page can be had as long as
 * nr_free is not 0, more only from what was never handed out: -ENOMEM. -EINVAL: @nr is no power of
 * two. The address of page 0 is never handed out. On an error *out stays as it was.
 */
int pool_alloc(struct pool *pool, unsigned nr, pa_t *out);

/* Gives one page back. The caller has made sure that no table walk can still reach it. */
void pool_free(struct pool *pool, pa_t page);

#endif
