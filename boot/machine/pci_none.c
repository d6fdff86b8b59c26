/* SPDX-License-Identifier: Apache-2.0 */
/* Most boards' PCI host bridges have a configuration space of a kind of their own. */
#include "boot/machine/pci.h"
#include "lib/errno.h"

bool pci_has_ecam(const struct host *host, int bridge)
{
	for (unsigned i = 0; i < host->nr_mmio; i++)
		if (host->mmio[i].kind == HOST_PCI_ECAM &&
		    (bridge < 0 || host->mmio[i].node == bridge))
			return true;
	return false;
}

/* The one that a large BAR would be in; NULL: there is none. */
static const struct host_mmio *best_window(const struct host *host)
{
	const struct host_mmio *best = NULL;

	for (unsigned i = 0; i < host->nr_mmio; i++) {
		const struct host_mmio *m = &host->mmio[i];

		if (m->kind >= HOST_PCI_MEM32 &&
		    (!best || m->kind > best->kind ||
		     (m->kind == best->kind && m->range.size > best->range.size)))
			best = m;
	}
	return best;
}

int pci_no_ecam(const struct host *host, struct diag *why)
{
	const struct host_mmio *m = best_window(host);

	if (!m)
		return fail(why, -ENODEV,
			    "the device tree has no PCI host bridge with an ECAM, the one kind that Mavis can look into: if the firmware has placed the BAR, give its address with `reg`");
	return fail(why, -ENODEV,
		    "the device tree has no PCI host bridge with an ECAM, the one kind that Mavis can look into; that of %s is another: give the region `reg` over its window, %#lx bytes at %#lx, or over the place in it where the guest keeps the BAR",
		    m->name, (unsigned long)m->range.size, (unsigned long)m->range.base);
}
