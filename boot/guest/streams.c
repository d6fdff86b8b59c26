/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/streams.h"

#include <string.h>

#include "drivers/smmu_regs.h"
#include "lib/arch.h"
#include "lib/cache.h"
#include "mm/phys.h"
#include "mm/pool.h"

#define SPAN		(1u << STREAMS_SPLIT)
#define SPAN_PAGES	(SPAN * STE_SIZE / PAGE_SIZE)
#define VTCR_FIELDS	GENMASK(18, 0)
#define VTCR_WALK	GENMASK(13, 8)		/* SH0, ORGN0, IRGN0 */
#define VTCR_WALK_NC	(2ul << 12)		/* Outer Shareable, Non-cacheable */

static bool has_streams(const struct dma_streams *d, unsigned smmu)
{
	return d->smmu == smmu;
}

/* Streams that the SMMU has no bits for do not exist: of an entry for more, those count that do. */
static struct range range_of(const struct dma_streams *d, u64 limit)
{
	u64 end = MIN(d->first + d->nr, limit);

	return (struct range){ d->first, end > d->first ? end - d->first : 0 };
}

void streams_plan(struct streams *s, const struct host *host, unsigned smmu,
		  const struct smmu_caps *caps)
{
	u64 end = 1;

	for (unsigned i = 0; i < host->nr_streams; i++) {
		const struct dma_streams *d = &host->streams[i];

		if (has_streams(d, smmu))
			end = MAX(end, d->first + d->nr);
	}
	s->bits = 0;
	s->whole = 0;
	while (s->bits < caps->stream_bits && (1ul << s->bits) < end)
		s->bits++;
	s->two_levels = caps->two_levels && s->bits > STREAMS_SPLIT;
	s->size = s->two_levels ? sizeof(u64) << (s->bits - STREAMS_SPLIT)
				: (u64)STE_SIZE << s->bits;
	s->size = ALIGN_UP(s->size, PAGE_SIZE);
}

void streams_entry(u64 ste[8], u64 vtcr, u64 vttbr, bool coherent)
{
	if (!coherent)
		vtcr = (vtcr & ~VTCR_WALK) | VTCR_WALK_NC;
	memset(ste, 0, STE_SIZE);
	ste[0] = STE0_V | STE0_STAGE2;
	ste[1] = STE1_MEV | STE1_SHCFG_INCOMING;
	ste[2] = vttbr >> 48 | (vtcr & VTCR_FIELDS) << STE2_VTCR_SHIFT | STE2_S2AA64 |
		 STE2_S2AFFD | STE2_S2R;
	ste[3] = vttbr & DESC_ADDR;
}

static void fill(u64 *table, struct range streams, const u64 ste[8])
{
	for (u64 i = streams.base; i < range_end(streams); i++)
		memcpy(table + i * (STE_SIZE / sizeof(u64)), ste, STE_SIZE);
}

static int new_table(u64 *desc, struct pool *pool)
{
	pa_t table;
	int err = pool_alloc(pool, SPAN_PAGES, &table);

	if (!err)
		*desc = table.v | L1STD_SPAN(STREAMS_SPLIT);
	return err;
}

static u64 *table_of(u64 desc)
{
	return phys(PA(desc & DESC_ADDR));
}

/* The streams of one entry. *filled: the table that has all of a span has its entries. */
static int write_two_levels(struct streams *s, struct range r, const u64 ste[8], bool *filled,
			    struct pool *pool)
{
	u64 *level1 = phys(s->table);
	int err = 0;

	for (u64 at = r.base; at < range_end(r) && !err;) {
		u64 base = ALIGN_DOWN(at, SPAN), end = MIN(base + SPAN, range_end(r));
		u64 *desc = &level1[at >> STREAMS_SPLIT];

		if (end - at == SPAN) {
			if (!s->whole)
				err = new_table(&s->whole, pool);
			if (!err && !*filled)
				fill(table_of(s->whole), (struct range){ 0, SPAN }, ste);
			*filled = true;
			*desc = s->whole;
		} else {
			if (!*desc)
				err = new_table(desc, pool);
			if (!err && *desc != s->whole)
				fill(table_of(*desc), (struct range){ at - base, end - at }, ste);
		}
		at = end;
	}
	return err;
}

int streams_write(struct streams *s, const struct host *host, unsigned smmu, const u64 ste[8],
		  struct pool *pool)
{
	bool filled = false;
	int err = 0;

	for (unsigned i = 0; i < host->nr_streams && !err; i++) {
		struct range r = range_of(&host->streams[i], 1ul << s->bits);

		if (!has_streams(&host->streams[i], smmu))
			continue;
		if (s->two_levels)
			err = write_two_levels(s, r, ste, &filled, pool);
		else
			fill(phys(s->table), r, ste);
	}
	return err;
}

static void clean(pa_t pa, u64 size)
{
	u64 start = (u64)phys(pa);

	dcache_clean_inval_poc(start, start + size);
}

void streams_clean(const struct streams *s)
{
	const u64 *level1 = phys(s->table);

	clean(s->table, s->size);
	for (u64 i = 0; s->two_levels && i < 1ul << (s->bits - STREAMS_SPLIT); i++)
		if (level1[i] && level1[i] != s->whole)
			clean(PA(level1[i] & DESC_ADDR), SPAN * STE_SIZE);
	/* The one that many share, once. */
	if (s->whole)
		clean(PA(s->whole & DESC_ADDR), SPAN * STE_SIZE);
}

u32 streams_config(const struct streams *s)
{
	u32 split = STREAMS_SPLIT << STRTAB_SPLIT_SHIFT;

	return s->bits | (s->two_levels ? (u32)STRTAB_2LEVEL | split : 0);
}
