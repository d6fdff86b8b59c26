/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/probe_tags.h"

#include "drivers/console.h"
#include "drivers/tags.h"
#include "hyp/guest.h"
#include "hyp/panic.h"
#include "lib/arch.h"
#include "mm/el2.h"
#include "mm/resolve.h"

#define TAG_MASK	TAG(15)

enum answer { STORED, LOST, ABORTED };

static const char *const answers[] = {
	[STORED] = "tags stored",
	[LOST] = "no tag storage",
	[ABORTED] = "no tag storage, an external abort answers",
};

/* Granules in different lines; each tag and its complement, so that none fits by chance. */
static enum answer probe_page(u64 va)
{
	static const u16 granule[] = { 0, 16, 1040, 4080 };
	bool stored = true, aborted = false;

	for (u64 flip = 0; flip <= TAG_MASK; flip += TAG_MASK) {
		for (unsigned i = 0; i < ARRAY_SIZE(granule); i++)
			aborted |= !tag_store(va + granule[i], TAG(i + 3) ^ flip);
		for (unsigned i = 0; i < ARRAY_SIZE(granule); i++) {
			u64 tag = tag_load(va + granule[i]);

			aborted |= tag == TAG_ABORTED;
			stored &= tag == (TAG(i + 3) ^ flip);
		}
	}
	for (unsigned i = 0; i < ARRAY_SIZE(granule); i++)
		tag_store(va + granule[i], 0);
	return aborted ? ABORTED : stored ? STORED : LOST;
}

/*
 * The guest's memory has been cleaned (guest_hand_over()): what came into the caches meanwhile, by
 * speculation as well, goes again.
 */
static enum answer probe(const struct region *r, u64 last)
{
	u64 sctlr = read_sysreg(sctlr_el2);
	u64 pending = read_sysreg(isr_el1);
	enum answer first_page, last_page;

	if (el2_map(r->pa, PAGE_SIZE, S1_TAGGED) || el2_map(PA(last), PAGE_SIZE, S1_TAGGED))
		stop("region %s: probe-tags: EL2 cannot map it: its page pool is used up",
		     r->name);
	write_sysreg(sctlr | SCTLR_ATA, sctlr_el2);	/* TCF is 0: no tag is checked */
	isb();
	first_page = probe_page(r->pa.v);
	last_page = probe_page(last);
	dsb(sy);
	isb();
	/* A store that was posted is answered by an SError, which would be the guest's end. */
	if (~pending & read_sysreg(isr_el1) & ISR_A)
		stop("region %s: probe-tags: an SError answers at %#lx or %#lx: no tags are stored there: say no-tags, and leave probe-tags out",
		     r->name, r->pa.v, last);
	write_sysreg(sctlr, sctlr_el2);
	isb();
	if (el2_unmap_memory() || el2_clean(r->pa, PAGE_SIZE) || el2_clean(PA(last), PAGE_SIZE))
		stop("region %s: probe-tags: EL2 cannot unmap or clean it: its page pool is used up",
		     r->name);
	return MAX(first_page, last_page);
}

void probe_tags(void)
{
	const struct region_table *t = guest.regions;

	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[i];
		u64 last = r->pa.v + r->size - PAGE_SIZE;
		enum answer answer;

		if (!r->opts.probe_tags)
			continue;
		print("Tags in region %s: ", r->name);
		if (!guest.caps.mte) {
			print("not probed, the CPU has no FEAT_MTE2\n");
			continue;
		}
		if (el2_sees(r->pa, PAGE_SIZE) || el2_sees(PA(last), PAGE_SIZE)) {
			print("not probed, Mavis itself works registers there\n");
			continue;
		}
		answer = probe(r, last);
		print("%s", answers[answer]);
		if ((answer == STORED) != region_has_tags(r))
			print(", but its descriptor says %s",
			      answer == STORED ? "no-tags" : "tags");
		print("\n");
	}
}
