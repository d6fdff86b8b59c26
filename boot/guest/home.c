/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/home.h"

#include "boot/guest/cpus.h"
#include "boot/guest/keep.h"
#include "boot/guest/smmu.h"
#include "lib/errno.h"
#include "lib/sections.h"

/* What EL2's own map takes before the pool is looked at again (cpus_make_room()). */
#define POOL_FOR_EL2	16

/* All that is left of the last block is the pool's as well. */
static u64 size_for(const struct host *host, const struct config *config)
{
	u64 pages = cpus_pool_pages(host, config) + smmu_pool_pages(host) + POOL_FOR_EL2;

	return ALIGN_UP(pool_range().base - image_range().base + pages * PAGE_SIZE, HOME_ALIGN);
}

static int check_place(const struct host *host, const struct config *config, struct range r,
		       struct diag *d)
{
	struct keep_taken taken;

	if (!host_has_memory(host, r))
		return fail(d, -EINVAL,
			    "/guest: place: the machine has no memory of %lu KiB at %#lx, which Mavis needs: give a multiple of 2 MiB in one of its banks, or leave it out",
			    (unsigned long)(r.size >> 10), (unsigned long)r.base);
	taken = keep_in_the_way(host, config, r);
	if (taken.range.size)
		return fail(d, -EBUSY,
			    "/guest: place: Mavis needs %lu KiB at %#lx, and %s has %lu KiB at %#lx: give another place, or leave it out",
			    (unsigned long)(r.size >> 10), (unsigned long)r.base, taken.name,
			    (unsigned long)(taken.range.size >> 10),
			    (unsigned long)taken.range.base);
	return 0;
}

int home_find(const struct host *host, const struct config *config, struct range *home,
	      struct diag *d)
{
	struct range r = { config->place, size_for(host, config) };
	int err = 0;

	*home = (struct range){ 0, 0 };
	if (!r.base)
		r.base = keep_find(host, config, r.size, HOME_ALIGN);
	else if (r.base != image_range().base)
		err = check_place(host, config, r, d);
	if (!err && r.base && r.base != image_range().base)
		*home = r;
	return err;
}
