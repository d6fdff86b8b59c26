/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/worked.h"

#include "hyp/mmio.h"
#include "lib/errno.h"

int worked_check(const struct region_table *t, struct diag *d)
{
	unsigned nr;
	const struct mmio_page *pages = mmio_pages(&nr);

	for (const struct region *r = t->region; r < t->region + t->nr; r++) {
		if (r->ipa.v == r->pa.v)
			continue;
		for (const struct mmio_page *p = pages; p < pages + nr; p++)
			if (p->ipa - r->pa.v < r->size)
				return fail(d, -EACCES,
					    "region %s: ipa: %#lx leads to the registers at %#lx, which Mavis works for the guest, past Mavis: take them out of the region",
					    r->name, r->ipa.v + (p->ipa - r->pa.v), p->ipa);
	}
	return 0;
}
