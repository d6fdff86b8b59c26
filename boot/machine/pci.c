/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/pci.h"

#include <string.h>

#include "boot/machine/fdt.h"
#include "drivers/io.h"
#include "lib/errno.h"
#include "mm/el2.h"

/* A bridge's property of @n cells, or NULL. */
static const u8 *cells(const struct host *host, int node, const char *name, u32 n)
{
	struct dt_prop p = dt_prop_of(host->fdt, node, name);

	return p.len == n * 4 ? p.data : NULL;
}

static u16 vendor(const struct pci_function *f)
{
	return (u16)read32(f->ecam);
}

static u16 device(const struct pci_function *f)
{
	return (u16)(read32(f->ecam) >> 16);
}

static void keep_first(struct pci_seen *seen, const struct pci_function *f)
{
	if (*seen->at)
		return;
	*seen = (struct pci_seen){ "", *f, vendor(f), device(f) };
	format(seen->at, sizeof(seen->at), "%04x:%02x:%02x.%u", f->segment, f->bus, f->dev, f->fn);
}

#define CAPABILITIES		0x100		/* the first extended one */
#define CAPABILITY_SRIOV	0x10
#define SRIOV_TOTAL_VFS		0x0e
#define SRIOV_FIRST_OFFSET	0x14
#define SRIOV_STRIDE		0x16
#define SRIOV_DEVICE_ID		0x1a

/* The function's SR-IOV capability in its configuration space; 0: none. */
static u64 find_sriov(const struct pci_function *f)
{
	unsigned at = CAPABILITIES;

	/* As many as there is room for: the chain may be broken. */
	for (unsigned n = (PAGE_SIZE - CAPABILITIES) / 8; n && at >= CAPABILITIES; n--) {
		u32 header = read32(f->ecam + at);

		if ((u16)header == CAPABILITY_SRIOV)
			return f->ecam + at;
		at = header >> 20 & ~3u;
	}
	return 0;
}

/* Virtual functions are not there until a driver makes them, and have no IDs of their own then. */
static bool has_as_virtual(const struct pci_function *f, const struct pci_request *want)
{
	u64 sriov = find_sriov(f);
	unsigned wanted = want->bus << 8 | want->dev << 3 | want->fn;
	unsigned own = f->bus << 8 | f->dev << 3 | f->fn, first, stride;

	if (!sriov)
		return false;
	if (!want->by_address)
		return want->vendor == vendor(f) && want->device == read16(sriov + SRIOV_DEVICE_ID);
	first = own + read16(sriov + SRIOV_FIRST_OFFSET);
	stride = MAX(read16(sriov + SRIOV_STRIDE), 1);
	return wanted > own && wanted >= first && !((wanted - first) % stride) &&
	       (wanted - first) / stride < read16(sriov + SRIOV_TOTAL_VFS);
}

static bool fits(const struct pci_request *want, const struct pci_function *f)
{
	if (want->by_address)
		return want->bus == f->bus && want->dev == f->dev && want->fn == f->fn;
	return want->vendor == vendor(f) && want->device == device(f);
}

static void look_at(const struct pci_request *want, const struct pci_function *f,
		    struct pci_search *s)
{
	if (fits(want, f))
		keep_first(*s->found.at ? &s->second : &s->found, f);
	else if (has_as_virtual(f, want))
		keep_first(&s->physical, f);
	else if (want->vendor == vendor(f) || want->device == device(f))
		keep_first(&s->like, f);
}

/* How a bus is reached: the bridges above it, as in a function on it. */
struct way {
	bool there;
	u8 depth;
	u8 above[PCI_MAX_DEPTH];
};

/* What is behind a bridge has a higher bus number, if the firmware has given it one. */
static void enter(const struct pci_function *bridge, struct way *ways, struct pci_search *s)
{
	u8 bus = read8(bridge->ecam + PCI_SECONDARY_BUS);
	struct way *way = &ways[bus];

	if (bus <= bridge->bus) {
		keep_first(&s->unnumbered, bridge);
		return;
	}
	if (bridge->depth == PCI_MAX_DEPTH)
		return;
	way->there = true;
	way->depth = bridge->depth + 1;
	memcpy(way->above, bridge->above, sizeof(way->above));
	way->above[bridge->depth] = (u8)(bridge->dev << 3 | bridge->fn);
}

/* All of one host bridge's buses, whether or not something was found: it may be there twice. */
static int search_bridge(const struct host *host, const struct host_mmio *m,
			 const struct pci_request *want, struct pci_function *f,
			 struct pci_search *s)
{
	const u8 *range = cells(host, m->node, "bus-range", 2);
	unsigned first = range ? dt_cell(range) & 0xff : 0;
	u64 buses = MIN(m->range.size / PCI_BUS_SIZE, 256 - first);
	struct way ways[256] = { [0] = { .there = false } };

	f->space = (struct pci_space){ m->range.base, (u8)first, (u8)(first + buses - 1),
				       m->echoes };
	ways[first].there = true;
	for (unsigned bus = first; bus < first + buses; bus++) {
		u64 base = pci_page(&f->space, bus, 0);

		if (!ways[bus].there)
			continue;
		if (el2_map(PA(base), PCI_BUS_SIZE, S1_DEVICE))
			return -ENOMEM;
		f->depth = ways[bus].depth;
		memcpy(f->above, ways[bus].above, sizeof(f->above));
		f->bus = (u8)bus;
		s->bus |= want->bus == bus;
		for (unsigned devfn = 0; devfn < 256; devfn++) {
			u8 header = devfn & 7 ? PCI_HEADER_MULTI : 0;

			f->ecam = base + devfn * PAGE_SIZE;
			if (pci_is_echo(&f->space, f->ecam))
				break;
			f->dev = (u8)(devfn >> 3);
			f->fn = devfn & 7;
			if (pci_answers(f->ecam)) {
				header = read8(f->ecam + PCI_HEADER_TYPE);
				look_at(want, f, s);
				if ((header & ~PCI_HEADER_MULTI) == PCI_HEADER_BRIDGE)
					enter(f, ways, s);
			}
			if (!f->fn && !(header & PCI_HEADER_MULTI))
				devfn += 7;
		}
	}
	return 0;
}

int pci_search(const struct host *host, const struct pci_request *want, struct pci_search *s)
{
	int err = 0;

	*s = (struct pci_search){ .nr_segments = 0 };
	for (unsigned i = 0; i < host->nr_mmio && !err; i++) {
		const struct host_mmio *m = &host->mmio[i];
		struct pci_function f = { .bridge = m->node };
		const u8 *domain;

		if (m->kind != HOST_PCI_ECAM)
			continue;
		domain = cells(host, m->node, "linux,pci-domain", 1);
		f.segment = (u16)(domain ? dt_cell(domain) : s->nr_segments);
		if (s->nr_segments < ARRAY_SIZE(s->segment))
			s->segment[s->nr_segments] = f.segment;
		s->nr_segments++;
		if (want->by_address && want->segment != f.segment)
			continue;
		s->in_segment = true;
		err = search_bridge(host, m, want, &f, s);
	}
	return err;
}

int pci_read_windows(const struct host *host, struct pci_windows *out, struct diag *d)
{
	out->nr = 0;
	for (unsigned i = 0; i < host->nr_mmio; i++) {
		const struct host_mmio *m = &host->mmio[i];

		if (m->kind < HOST_PCI_MEM32)
			continue;
		if (out->nr == PCI_MAX_WINDOWS)
			return fail(d, -E2BIG,
				    "%s: ranges: is one more than the %d PCI windows that Mavis takes: remove host bridges from the device tree, or build it with a larger PCI_MAX_WINDOWS",
				    m->name, PCI_MAX_WINDOWS);
		out->window[out->nr++] = (struct pci_window){ m->range, m->bus, m->node };
	}
	return 0;
}
