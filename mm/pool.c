/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages are handed out upwards from the start; those that come back are chained, and go out again
 * first. What nobody asked for is never touched, so a large pool costs nothing to make.
 */
#include "mm/pool.h"

#include <string.h>

#include "lib/errno.h"
#include "mm/phys.h"

void pool_init(struct pool *pool, pa_t base, u64 size)
{
	struct range r = { base.v, size };
	u64 end = ALIGN_DOWN(range_valid(r) ? range_end(r) : ~0ull, PAGE_SIZE);
	u64 next = MAX(base.v, PAGE_SIZE);	/* page 0 is how the chain ends */

	next = next < end ? ALIGN_UP(next, PAGE_SIZE) : end;
	pool->next = PA(next);
	pool->end = PA(end);
	pool->free = PA(0);
	pool->nr_pages = (u32)((end - next) >> PAGE_SHIFT);
	pool->nr_free = pool->nr_pages;
}

static void chain(struct pool *pool, pa_t page)
{
	*(u64 *)phys(page) = pool->free.v;
	pool->free = page;
}

void pool_add(struct pool *pool, pa_t base, u64 size)
{
	struct pool more;

	for (; pool->next.v < pool->end.v; pool->next.v += PAGE_SIZE)
		chain(pool, pool->next);
	pool_init(&more, base, size);
	pool->next = more.next;
	pool->end = more.end;
	pool->nr_pages += more.nr_pages;
	pool->nr_free += more.nr_free;
}

static pa_t unchain(struct pool *pool)
{
	pa_t page = pool->free;

	pool->free = PA(*(u64 *)phys(page));
	return page;
}

int pool_alloc(struct pool *pool, unsigned nr, pa_t *out)
{
	u64 size = nr * PAGE_SIZE;
	pa_t pages;

	if (!nr || nr & (nr - 1))
		return -EINVAL;
	if (nr == 1 && pool->free.v) {
		pages = unchain(pool);
	} else {
		pages = PA(ALIGN_UP(pool->next.v, size));
		if (pages.v < pool->next.v || pages.v > pool->end.v || pool->end.v - pages.v < size)
			return -ENOMEM;
		for (u64 skipped = pool->next.v; skipped < pages.v; skipped += PAGE_SIZE)
			chain(pool, PA(skipped));
		pool->next = PA(pages.v + size);
	}
	memset(phys(pages), 0, size);
	pool->nr_free -= nr;
	*out = pages;
	return 0;
}

void pool_free(struct pool *pool, pa_t page)
{
	chain(pool, page);
	pool->nr_free++;
}
