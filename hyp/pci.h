/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions that are a PCI function's BAR. One follows the BAR to wherever the guest puts it: EL2
 * carries out the writes to the function's configuration space. One that the guest's tree names
 * (reserved, pmem) cannot move: Mavis places the BAR, and the guest does not see the function.
 */
#ifndef HYP_PCI_H
#define HYP_PCI_H

#include "drivers/pci.h"
#include "hyp/selfcheck.h"
#include "mm/region.h"

#define PCI_REGION_MAX	16

struct pci_region {
	/* its ipa and pa, while it follows: where it is, 0 if nowhere */
	struct region region;
	struct pci_bar bar;
	struct pci_function f;
	bool hides_mte;			/* one that follows, once it is found */
	bool has_ipa;			/* the config says where the guest sees a fixed one */
};

/* What follows is for this one only: it cannot move. */
static inline bool pci_region_is_fixed(const struct pci_region *p)
{
	return p->region.opts.expose == EXPOSE_RESERVED || p->region.opts.expose == EXPOSE_PMEM;
}

struct config;

/*
 * Finds the functions of the config's PCI regions and how large their BARs are, and adds the fixed
 * ones to @t. Before regions_build(). A text names region, property and what was found.
 */
int pci_regions_find(struct config *config, const struct host *host, const struct mm_caps *caps,
		     struct region_table *t, int (*map)(pa_t pa, u64 size), struct diag *d);

/*
 * Takes their configuration space from the guest. After guest_map(), before the guest runs. @clean
 * writes back and drops what caches hold of a range, while the guest runs. What selfcheck() says of
 * config->pci[i], which has no place yet, at one that it could have goes into checks[i], where that
 * is all 0; if there is no such place, it stays so.
 */
int pci_regions_trap(struct config *config, const struct host *host, const struct mm_caps *caps,
		     int (*clean)(pa_t pa, u64 size), struct selfcheck *checks, struct diag *d);

#endif
