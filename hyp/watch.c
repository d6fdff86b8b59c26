/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/watch.h"

#include "hyp/bar.h"
#include "hyp/ecam.h"
#include "hyp/guest.h"
#include "hyp/lens.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "mm/el2.h"
#include "mm/phys.h"

/* From the pool once something is watched. */
#define RING_PAGES	32
#define RING_RECORDS	(RING_PAGES * PAGE_SIZE / sizeof(struct watch_record))

static struct watch_record *ring;
static u64 next;			/* so many were made */

static int make_ring(void)
{
	pa_t pa;

	if (ring)
		return 0;
	if (lens_make() || pool_alloc(&page_pool, RING_PAGES, &pa))
		return -ENOMEM;
	ring = phys(pa);
	return 0;
}

void watch_add(const struct watch_record *rec)
{
	ring[next++ % RING_RECORDS] = *rec;
}

int watch_get(u64 *seq, struct watch_record *rec)
{
	u64 oldest = next - MIN(next, RING_RECORDS);

	if (*seq < oldest)
		*seq = oldest;
	if (*seq >= next) {
		*seq = next;
		return -ENOENT;
	}
	*rec = ring[*seq % RING_RECORDS];
	return 0;
}

/*
 * The first part at or behind @at that a BAR has, or had last, in the region of a window. One that
 * is nowhere has address 0, where a region may be.
 */
static struct range next_place(const struct region *r, u64 at)
{
	struct range found = { range_end(region_ipa(r)), 0 };

	for (const struct bar *b = bars.bar; b < bars.bar + bars.nr; b++) {
		u64 place = b->region.ipa.v ? b->region.ipa.v : b->parked;

		if (&b->region != r && place && place >= at && place < found.base)
			found = (struct range){ place, b->region.size };
	}
	return found;
}

/* A region that follows a BAR, while that has no place: what lies at address 0 is not its own. */
static bool is_nowhere(const struct region *r)
{
	return !r->ipa.v && r >= &bars.bar[0].region && r <= &bars.bar[BAR_MAX - 1].region;
}

/* Calls @fn for the parts that are the region's own. */
static int for_parts(const struct region *r,
		     int (*fn)(struct stage2 *s2, ipa_t ipa, u64 size, const struct s2_attr *attr))
{
	u64 at = r->ipa.v, end = range_end(region_ipa(r));
	int err = 0;

	if (is_nowhere(r))
		return 0;
	while (at < end && !err) {
		struct range place = next_place(r, at);

		if (place.base > at)
			err = fn(&guest.s2, IPA(at), place.base - at, NULL);
		at = place.base + place.size;
	}
	return err;
}

int watch_break(const struct region *r)
{
	return for_parts(r, stage2_break);
}

/* Takes no page, and what is there cannot fail. */
void watch_make(const struct region *r)
{
	for_parts(r, stage2_make);
}

/*
 * Pages that Mavis has closed in its own way: of registers that it works, and of configuration
 * space, where the guest moves them.
 */
static bool has_others(const struct region *r)
{
	struct range here = region_ipa(r);
	unsigned nr;
	const struct mmio_page *page = mmio_pages(&nr);

	for (; nr; nr--, page++)
		if (page->ipa - here.base < here.size)
			return true;
	for (const struct ecam_page *p = ecam.page; p < ecam.page + ecam.nr; p++) {
		u64 buses = p->space.last - p->space.first + 1u;

		if (ranges_overlap(here, (struct range){ p->space.base, buses << 20 }))
			return true;
	}
	return false;
}

/* A BAR that nobody has touched keeps its leaves broken. */
static void make_touched(const struct region *r)
{
	for (unsigned i = 0; i < bars.nr; i++)
		if (r == &bars.bar[i].region && !bars.bar[i].touched)
			return;
	watch_make(r);
}

int watch_start(struct region *r)
{
	int err;

	if (r->watched)
		return 0;
	if (region_is_memory(r))
		return -EACCES;
	if (!is_nowhere(r) && has_others(r))
		return -EACCES;
	err = make_ring();
	if (!err && !r->opened)
		err = watch_break(r);
	if (err) {
		make_touched(r);
		return err == -ENOMEM ? err : -EACCES;
	}
	r->watched = true;
	return 0;
}

void watch_stop(struct region *r)
{
	if (!r->watched)
		return;
	r->watched = false;
	if (!r->opened)
		make_touched(r);
}
