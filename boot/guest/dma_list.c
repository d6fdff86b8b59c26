/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/dma_list.h"

#include <string.h>

#define LIST_SIZE	640

/* All of its streams: what passes by one way needs no other. */
static bool is_contained(const struct host *host, const struct host_master *m)
{
	bool bound = false;

	for (unsigned i = 0; i < host->nr_streams; i++) {
		if (host->streams[i].node != m->node)
			continue;
		if (host->smmu[host->streams[i].smmu].out_of_use)
			return false;
		bound = true;
	}
	return bound && !m->elsewhere;
}

/*
 * Wherever the guest sees its registers. A page of a disabled one's may be here for the sake of
 * another device: to be given, the config has to say so.
 */
static bool is_given(const struct region_table *t, const struct host_master *m)
{
	for (const struct region *r = t->region; r < t->region + t->nr; r++)
		if ((!m->off || r->origin == REGION_FROM_CONFIG) &&
		    host_master_is_in(m, region_pa(r)))
			return true;
	return false;
}

/* The names are compared with each other, and the table is long: each is looked up once. */
static bool is_listed(struct dma_list *l, unsigned i, bool contained)
{
	const struct host_master *m = &l->host->master[i];

	if (!l->way[i])
		l->way[i] = !is_given(l->regions, m)	  ? DMA_NOT_THE_GUESTS :
			    is_contained(l->host, m) ? DMA_CONTAINED :
						       DMA_NOT_CONTAINED;
	return l->way[i] == (contained ? DMA_CONTAINED : DMA_NOT_CONTAINED);
}

static size_t stem(const char *name)
{
	const char *at = strchr(name, '@');

	return at ? (size_t)(at - name) : strlen(name);
}

/* True if @name is the first @len characters of @other, but for its unit address. */
static bool has_stem(const char *name, const char *other, size_t len)
{
	return !strncmp(name, other, len) && (!name[len] || name[len] == '@');
}

/* Those of one name are one entry: the first, and how many there are. "": none. */
static void write_names(struct dma_list *l, bool contained, char *buf, size_t size)
{
	const struct host *host = l->host;
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < host->nr_masters; i++) {
		const struct host_master *m = &host->master[i];
		unsigned alike = 0, before = 0;
		size_t len = stem(m->name);

		if (!is_listed(l, i, contained))
			continue;
		for (unsigned j = 0; j < host->nr_masters && !before; j++) {
			if (!has_stem(host->master[j].name, m->name, len) ||
			    !is_listed(l, j, contained))
				continue;
			before += j < i;
			alike++;
		}
		if (before || at >= size)
			continue;
		at += (size_t)format(buf + at, size - at, "%s%s", at ? ", " : "", m->name);
		if (alike > 1 && at < size)
			at += (size_t)format(buf + at, size - at, " (%u alike)", alike);
	}
	if (host->more_masters && !contained && at < size)
		format(buf + at, size - at, ", and %u more", host->more_masters);
}

static bool drives_any(const struct host *host)
{
	for (unsigned i = 0; i < host->nr_smmus; i++)
		if (host->smmu[i].enabled && !host->smmu[i].out_of_use)
			return true;
	return false;
}

static bool say_out_of_use(const struct host_smmu *s, char *buf, size_t size)
{
	if (!s->enabled || !s->out_of_use)
		return false;
	format(buf, size, "DMA: %s contains nothing: %s", s->name, s->out_of_use);
	return true;
}

static bool say_contained(struct dma_list *l, char *buf, size_t size)
{
	char names[LIST_SIZE];

	write_names(l, true, names, sizeof(names));
	format(buf, size, "DMA: contained: %s%s", names[0] ? names : "nothing",
	       names[0] && l->host->qemu ? ", but for virtio-pci without iommu_platform=on" : "");
	return drives_any(l->host);
}

static bool say_rest(struct dma_list *l, char *buf, size_t size)
{
	char names[LIST_SIZE];

	write_names(l, false, names, sizeof(names));
	format(buf, size, "DMA: not contained%s: %s", l->host->nr_smmus ? "" : " (no SMMUv3)",
	       names[0] ? names : "nothing that the device tree names");
	return true;
}

/* The other kinds translate for single devices, and the guest programs them. */
static bool say_other(const struct host *host, char *buf, size_t size)
{
	format(buf, size, "DMA: the SMMU that is no SMMUv3 is the guest's, and contains nothing of it");
	return host->other_smmu;
}

bool dma_list_next(struct dma_list *l, char *buf, size_t size)
{
	const struct host *host = l->host;
	bool said = false;

	while (!said) {
		unsigned line = l->line++, nr = host->nr_smmus;

		if (line < nr)
			said = say_out_of_use(&host->smmu[line], buf, size);
		else if (line == nr)
			said = say_contained(l, buf, size);
		else if (line == nr + 1)
			said = say_rest(l, buf, size);
		else if (line == nr + 2)
			said = say_other(host, buf, size);
		else
			return false;
	}
	return true;
}

static bool is_pci(const struct host *host, const struct host_master *m)
{
	for (unsigned i = 0; i < host->nr_streams; i++)
		if (host->streams[i].node == m->node && host->streams[i].pci)
			return true;
	return false;
}

bool dma_is_contained(const struct host *host, const struct region_table *regions)
{
	struct dma_list l = { .host = host, .regions = regions };

	for (unsigned i = 0; i < host->nr_masters; i++)
		if (is_listed(&l, i, false) ||
		    (host->qemu && is_pci(host, &host->master[i]) && is_listed(&l, i, true)))
			return false;
	return drives_any(host) && !host->more_masters;
}
