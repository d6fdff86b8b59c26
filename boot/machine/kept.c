/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/kept.h"

#include "boot/machine/parts.h"
#include "lib/errno.h"
#include "lib/range.h"

/* The `compatible` strings of each kind are in fdt_node.c. */
static const char *const reasons[DT_NR_KINDS] = {
	/* Halted by it, a CPU executes what is written to EDITR, at EL2 too. */
	[DT_DEBUG] = "can halt a CPU and have it do anything at EL2",
	/*
	 * TRCVICTLR says which exception levels are traced, and no trap holds for memory. Those
	 * that are reached by system registers alone have none here (CPTR_EL2.TTA).
	 */
	[DT_ETM] = "can trace what EL2 does",
	/* CLUSTERPM*_EL1 trap (HCR_EL2.TIDCP), and a driver for them does not expect that. */
	[DT_DSU] = "its registers are the core's own",
	/* Its address register takes any address, for reads and for writes. */
	[DT_FW_CFG] = "its DMA writes any memory",
	/* Queues and message interrupts are written to where its registers say. */
	[DT_SMMUV3] = "writes any memory by itself, and says where devices may",
	/* SMMU_PMCG_IRQ_CFG0 and 1 are address and data of a write that no SMMU translates. */
	[DT_PMCG] = "its interrupts write any memory",
	/* CMD_SYNC has an address and what is written there, past all translation. */
	[DT_CMDQV] = "has an SMMU do commands, which write any memory",
	/* A driver would read them at once, in memory that the loader has reserved. */
	[DT_COREBOOT] = "its tables are in the firmware's memory",
};

const char *kept_why(enum dt_kind kind)
{
	return reasons[kind];
}

static int keep(struct host *host, const struct dt_walk *w, const struct host_mmio *m,
		const char *why, struct diag *d)
{
	struct host_kept *out = &host->kept[host->nr_kept];
	struct range r = pages_around(m->range);

	if (host->nr_kept && out[-1].why == why && range_contains(out[-1].range, r))
		return 0;
	if (host->nr_kept == HOST_MAX_KEPT)
		return dt_fail(w, d, -E2BIG, "reg",
			       "is one more than the %d ranges that Mavis can keep from the guest: remove nodes from the device tree that nothing uses, or build it with a larger HOST_MAX_KEPT",
			       HOST_MAX_KEPT);
	out->range = r;
	out->why = why;
	format(out->name, sizeof(out->name), "%s", dt_name(w));
	host->nr_kept++;
	return 0;
}

int host_keep(struct host *host, const struct dt_walk *w, const char *why, struct diag *d)
{
	return host_each_range(host, w, keep, why, d);
}

static const char withheld[] = "withheld by the config";

/* Devices do not interrupt by what the guest does not have, wherever it has them write to. */
static void forget_doorbells(struct host *host, int node)
{
	unsigned n = 0;

	for (unsigned i = 0; i < host->nr_doorbells; i++) {
		bool gone = host->doorbell_node[i] == node;

		for (unsigned k = 0; k < host->nr_kept && !gone; k++)
			gone = host->kept[k].why == withheld &&
			       ranges_overlap(host->kept[k].range, host->doorbell[i]);
		if (gone)
			continue;
		host->doorbell_node[n] = host->doorbell_node[i];
		host->doorbell[n++] = host->doorbell[i];
	}
	host->nr_doorbells = n;
}

/* Not as a device either: a bridge that the guest does not have leads nowhere. */
static void forget(struct host *host, int node)
{
	unsigned n = 0;

	for (unsigned i = 0; i < host->gic.nr_its; i++)
		host->gic.its[i].withheld |= host->gic.its[i].node == node;

	for (unsigned i = 0; i < host->nr_mmio; i++)
		if (host->mmio[i].node != node)
			host->mmio[n++] = host->mmio[i];
	host->nr_mmio = n;
	/* ... and what it does by itself nobody asked for. */
	for (unsigned i = n = 0; i < host->nr_streams; i++)
		if (host->streams[i].node != node)
			host->streams[n++] = host->streams[i];
	host->nr_streams = n;
}

int host_withhold(struct host *host, struct dt_prop paths, struct diag *d)
{
	int top = DT_MAX_DEPTH, err = 0;
	struct dt_walk w;

	if (!paths.data)
		return 0;
	dt_walk(&w, host->fdt);
	while (!err && dt_next(&w)) {
		if (!dt_is_below(&w, paths, &top))
			continue;
		forget(host, w.node);
		err = host_keep(host, &w, withheld, d);
		forget_doorbells(host, w.node);
	}
	return err ? err : host_withhold_callers(host, paths, d);
}

static bool is_given(const struct host_master *m, const struct region *regions, unsigned nr)
{
	for (const struct region *r = regions; r < regions + nr; r++)
		if (host_master_is_in(m, region_pa(r)))
			return true;
	return false;
}

static bool say_off(const struct host *host, const struct region *regions, unsigned nr, char *buf,
		    size_t size)
{
	const struct host_master *first = NULL;
	unsigned off = 0;

	for (const struct host_master *m = host->master; m < host->master + host->nr_masters; m++) {
		if (!m->off || is_given(m, regions, nr))
			continue;
		first = first ? first : m;
		off++;
	}
	if (off > 1)
		format(buf, size, "Not for guests: %s and %u more (disabled, and do DMA)",
		       first->name, off - 1);
	else if (off)
		format(buf, size, "Not for guests: %s (disabled, and does DMA)", first->name);
	return off;
}

bool kept_next(const struct host *host, const struct region *regions, unsigned nr, unsigned *at,
	       char *buf, size_t size)
{
	const struct host_kept *first, *k, *end = host->kept + host->nr_kept;
	unsigned more = 0;
	int len;

	for (; *at < host->nr_kept; ++*at) {
		first = &host->kept[*at];
		for (k = host->kept; k->why != first->why; k++)
			;
		if (k == first)
			break;
	}
	if (*at >= host->nr_kept)
		return (*at)++ == host->nr_kept && say_off(host, regions, nr, buf, size);
	first = &host->kept[(*at)++];
	for (k = first + 1; k < end; k++)
		more += k->why == first->why;
	len = format(buf, size, "Not for guests: %s", first->name);
	if (more && len < (int)size)
		len += format(buf + len, size - (size_t)len, " and %u more", more);
	if (len < (int)size)
		format(buf + len, size - (size_t)len, " (%s)", first->why);
	return true;
}
