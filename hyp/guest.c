/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/guest.h"

#include "hyp/control.h"
#include "hyp/debug.h"

struct guest guest;
bool debug_asked, control_asked;
struct region_table guest_regions __noinit;
struct selfcheck guest_checks[REGION_MAX + BAR_MAX] __noinit;

const struct region *guest_region(u64 ipa)
{
	for (const struct bar *b = bars.bar; b < bars.bar + bars.nr; b++)
		if (b->region.ipa.v && ipa - b->region.ipa.v < b->region.size)
			return &b->region;
	return region_find(guest.regions, IPA(ipa));
}

bool guest_can_start_at(u64 ipa)
{
	const struct region *r = region_find(guest.regions, IPA(ipa));

	return IS_ALIGNED(ipa, 4) && r && region_runs_code(r);
}

bool guest_has_memory(struct range r)
{
	u64 end = range_end(r);

	if (!r.size || !range_valid(r))
		return false;
	while (r.base < end) {
		const struct region *m = region_find(guest.regions, IPA(r.base));

		if (!m || m->type != REGION_RAM || m->ipa.v != m->pa.v || !m->attr.write)
			return false;
		r.base = m->ipa.v + m->size;
	}
	return true;
}
