/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/smmu.h"

#include <string.h>

#include "boot/guest/keep.h"
#include "boot/guest/streams.h"
#include "boot/machine/smmu_hw.h"
#include "drivers/console.h"
#include "drivers/smmu_regs.h"
#include "hyp/guest.h"
#include "lib/cache.h"
#include "lib/errno.h"
#include "lib/range.h"
#include "mm/el2.h"
#include "mm/phys.h"

/* Of dma.smmu[], what only the start needs. */
static struct setup {
	unsigned host;			/* its number there */
	struct smmu_caps caps;
	struct streams streams;
} setup[DMA_MAX_SMMUS];

/*
 * Pages of the pool that they take: the tables for DMA; of each the queues, and streams but for
 * tables of level 2 of which an entry of the tree has a part.
 */
#define POOL_FOR_DMA	48
#define POOL_FOR_ONE	24

/* Tables of more than this are not the page pool's. */
#define MAX_FROM_POOL	KIB(64)

static int take(struct host_smmu *h, unsigned number, struct diag *d)
{
	struct smmu *s = &dma.smmu[dma.nr];

	if (el2_map(PA(h->regs.base), MIN(h->regs.size, SMMU_SIZE), S1_DEVICE))
		return fail(d, -ENOMEM, "%s: EL2 cannot map it: the page pool is used up", h->name);
	h->out_of_use = smmu_probe(s, h, &setup[dma.nr].caps);
	if (h->out_of_use) {
		smmu_bypass(s);
		return 0;
	}
	if (smmu_block(s))
		return fail(d, -EBUSY,
			    "%s: does not turn off: GBPA or CR0 stays as it was; use a loader that leaves it off",
			    h->name);
	setup[dma.nr++].host = number;
	return 0;
}

int smmu_take(struct host *host, struct diag *d)
{
	int err = 0;

	dma.nr = 0;
	for (unsigned i = 0; i < host->nr_smmus && !err; i++)
		if (host->smmu[i].enabled)
			err = take(&host->smmu[i], i, d);
	return err;
}

/* At its beginning and at its end. Where all streams are in one span there are no levels. */
static u64 pages_for_parts(const struct dma_streams *d)
{
	u64 span = BIT(STREAMS_SPLIT), end = d->first + d->nr;

	if (end <= span)
		return 0;
	return (!IS_ALIGNED(d->first, span) + !IS_ALIGNED(end, span)) * span * STE_SIZE / PAGE_SIZE;
}

u64 smmu_pool_pages(const struct host *host)
{
	u64 pages = host->nr_smmus ? POOL_FOR_DMA + host->nr_smmus * POOL_FOR_ONE : 0;

	for (unsigned i = 0; i < host->nr_streams; i++)
		pages += pages_for_parts(&host->streams[i]);
	return pages;
}

/* Whole pages, as many as a power of two, aligned to their size: tables are. */
static int get_memory(struct host *host, const struct config *config, u64 size, const char *name,
		      pa_t *out, struct diag *d)
{
	char what[64];
	int err;

	if (size <= MAX_FROM_POOL) {
		if (pool_alloc(&page_pool, (unsigned)(size >> PAGE_SHIFT), out))
			return fail(d, -ENOMEM, "%s: no room for its tables: the page pool is used up",
				    name);
		return 0;
	}
	format(what, sizeof(what), "the streams of %s", name);
	err = keep_memory(host, config, size, size, what, out, d);
	if (!err && el2_map(*out, size, S1_DATA))
		err = fail(d, -ENOMEM, "%s: EL2 cannot map its table: the page pool is used up",
			   name);
	if (!err)
		memset(phys(*out), 0, size);
	return err;
}

static int make_queue(u64 **queue, u8 *log2, unsigned entry, unsigned max, struct diag *d)
{
	pa_t page;

	if (pool_alloc(&page_pool, 1, &page))
		return fail(d, -ENOMEM, "SMMU: no room for its queues: the page pool is used up");
	*queue = phys(page);
	for (*log2 = 0; *log2 < max && (entry << (*log2 + 1)) <= PAGE_SIZE; ++*log2)
		;
	return 0;
}

int smmu_make_room(struct host *host, const struct config *config, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < dma.nr && !err; i++) {
		struct smmu *s = &dma.smmu[i];
		struct setup *t = &setup[i];

		streams_plan(&t->streams, host, t->host, &t->caps);
		err = get_memory(host, config, t->streams.size, s->name, &t->streams.table, d);
		if (!err && streams_write(&t->streams, host, t->host, (u64[8]){ 0 }, &page_pool))
			err = fail(d, -ENOMEM,
				   "%s: no room for its streams: the page pool is used up",
				   s->name);
		if (!err)
			err = make_queue(&s->commands, &s->log2_commands, CMD_SIZE,
					 t->caps.log2_commands, d);
		if (!err)
			err = make_queue(&s->events, &s->log2_events, EVENT_SIZE,
					 t->caps.log2_events, d);
	}
	return err;
}

int smmu_required(const struct host *host, const struct config *config, struct diag *d)
{
	static const char otherwise[] =
		"take the property out to start with devices that reach all memory";

	for (unsigned i = 0; i < host->nr_streams; i++)
		if (!host->smmu[host->streams[i].smmu].out_of_use)
			return 0;
	if (!config->require_smmu)
		return 0;
	for (unsigned i = 0; i < host->nr_smmus; i++)
		if (host->smmu[i].enabled && host->smmu[i].out_of_use)
			return fail(d, -ENODEV, "/guest: require-smmu: %s contains nothing: %s: %s",
				    host->smmu[i].name, host->smmu[i].out_of_use, otherwise);
	return fail(d, -ENODEV, "/guest: require-smmu: the machine's device tree has no %s: %s",
		    host->nr_smmus ? "device behind its SMMUv3" : "SMMUv3", otherwise);
}

/* What is mapped of a region, and as what. */
struct share {
	struct range ipa;		/* the region's, as far as the SMMUs' addresses go */
	struct s2_attr attr;
};

/*
 * A leaf of the guest's stage 2, or as much of the run as lies in the region. What the guest must
 * not write there, as Mavis works it, devices must not write either.
 */
static int map_leaf(const struct s2_leaf *leaf, void *arg)
{
	const struct share *share = arg;
	struct range r = range_intersect(share->ipa,
					 (struct range){ leaf->ipa.v, leaf->size * leaf->nr });
	u64 pa = leaf->pa.v + (r.base - leaf->ipa.v);
	struct s2_attr attr = share->attr;

	if (!r.size || !dma_in_range((struct range){ pa, r.size }))
		return 0;
	attr.read &= leaf->attr.read;
	attr.write &= leaf->attr.write;
	return stage2_map(&dma.s2, IPA(r.base), PA(pa), r.size, attr);
}

static int map_region(const struct region *r, struct diag *d)
{
	struct range all = { 0, 1ull << dma.s2.pt.bits };
	struct share share = { .ipa = range_intersect(region_ipa(r), all) };
	int err;

	if (!dma_attr(r, &share.attr))
		return 0;
	if (share.ipa.size != r->size || !dma_in_range(region_pa(r)))
		print("Warning: region %s: what is beyond the SMMUs' %u address bits is not for DMA\n",
		      r->name, dma.s2.pt.bits);
	if (!share.ipa.size)
		return 0;
	err = stage2_for_each_leaf(&guest.s2, IPA(share.ipa.base), share.ipa.size, map_leaf,
				   &share);
	return err ? fail(d, err, "SMMU: region %s: no room for its tables: the page pool is used up",
			  r->name)
		   : 0;
}

/* A message interrupt is an ordinary write of the device's. */
static int map_doorbells(const struct host *host, struct diag *d)
{
	static const struct s2_attr attr = { S2_DEVICE_nGnRE, SH_INNER, .write = true };
	int err = 0;

	for (unsigned i = 0; i < host->nr_doorbells && !err; i++) {
		struct range r = host->doorbell[i];

		if (!dma_in_range(r))
			continue;
		err = stage2_map(&dma.s2, IPA(r.base), PA(r.base), r.size, attr);
		/* A region of the config's has some of it. */
		for (u64 at = r.base; err == -EEXIST && at < range_end(r); at += PAGE_SIZE)
			if (stage2_map(&dma.s2, IPA(at), PA(at), PAGE_SIZE, attr) == -ENOMEM)
				err = -ENOMEM;
		if (err == -EEXIST)
			err = 0;
	}
	return err ? fail(d, err, "SMMU: no room for its tables: the page pool is used up") : 0;
}

/* Made like the guest's, for the addresses that every SMMU has. */
static int make_stage2(struct diag *d)
{
	struct mm_caps caps = guest.caps;
	int err;

	for (unsigned i = 0; i < dma.nr; i++)
		caps.pa_bits = MIN(caps.pa_bits, setup[i].caps.pa_bits);
	err = stage2_init(&dma.s2, &caps, caps.pa_bits, &page_pool);
	if (err)
		return fail(d, err, "SMMU: no room for its tables: the page pool is used up");
	dma.s2.pt.walker = &dma_walker;
	for (unsigned i = 0; i < guest.regions->nr && !err; i++)
		err = map_region(&guest.regions->region[i], d);
	for (unsigned i = 0; i < bars.nr && !err; i++)
		if (bars.bar[i].region.ipa.v)
			err = map_region(&bars.bar[i].region, d);
	return err;
}

/* Those of SMMUs that Mavis drives, by their number here. */
static void take_streams(const struct host *host)
{
	dma.nr_streams = 0;
	for (unsigned i = 0; i < host->nr_streams; i++)
		for (unsigned n = 0; n < dma.nr; n++)
			if (setup[n].host == host->streams[i].smmu) {
				dma.streams[dma.nr_streams] = host->streams[i];
				dma.streams[dma.nr_streams++].smmu = (u8)n;
			}
}

static int enable(struct smmu *s, struct setup *t, const struct host *host, struct diag *d)
{
	u64 ste[8];
	int err;

	streams_entry(ste, dma.s2.vtcr, dma.s2.vttbr, s->coherent);
	streams_write(&t->streams, host, t->host, ste, &page_pool);	/* has room */
	if (!s->coherent) {
		streams_clean(&t->streams);
		dcache_clean_inval_poc((u64)s->events, (u64)s->events + PAGE_SIZE);
		dcache_clean_inval_poc((u64)s->commands, (u64)s->commands + PAGE_SIZE);
	}
	err = smmu_start(s, &t->caps, t->streams.table, streams_config(&t->streams));
	return err ? fail(d, err, "%s: does not start (error %d): CR0ACK or the command queue does not follow; disable it in the device tree to go on without",
			  s->name, -err)
		   : 0;
}

int smmu_enable(const struct host *host, struct diag *d)
{
	int err;

	if (!dma.nr)
		return 0;
	err = make_stage2(d);
	if (!err)
		err = map_doorbells(host, d);
	take_streams(host);
	for (unsigned i = 0; i < dma.nr && !err; i++)
		err = enable(&dma.smmu[i], &setup[i], host, d);
	dma.on = !err;
	return err;
}
