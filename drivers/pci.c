/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/pci.h"

#include <string.h>

#include "drivers/fdt.h"
#include "drivers/io.h"
#include "lib/errno.h"

#define PCI_HEADER_TYPE		0x0e
#define HEADER_MULTI		BIT(7)
#define HEADER_BRIDGE		1
#define PCI_SECONDARY_BUS	0x19
#define BAR_IO			BIT(0)
#define BAR_64			BIT(2)
#define BAR_FLAGS		GENMASK(3, 0)

#define BUS_SIZE		MIB(1)

/* A bridge's property of @n cells, or NULL. */
static const u8 *cells(const struct host *host, int node, const char *name, u32 n)
{
	struct dt_prop p = dt_prop_of(host->fdt, node, name, strlen(name));

	return p.len == n * 4 ? p.data : NULL;
}

/* What there is at @ecam: false if nothing, or if nothing can be known of it. */
static bool is_there(u64 ecam)
{
	return (u16)read32(ecam) != 0xffff;
}

static bool fits(const struct pci_bar *want, const struct pci_function *f)
{
	if (want->by_address)
		return want->bus == f->bus && want->dev == f->dev && want->fn == f->fn;
	return read32(f->ecam) == ((u32)want->device << 16 | want->vendor);
}

/* All of one host bridge's buses; a bridge's secondary bus has a higher number than its own. */
static int search(const struct host *host, const struct host_mmio *m, const struct pci_bar *want,
		  int (*map)(pa_t pa, u64 size), struct pci_function *f)
{
	const u8 *range = cells(host, m->node, "bus-range", 2);
	unsigned first = range ? dt_cell(range) & 0xff : 0;
	bool reached[256] = { false };

	reached[first] = true;
	for (unsigned bus = first; bus < 256; bus++) {
		u64 base = m->range.base + (bus - first) * BUS_SIZE;

		if (!reached[bus] || base + BUS_SIZE > range_end(m->range))
			continue;
		if (map(PA(base), BUS_SIZE))
			return -ENOMEM;
		f->on_root = bus == first;
		f->bus = (u8)bus;
		for (unsigned devfn = 0; devfn < 256; devfn++) {
			u8 header;

			f->ecam = base + devfn * PAGE_SIZE;
			f->dev = (u8)(devfn >> 3);
			f->fn = devfn & 7;
			if (is_there(f->ecam)) {
				header = read8(f->ecam + PCI_HEADER_TYPE);
				if (fits(want, f))
					return 0;
				if ((header & ~HEADER_MULTI) == HEADER_BRIDGE)
					reached[read8(f->ecam + PCI_SECONDARY_BUS)] = true;
			} else {
				header = f->fn ? HEADER_MULTI : 0;
			}
			if (!f->fn && !(header & HEADER_MULTI))
				devfn += 7;
		}
	}
	return -ENODEV;
}

int pci_find(const struct host *host, const struct pci_bar *want, int (*map)(pa_t pa, u64 size),
	     struct pci_function *out)
{
	unsigned nr = 0;
	int err = -ENODEV;

	for (unsigned i = 0; i < host->nr_mmio && err == -ENODEV; i++) {
		const struct host_mmio *m = &host->mmio[i];
		const u8 *domain;

		if (m->kind != HOST_PCI_ECAM)
			continue;
		domain = cells(host, m->node, "linux,pci-domain", 1);
		out->segment = (u16)(domain ? dt_cell(domain) : nr);
		out->bridge = m->node;
		nr++;
		if (!want->by_address || want->segment == out->segment)
			err = search(host, m, want, map, out);
	}
	return err;
}

u64 pci_size_of(u32 low, u32 high)
{
	u64 mask = ((u64)high << 32 | low) & ~BAR_FLAGS;

	return mask & -mask;			/* the lowest bit that can be set */
}

static u32 low_half(const struct pci_function *f, unsigned bar)
{
	return read32(f->ecam + PCI_BAR(bar));
}

bool pci_bar_is_64(const struct pci_function *f, unsigned bar)
{
	return (low_half(f, bar) & (BAR_IO | BAR_64)) == BAR_64;
}

u64 pci_bar_get(const struct pci_function *f, unsigned bar)
{
	u64 high = pci_bar_is_64(f, bar) ? low_half(f, bar + 1) : 0;

	return high << 32 | (low_half(f, bar) & ~BAR_FLAGS);
}

void pci_bar_set(const struct pci_function *f, unsigned bar, u64 addr)
{
	bool wide = pci_bar_is_64(f, bar);

	write32(f->ecam + PCI_BAR(bar), (u32)addr);
	if (wide)
		write32(f->ecam + PCI_BAR(bar + 1), (u32)(addr >> 32));
}

int pci_bar_size(const struct pci_function *f, unsigned bar, u64 *size)
{
	bool bridge = (read8(f->ecam + PCI_HEADER_TYPE) & ~HEADER_MULTI) == HEADER_BRIDGE;
	u16 command = read16(f->ecam + PCI_COMMAND);
	unsigned at = 0;
	u64 addr;

	while (at < bar)
		at += pci_bar_is_64(f, at) ? 2 : 1;
	if (at != bar || bar >= (bridge ? 2 : 6))
		return -ENOENT;
	if (low_half(f, bar) & BAR_IO)
		return -EINVAL;

	addr = pci_bar_get(f, bar);
	write16(f->ecam + PCI_COMMAND, command & (u16)~PCI_COMMAND_MEMORY);
	pci_bar_set(f, bar, ~0ull);
	*size = pci_size_of(low_half(f, bar),
			    pci_bar_is_64(f, bar) ? low_half(f, bar + 1) : 0);
	pci_bar_set(f, bar, addr);
	write16(f->ecam + PCI_COMMAND, command);
	return *size ? 0 : -ENOENT;
}

u64 pci_to_cpu(const struct host *host, int bridge, u64 addr, u64 size)
{
	for (unsigned i = 0; i < host->nr_mmio; i++) {
		const struct host_mmio *m = &host->mmio[i];

		if (m->node == bridge && m->kind >= HOST_PCI_MEM32 && addr >= m->bus &&
		    size <= m->range.size && addr - m->bus <= m->range.size - size)
			return m->range.base + (addr - m->bus);
	}
	return 0;
}
