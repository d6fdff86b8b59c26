/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/pci.h"

#include "boot/machine/fdt.h"
#include "drivers/io.h"
#include "lib/errno.h"
#include "mm/el2.h"

#define BUS_SIZE		MIB(1)

/* A bridge's property of @n cells, or NULL. */
static const u8 *cells(const struct host *host, int node, const char *name, u32 n)
{
	struct dt_prop p = dt_prop_of(host->fdt, node, name);

	return p.len == n * 4 ? p.data : NULL;
}

/* What there is at @ecam: false if nothing, or if nothing can be known of it. */
static bool is_there(u64 ecam)
{
	return (u16)read32(ecam) != 0xffff;
}

static bool fits(const struct pci_request *want, const struct pci_function *f)
{
	if (want->by_address)
		return want->bus == f->bus && want->dev == f->dev && want->fn == f->fn;
	return read32(f->ecam) == ((u32)want->device << 16 | want->vendor);
}

/* All of one host bridge's buses; a bridge's secondary bus has a higher number than its own. */
static int search(const struct host *host, const struct host_mmio *m,
		  const struct pci_request *want, struct pci_function *f)
{
	const u8 *range = cells(host, m->node, "bus-range", 2);
	unsigned first = range ? dt_cell(range) & 0xff : 0;
	bool reached[256] = { false };

	reached[first] = true;
	for (unsigned bus = first; bus < 256; bus++) {
		u64 base = m->range.base + (bus - first) * BUS_SIZE;

		if (!reached[bus] || base + BUS_SIZE > range_end(m->range))
			continue;
		if (el2_map(PA(base), BUS_SIZE, S1_DEVICE))
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
				if ((header & ~PCI_HEADER_MULTI) == PCI_HEADER_BRIDGE)
					reached[read8(f->ecam + PCI_SECONDARY_BUS)] = true;
			} else {
				header = f->fn ? PCI_HEADER_MULTI : 0;
			}
			if (!f->fn && !(header & PCI_HEADER_MULTI))
				devfn += 7;
		}
	}
	return -ENODEV;
}

int pci_find(const struct host *host, const struct pci_request *want, struct pci_function *out)
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
			err = search(host, m, want, out);
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
