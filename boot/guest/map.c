/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/map.h"

#include "hyp/guest.h"
#include "lib/arch.h"
#include "lib/errno.h"
#include "lib/range.h"
#include "mm/el2.h"

/* Blocks of 1 GiB are there from level 1 on, where the fewest bits start. */
#define BITS_OF_LEVEL_1	36

static bool has_1g_block(const struct region *r)
{
	u64 ipa = ALIGN_UP(r->ipa.v, GIB(1));

	return IS_ALIGNED(r->ipa.v ^ r->pa.v, GIB(1)) && ipa - r->ipa.v < r->size &&
	       r->size - (ipa - r->ipa.v) >= GIB(1);
}

/* The least of the architecture's sizes that reaches up to @end. */
static unsigned bits_to(u64 end)
{
	unsigned i = 0;

	while (i < PA_SIZE_MAX && end > BIT(pa_sizes[i]))
		i++;
	return pa_sizes[i];
}

/*
 * Not what the CPU has: each level less is an access less for every one of the guest's walk. A size
 * that ID_AA64MMFR0_EL1.PARange can say, for a guest whose ID registers are trapped. BARs that move
 * stay inside their windows, which have rows.
 */
unsigned guest_ipa_bits(const struct region_table *regions)
{
	u64 end = 0;

	for (const struct region *r = regions->region; r < regions->region + regions->nr; r++) {
		end = MAX(end, range_end(region_ipa(r)));
		if (region_is_memory(r) && has_1g_block(r))
			end = MAX(end, BIT(BITS_OF_LEVEL_1));
	}
	return bits_to(end);
}

unsigned guest_pa_bits(const struct region_table *regions, u64 end)
{
	end = MAX(end, BIT(guest.s2.pt.bits));
	for (const struct region *r = regions->region; r < regions->region + regions->nr; r++)
		end = MAX(end, range_end(region_pa(r)));
	return bits_to(end);
}

int guest_map(const struct region_table *regions, const struct mm_caps *caps, struct diag *d)
{
	unsigned bits = MIN(guest_ipa_bits(regions), (unsigned)caps->pa_bits);
	int err = stage2_init(&guest.s2, caps, bits, &page_pool);

	if (err)
		return fail(d, err, "stage 2: no room for its first tables in the page pool");
	guest.regions = regions;
	guest.caps = *caps;
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

/* Write-Back leaves it to stage 1, and the guest's MMU, how the caches are used. */
static bool passes_by_the_caches(const struct region *r)
{
	const struct s2_mem *m = guest_decode(r->attr.memattr);

	if (m->rule == S2_FORCE_WB)
		return false;
	return m->attr.type != MEM_NORMAL ||
	       MIN(m->attr.inner.policy, m->attr.outer.policy) < CACHE_WB;
}

static int clean_part(const struct region *r, struct range part, struct diag *d)
{
	part = range_intersect(region_pa(r), part);
	if (part.size && el2_clean(PA(part.base), part.size))
		return fail(d, -ENOMEM,
			    "region %s: EL2 cannot map it to clean the caches: its page pool is used up",
			    r->name);
	return 0;
}

/*
 * What the firmware and the guest speak by may be memory, and passes by the caches on at least one
 * side: what a loader has left there must not come over it.
 */
static int clean_callers(const struct host *host, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < host->nr_callers; i++)
		for (unsigned m = 0; m < host->caller[i].nr_memory && !err; m++)
			for (unsigned n = 0; n < guest.regions->nr && !err; n++)
				err = clean_part(&guest.regions->region[n],
						 pages_around(host->caller[i].memory[m]), d);
	return err;
}

/* Registers have no lines: of other types only what the machine's tree calls memory has some. */
int guest_hand_over(const struct host *host, struct diag *d)
{
	int err = clean_callers(host, d);

	for (unsigned i = 0; i < guest.regions->nr && !err; i++) {
		const struct region *r = &guest.regions->region[i];

		if (r->origin != REGION_FROM_CONFIG || !passes_by_the_caches(r))
			continue;
		if (r->type == REGION_RAM)
			err = clean_part(r, region_pa(r), d);
		for (unsigned b = 0; b < host->nr_memory && r->type != REGION_RAM && !err; b++)
			err = clean_part(r, host->memory[b], d);
	}
	return err;
}
