/* SPDX-License-Identifier: Apache-2.0 */
/* The PCI functions and windows that the machine has. */
#ifndef BOOT_MACHINE_PCI_H
#define BOOT_MACHINE_PCI_H

#include "boot/machine/host.h"
#include "drivers/pci.h"

/* A function as a config names it, and one of its BARs. */
struct pci_request {
	bool by_address;
	u16 vendor, device;		/* without by_address: the first function with these IDs */
	u16 segment;
	u8 bus, dev, fn;
	u8 bar;				/* 0 to 5 */
};

/*
 * Finds the function that @want names, on the buses that the firmware has numbered. The
 * configuration space becomes visible to EL2, and stays so. -ENODEV; -ENOMEM: it cannot be mapped.
 */
int pci_find(const struct host *host, const struct pci_request *want, struct pci_function *out);

/* The memory windows of all host bridges. -E2BIG. */
int pci_read_windows(const struct host *host, struct pci_windows *out, struct diag *d);

#endif
