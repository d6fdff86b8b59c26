/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions that are a PCI function's BAR, and follow it to wherever the guest puts it: EL2 carries
 * out the writes to the function's configuration space. Functions that Mavis has placed for good
 * are hidden.
 */
#ifndef HYP_BAR_H
#define HYP_BAR_H

#include "drivers/pci.h"
#include "mm/region.h"

#define BAR_MAX	16

struct bar {
	struct region region;		/* its ipa and pa: where it is, 0 if nowhere */
	struct pci_function f;
	u8 bar;				/* 0 to 5 */
};

/* Boot fills them in, before the guest runs; then regions change under guest.s2_lock. */
struct bars {
	struct bar bar[BAR_MAX];
	unsigned nr;
	struct pci_windows windows;
};

extern struct bars bars;

/*
 * Where the BAR is for the CPU with @addr in it, if a region can be there: pages of a PCI window as
 * the machine has it, which no other region follows to. 0 otherwise.
 */
u64 bar_place_of(const struct bar *b, u64 addr);

/* Puts the region at @at, or takes it from where it is. -ENOMEM: bar_place() alone. */
int bar_place(struct bar *b, u64 at);
void bar_unplace(struct bar *b);

/* Takes the region to where the BAR is now, if its function answers there. */
void bar_follow(struct bar *b);

/*
 * Handlers of hyp/mmio.h, with the address of a function's configuration space: one that carries
 * writes out and follows the BARs, and one behind which nothing is.
 */
u64 bar_access_config(void *arg, u64 offset, unsigned size, bool write, u64 val);
u64 bar_access_hidden(void *arg, u64 offset, unsigned size, bool write, u64 val);

#endif
