/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/control.h"

#include "hyp/bar.h"
#include "hyp/control.h"
#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "mm/el2.h"
#include "mm/phys.h"

/* The first of what @at's page must not touch; size 0: nothing. */
static struct range in_the_way(const struct region_table *t, const struct host *host, u64 at)
{
	struct range page = { at, PAGE_SIZE };
	const struct region *r = region_find(t, IPA(at));

	if (r)
		return region_ipa(r);
	for (unsigned i = 0; i < host->nr_memory; i++)
		if (ranges_overlap(page, host->memory[i]))
			return host->memory[i];
	for (unsigned i = 0; i < host->nr_mmio; i++)
		if (ranges_overlap(page, host->mmio[i].range))
			return host->mmio[i].range;
	return (struct range){ 0 };
}

/* The highest free page below @end. */
static u64 place_below(const struct region_table *t, const struct host *host, u64 end)
{
	struct range r;

	for (u64 at = end - PAGE_SIZE; at; at = ALIGN_DOWN(r.base, PAGE_SIZE) - PAGE_SIZE) {
		r = in_the_way(t, host, at);
		if (!r.size)
			return at;
		if (r.base < PAGE_SIZE)
			break;
	}
	return 0;
}

static u64 find_place(const struct region_table *t, const struct host *host, unsigned ipa_bits)
{
	u64 at = place_below(t, host, MIN(GIB(4), BIT(ipa_bits)));

	return at ? at : place_below(t, host, BIT(ipa_bits));
}

/*
 * A change is of a whole region: no page in it may have other attributes, as those have that Mavis
 * works itself. (That no other region has the memory as well is in mm/alias.c.)
 */
static int check_adjustable(const struct region *r, struct diag *d)
{
	unsigned nr;
	const struct mmio_page *page = mmio_pages(&nr);

	for (; nr; nr--, page++)
		if (page->ipa - r->ipa.v < r->size)
			return fail(d, -EINVAL,
				    "region %s: adjustable: Mavis works the registers at %#lx: take them out",
				    r->name, page->ipa);
	if (el2_sees(r->pa, r->size))
		return fail(d, -EINVAL,
			    "region %s: adjustable: Mavis itself works registers in it, such as the console's: take them out",
			    r->name);
	return 0;
}

/* A counter for each region, and one for what is in none. */
static int make_counters(struct diag *d)
{
	u64 bytes = (guest.regions->nr + bars.nr + 1) * sizeof(u32);
	unsigned pages = 1;
	pa_t pa;

	while (pages * PAGE_SIZE < bytes)
		pages *= 2;
	for (unsigned i = 0; i < nr_cpus; i++) {
		if (pool_alloc(&page_pool, pages, &pa))
			return fail(d, -ENOMEM, "/guest: control: the page pool is used up");
		cpus[i].aborts = phys(pa);
	}
	return 0;
}

ipa_t control_place(const struct host *host)
{
	return IPA(find_place(guest.regions, host, guest.s2.pt.bits));
}

int control_offer(ipa_t page, u64 cntfrq, struct diag *d)
{
	struct control_setup setup = {
		.offered = true,
		.page = page,
		.cntfrq = cntfrq,
	};
	int err = 0;

	for (unsigned i = 0; i < guest.regions->nr && !err; i++)
		if (guest.regions->region[i].opts.adjustable)
			err = check_adjustable(&guest.regions->region[i], d);
	if (!err && page.v && mmio_register(page, control_page_access, NULL))
		err = fail(d, -ENOSPC, "/guest: control: Mavis works too many pages of registers");
	if (!err)
		err = make_counters(d);
	if (!err)
		control_init(&setup);
	return err;
}
