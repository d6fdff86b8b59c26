/* SPDX-License-Identifier: Apache-2.0 */
/* The control commands that only `debug` has. */
#include "drivers/io.h"
#include "hyp/cpu.h"
#include "hyp/debug.h"
#include "hyp/guest.h"
#include "lib/cache.h"
#include "lib/errno.h"
#include "lib/range.h"
#include "lib/sections.h"
#include "mm/el2.h"

/* This CPU's trap ends at the debugger (trap.c). */
s64 debug_command(const u64 *a, u64 *r)
{
	(void)a, (void)r;
	if (!debug_can())
		return -ENOENT;
	this_cpu()->debug = true;
	return 0;
}

/* The guest's caches may have lines of it. */
static bool is_cached(u64 pa, const struct region *r)
{
	const struct s2_mem *m = guest_decode(r->attr.memattr);

	return pa - r->pa.v < r->size && m &&
	       (m->rule == S2_FORCE_WB ||
		(m->attr.type == MEM_NORMAL &&
		 (m->attr.inner.policy != CACHE_NC || m->attr.outer.policy != CACHE_NC)));
}

static bool may_be_cached(u64 pa)
{
	for (unsigned i = 0; i < guest_regions.nr; i++)
		if (is_cached(pa, &guest_regions.region[i]))
			return true;
	for (unsigned i = 0; i < bars.nr; i++)
		if (bars.bar[i].region.ipa.v && is_cached(pa, &bars.bar[i].region))
			return true;
	return false;
}

/*
 * One access. The guest's memory is reached as most of the guest reaches it, through the caches,
 * and no line stays behind for those who pass them by; all else as a device's registers. Mavis's
 * own memory is not reached, mapped or not.
 */
static s64 access(const u64 *a, u64 *val, bool write)
{
	u64 pa = a[0], size = a[1];
	pa_t page = PA(ALIGN_DOWN(pa, PAGE_SIZE));
	bool seen, cached, done;
	int err;

	if ((size != 1 && size != 2 && size != 4 && size != 8) || !IS_ALIGNED(pa, size) ||
	    pa >> guest.caps.pa_bits)
		return -EINVAL;
	seen = el2_sees(page, PAGE_SIZE);
	if ((seen && !el2_sees_device(page)) ||
	    ranges_overlap(image_range(), (struct range){ page.v, PAGE_SIZE }))
		return -EACCES;
	cached = !seen && may_be_cached(pa);
	err = seen ? 0 : el2_borrow(page, cached ? S1_DATA : S1_DEVICE);
	if (err)
		return err;
	/* What does not answer now may do so later: nothing is remembered of an abort. */
	done = write ? io_try_write(pa, (unsigned)size, *val) :
		       io_try_read(pa, (unsigned)size, val);
	if (cached)
		dcache_clean_inval_poc(pa, pa + size);
	if (!seen)
		el2_give_back(page);
	return done ? 0 : -EFAULT;
}

s64 debug_peek(const u64 *a, u64 *r)
{
	return access(a, &r[0], false);
}

s64 debug_poke(const u64 *a, u64 *r)
{
	u64 val = a[2];

	(void)r;
	return access(a, &val, true);
}
