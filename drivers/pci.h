/* SPDX-License-Identifier: Apache-2.0 */
/* PCI functions, through the memory-mapped configuration space (ECAM) of host bridges. */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include "lib/types.h"

#define PCI_COMMAND		0x04
#define PCI_COMMAND_MEMORY	BIT(1)
#define PCI_STATUS		0x06
#define PCI_STATUS_CAPABILITIES	BIT(4)
#define PCI_HEADER_TYPE		0x0e
#define PCI_HEADER_MULTI	BIT(7)
#define PCI_HEADER_BRIDGE	1
#define PCI_HEADER_CARDBUS	2	/* its bus numbers are where a bridge's are */
#define PCI_BAR(n)		(0x10 + 4 * (n))
#define PCI_PRIMARY_BUS		0x18
#define PCI_SECONDARY_BUS	0x19
#define PCI_SUBORDINATE_BUS	0x1a
#define PCI_CAPABILITIES	0x34
#define PCI_CAPABILITY_EXPRESS	0x10
#define PCI_DEVICE_CONTROL_2	0x28		/* in that */
#define PCI_ARI_FORWARDING	BIT(5)
#define PCI_CAPABILITY_FPB	0x15		/* Flattening Portal Bridge */
#define PCI_FPB_SIZE		0x24

#define PCI_BUS_SIZE		MIB(1)

/* A host bridge's configuration space: a PCI_BUS_SIZE for each of its buses. */
struct pci_space {
	u64 base;
	u8 first, last;			/* buses */
	bool echoes;			/* the first bus's device 0 answers as its 31 others, too */
};

/* Bridges above a function. */
#define PCI_MAX_DEPTH	12

struct pci_function {
	u64 ecam; /* its page of configuration space; 0: the guest's numbers lead to no bus of it */
	struct pci_space space;
	int bridge;			/* which host bridge it is behind */
	u16 segment;
	u8 bus, dev, fn;
	u8 depth;			/* 0: on the host bridge's own bus */
	u8 above[PCI_MAX_DEPTH];	/* dev << 3 | fn of @depth bridges, from the root down */
};

/* Where a host bridge passes the CPU's accesses on as memory accesses of the bus behind it. */
struct pci_window {
	struct range cpu;		/* not beyond the 48 bits that a PA has */
	u64 bus;			/* the bus's address of cpu.base */
	int bridge;			/* as pci_function's */
};

#define PCI_MAX_WINDOWS	32

struct pci_windows {
	struct pci_window window[PCI_MAX_WINDOWS];
	unsigned nr;
};

/* What a memory BAR holds after all ones were written: its size; 0: there is none. */
u64 pci_size_of(u32 low, u32 high);

/*
 * The size of BAR @bar; memory decode is off meanwhile. -ENOENT: the function has no such BAR, or
 * it is the upper half of the one before; -EINVAL: it is of I/O ports.
 */
int pci_bar_size(const struct pci_function *f, unsigned bar, u64 *size);

/* The page of function @devfn (dev << 3 | fn) of @bus, which the space has. */
u64 pci_page(const struct pci_space *space, unsigned bus, u8 devfn);

/* The bus whose page @at is. */
u8 pci_bus(const struct pci_space *space, u64 at);

/* False: no function is at the page @at, or nothing can be known of it. */
bool pci_answers(u64 at);

/* Where the capability @id of the function at the page @at is; 0: it has none. */
u8 pci_capability(u64 at, u8 id);

/* True: a bridge to another bus is there, or has this header type. */
bool pci_is_bridge_type(u8 type);
bool pci_is_bridge(u64 at);

/* The pages of devices that are echoes; of size 0 where there are none. */
struct range pci_echoes(const struct pci_space *space);
bool pci_is_echo(const struct pci_space *space, u64 at);

/* The address in a memory BAR, and a new one. */
u64 pci_bar_get(const struct pci_function *f, unsigned bar);
void pci_bar_set(const struct pci_function *f, unsigned bar, u64 addr);
bool pci_bar_is_64(const struct pci_function *f, unsigned bar);

/* True if the window has all of [addr, addr + size) of its bus. */
bool pci_window_has(const struct pci_window *w, u64 addr, u64 size);

/*
 * The CPU's address of [addr, addr + size) on the PCI bus behind host bridge @bridge; 0 if no one
 * memory window has all of it.
 */
u64 pci_to_cpu(const struct pci_windows *windows, int bridge, u64 addr, u64 size);

#endif
