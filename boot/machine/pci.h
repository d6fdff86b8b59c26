/* SPDX-License-Identifier: Apache-2.0 */
/* The PCI functions and windows that the machine has. */
#ifndef BOOT_MACHINE_PCI_H
#define BOOT_MACHINE_PCI_H

#include "boot/machine/host.h"
#include "drivers/pci.h"

/* A function as a config names it, and one of its BARs. */
struct pci_request {
	bool by_address;
	u16 vendor, device;		/* without by_address: the only function with these IDs */
	u16 segment;
	u8 bus, dev, fn;
	u8 bar;				/* 0 to 5 */
};

struct pci_seen {
	char at[16];			/* its address, "0000:00:02.0"; "": there is none */
	struct pci_function f;
	u16 vendor, device;
};

/* What the buses have of what is wanted, and what they have that explains why there is nothing. */
struct pci_search {
	struct pci_seen found, second;	/* the first two that fit */
	struct pci_seen like;		/* by IDs: the first with one of the two */
	struct pci_seen physical;	/* the first whose virtual functions would fit */
	struct pci_seen unnumbered;	/* the first bridge without a bus number */
	bool in_segment, bus;		/* by address: there are such a segment and bus */
	u16 segment[8];			/* of the first host bridges */
	unsigned nr_segments;		/* host bridges with a configuration space to look at */
};

/*
 * Looks at all buses that the firmware has numbered. Their configuration space becomes visible to
 * EL2, and stays so. -ENOMEM: it cannot be mapped.
 */
int pci_search(const struct host *host, const struct pci_request *want, struct pci_search *s);

/*
 * The one function that @want names. -ENODEV and -EEXIST (there are more), -ENOMEM, with the reason
 * and the remedy as the end of a sentence that names region and property.
 */
int pci_find(const struct host *host, const struct pci_request *want, struct pci_function *out,
	     struct diag *why);

/* True if the host bridge at offset @bridge of the tree has an ECAM; -1: any of them. */
bool pci_has_ecam(const struct host *host, int bridge);

/*
 * For a machine without any: -ENODEV with the reason, and what to write instead, as pci_find() has
 * it.
 */
int pci_no_ecam(const struct host *host, struct diag *why);

/* The memory windows of all host bridges. -E2BIG. */
int pci_read_windows(const struct host *host, struct pci_windows *out, struct diag *d);

#endif
