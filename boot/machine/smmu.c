/* SPDX-License-Identifier: Apache-2.0 */
/* The SMMUs, and which streams are whose: `iommus` and `iommu-map`. */
#include "boot/machine/parts.h"
#include "lib/errno.h"

int host_read_smmu(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct host_smmu *s = &host->smmu[host->nr_smmus];
	struct range regs;
	u64 phandle = 0;
	int ret = dt_reg_count(w) ? dt_reg(w, 0, &regs, d) : 0;

	if (ret <= 0)
		return ret;
	if (host->nr_smmus == HOST_MAX_SMMU)
		return dt_fail(w, d, -E2BIG, "reg",
			       "is of one SMMU more than the %d that Mavis takes: remove the rest from the device tree, or build it with a larger HOST_MAX_SMMU",
			       HOST_MAX_SMMU);
	dt_number(w->prop[DT_PHANDLE], &phandle);
	s->regs = regs;
	s->phandle = (u32)phandle;
	s->enabled = !dt_is_off(w);
	s->coherent = w->prop[DT_DMA_COHERENT].data;
	s->one_page = dt_prop(w, "cavium,cn9900-broken-page1-regspace").data;
	s->out_of_use = NULL;
	format(s->name, sizeof(s->name), "%s", dt_name(w));
	host->nr_smmus++;
	return 0;
}

static int add_doorbell(struct host *host, const struct dt_walk *w, struct range r, struct diag *d)
{
	if (host->nr_doorbells == HOST_MAX_DOORBELLS)
		return dt_fail(w, d, -E2BIG, "reg",
			       "is one more than the %d places for message interrupts that Mavis takes: remove the rest from the device tree, or build it with a larger HOST_MAX_DOORBELLS",
			       HOST_MAX_DOORBELLS);
	host->doorbell_node[host->nr_doorbells] = w->node;
	host->doorbell[host->nr_doorbells++] = pages_around(r);
	return 0;
}

/*
 * The page at @offset from the node's registers is one that devices write to for an interrupt. As
 * Linux, by the node's own status, whatever that of its bus.
 */
int host_read_doorbell(struct host *host, const struct dt_walk *w, u64 offset, struct diag *d)
{
	struct range r;
	int ret = dt_enabled(w) && dt_reg_count(w) ? dt_reg(w, 0, &r, d) : 0;

	if (ret <= 0 || !r.size)
		return MIN(ret, 0);
	return add_doorbell(host, w, (struct range){ r.base + offset, 1 }, d);
}

/* With a pre-ITS in front of it, each device has a place of its own in the window of that. */
int host_read_its_doorbell(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct dt_prop p = dt_prop(w, "socionext,synquacer-pre-its");
	struct range window = { 0, 0 };

	if (p.len == 8)
		window = (struct range){ dt_cell(p.data), dt_cell(p.data + 4) };
	if (window.size && dt_enabled(w))
		return add_doorbell(host, w, window, d);
	return host_read_doorbell(host, w, ITS_FRAME, d);
}

/* The number of the SMMU; HOST_MAX_SMMU: it is none that is enabled. */
static unsigned find_smmu(const struct host *host, u32 phandle)
{
	for (unsigned i = 0; i < host->nr_smmus; i++)
		if (host->smmu[i].phandle == phandle && phandle && host->smmu[i].enabled)
			return i;
	return HOST_MAX_SMMU;
}

static void note_elsewhere(struct host *host, int node)
{
	for (unsigned i = 0; i < host->nr_masters; i++)
		host->master[i].elsewhere |= host->master[i].node == node;
}

static int add_streams(struct host *host, const struct dt_walk *w, const char *prop,
		       const struct dma_streams *streams, struct diag *d)
{
	struct dma_streams *s = &host->streams[host->nr_streams];

	if (!streams->nr)
		return 0;
	if (streams->smmu == HOST_MAX_SMMU) {
		note_elsewhere(host, w->node);
		return 0;
	}
	if (streams->first + streams->nr > BIT(32))
		return dt_fail(w, d, -ERANGE, prop,
			       "%#lx streams from %#x on are beyond a stream's 32 bits; correct the device tree",
			       (unsigned long)streams->nr, streams->first);
	if (host->nr_streams == HOST_MAX_STREAMS)
		return dt_fail(w, d, -E2BIG, prop,
			       "is one more than the %d entries for SMMUs that Mavis takes: remove nodes from the device tree that nothing uses, or build it with a larger HOST_MAX_STREAMS",
			       HOST_MAX_STREAMS);
	*s = *streams;
	s->node = w->node;
	s->pci = dt_is_pci(w);
	format(s->name, sizeof(s->name), "%s", dt_name(w));
	host->nr_streams++;
	return 0;
}

/*
 * An SMMUv3 has one cell, the stream; behind the phandle of another kind of IOMMU nothing says here
 * how many follow.
 */
static int read_iommus(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct dt_prop p = w->prop[DT_IOMMUS];
	int err = 0;

	for (u32 at = 0; at + 8 <= p.len && !err; at += 8) {
		struct dma_streams s = {
			.nr = 1,
			.first = dt_cell(p.data + at + 4),
			.smmu = (u8)find_smmu(host, dt_cell(p.data + at)),
		};

		err = add_streams(host, w, "iommus", &s, d);
		if (s.smmu == HOST_MAX_SMMU)
			break;
	}
	return err;
}

/* What iommu-map-mask takes away of a requester's ID leaves entries that nothing comes to. */
static int read_iommu_map(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct dt_prop p = w->prop[DT_IOMMU_MAP];
	int err = 0;

	for (u32 at = 0; at + 16 <= p.len && !err; at += 16) {
		struct dma_streams s = {
			.requester = dt_cell(p.data + at),
			.smmu = (u8)find_smmu(host, dt_cell(p.data + at + 4)),
			.first = dt_cell(p.data + at + 8),
			.nr = dt_cell(p.data + at + 12),
		};

		err = add_streams(host, w, "iommu-map", &s, d);
	}
	return err;
}

/* So many requesters from @id on have a stream, by one of the node's entries. */
static u64 bound_from(const struct host *host, int node, u32 id)
{
	for (unsigned i = 0; i < host->nr_streams; i++) {
		const struct dma_streams *s = &host->streams[i];

		if (s->node == node && id >= s->requester && id - s->requester < s->nr)
			return s->nr - (id - s->requester);
	}
	return 0;
}

/*
 * A function whose requester's ID no entry has is behind no IOMMU, as the binding has it: of a
 * host bridge all have to be there, of all of its buses. The bridge's own `iommus` is for none of
 * them, and read after this.
 */
static void look_for_gaps(struct host *host, const struct dt_walk *w)
{
	struct dt_prop range = dt_prop(w, "bus-range");
	u64 first = 0, last = 0xff, mask = 0xffff;

	if (!dt_is_pci(w))
		return;
	if (range.len == 8) {
		first = dt_cell(range.data) & 0xff;
		last = dt_cell(range.data + 4) & 0xff;
	}
	dt_number(dt_prop(w, "iommu-map-mask"), &mask);
	mask &= 0xffff;
	for (u64 id = first << 8; id <= (last << 8 | 0xff);) {
		u64 nr = bound_from(host, w->node, (u32)(id & mask));

		if (!nr) {
			note_elsewhere(host, w->node);
			return;
		}
		id += mask == 0xffff ? nr : 1;
	}
}

/* A second walk: an SMMU's node may come behind those that refer to it. */
int host_finish_smmu(struct host *host, struct diag *d)
{
	struct dt_walk w;
	int err = 0;

	if (!host->nr_smmus)
		return 0;
	dt_walk(&w, host->fdt);
	while (!err && dt_next(&w)) {
		if (dt_is_off(&w))
			continue;
		err = read_iommu_map(host, &w, d);
		if (!err)
			look_for_gaps(host, &w);
		if (!err)
			err = read_iommus(host, &w, d);
	}
	return err;
}
