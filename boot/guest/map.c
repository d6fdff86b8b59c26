/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/map.h"

#include "hyp/guest.h"
#include "lib/errno.h"
#include "mm/el2.h"

int guest_map(const struct region_table *regions, const struct mm_caps *caps, struct diag *d)
{
	int err = stage2_init(&guest.s2, caps, &page_pool);

	if (err)
		return fail(d, err, "stage 2: no room for its first tables in the page pool");
	guest.regions = regions;
	guest.fwb = caps->fwb;
	for (unsigned i = 0; i < regions->nr; i++) {
		const struct region *r = &regions->region[i];

		err = stage2_map(&guest.s2, r->ipa, r->pa, r->size, r->attr);
		if (err)
			return fail(d, err,
				    "stage 2: region %s, %#lx bytes at %#lx: cannot be mapped (%s)",
				    r->name, r->size, r->ipa.v,
				    err == -ENOMEM ? "the page pool is used up" : "out of range");
	}
	return 0;
}
