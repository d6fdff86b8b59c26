/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/probe_tags.h"

#include "drivers/console.h"
#include "hyp/guest.h"
#include "hyp/panic.h"
#include "lib/arch.h"
#include "mm/el2.h"
#include "mm/resolve.h"

#define TAG_MASK	TAG(15)

/* In tags.S; a tag is in bits 59:56. */
void tag_store(u64 va, u64 tag);
u64 tag_load(u64 va);

/* Granules in different lines; each tag and its complement, so that none fits by chance. */
static bool page_stores_tags(u64 va)
{
	static const u16 granule[] = { 0, 16, 1040, 4080 };
	bool stored = true;

	for (u64 flip = 0; flip <= TAG_MASK; flip += TAG_MASK) {
		for (unsigned i = 0; i < ARRAY_SIZE(granule); i++)
			tag_store(va + granule[i], TAG(i + 3) ^ flip);
		for (unsigned i = 0; i < ARRAY_SIZE(granule); i++)
			stored &= tag_load(va + granule[i]) == (TAG(i + 3) ^ flip);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(granule); i++)
		tag_store(va + granule[i], 0);
	return stored;
}

static bool stores_tags(const struct region *r)
{
	u64 last = r->pa.v + r->size - PAGE_SIZE, sctlr = read_sysreg(sctlr_el2);
	bool stored;

	if (el2_map(r->pa, PAGE_SIZE, S1_TAGGED) || el2_map(PA(last), PAGE_SIZE, S1_TAGGED))
		stop("region %s: probe-tags: EL2 cannot map it: its page pool is used up",
		     r->name);
	write_sysreg(sctlr | SCTLR_ATA, sctlr_el2);	/* TCF is 0: no tag is checked */
	isb();
	stored = page_stores_tags(r->pa.v);
	stored &= page_stores_tags(last);
	write_sysreg(sctlr, sctlr_el2);
	isb();
	if (el2_unmap_memory())
		stop("region %s: probe-tags: EL2 cannot unmap it: its page pool is used up",
		     r->name);
	return stored;
}

void probe_tags(void)
{
	const struct region_table *t = guest.regions;

	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[i];
		bool stored;

		if (!r->opts.probe_tags)
			continue;
		print("Tags in region %s: ", r->name);
		if (!guest.caps.mte) {
			print("not probed, the CPU has no FEAT_MTE2\n");
			continue;
		}
		stored = stores_tags(r);
		print(stored ? "tags stored" : "no tag storage");
		if (stored != region_has_tags(r))
			print(", but its descriptor says %s", stored ? "no-tags" : "tags");
		print("\n");
	}
}
