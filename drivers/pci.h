/* SPDX-License-Identifier: Apache-2.0 */
/* PCI functions, through the memory-mapped configuration space (ECAM) of the host's bridges. */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include "drivers/host.h"
#include "lib/types.h"

#define PCI_COMMAND		0x04
#define PCI_COMMAND_MEMORY	BIT(1)
#define PCI_BAR(n)		(0x10 + 4 * (n))

/* A function as a config names it, and one of its BARs. */
struct pci_bar {
	bool by_address;
	u16 vendor, device;		/* without by_address: the first function with these IDs */
	u16 segment;
	u8 bus, dev, fn;
	u8 bar;				/* 0 to 5 */
};

struct pci_function {
	u64 ecam;			/* its page of configuration space */
	int bridge;			/* host_mmio.node of the host bridge */
	u16 segment;
	u8 bus, dev, fn;
	bool on_root;			/* on the host bridge's own bus */
};

/*
 * Finds the function that @want names, on the buses that the firmware has numbered. @map makes the
 * configuration space visible to EL2, and it stays so. -ENODEV; -ENOMEM: from @map.
 */
int pci_find(const struct host *host, const struct pci_bar *want, int (*map)(pa_t pa, u64 size),
	     struct pci_function *out);

/* What a memory BAR holds after all ones were written: its size; 0: there is none. */
u64 pci_size_of(u32 low, u32 high);

/*
 * The size of BAR @bar; memory decode is off meanwhile. -ENOENT: the function has no such BAR, or
 * it is the upper half of the one before; -EINVAL: it is of I/O ports.
 */
int pci_bar_size(const struct pci_function *f, unsigned bar, u64 *size);

/* The address in a memory BAR, and a new one. */
u64 pci_bar_get(const struct pci_function *f, unsigned bar);
void pci_bar_set(const struct pci_function *f, unsigned bar, u64 addr);
bool pci_bar_is_64(const struct pci_function *f, unsigned bar);

/*
 * The CPU's address of [addr, addr + size) on the PCI bus behind host bridge @bridge; 0 if no one
 * memory window has all of it.
 */
u64 pci_to_cpu(const struct host *host, int bridge, u64 addr, u64 size);

#endif
