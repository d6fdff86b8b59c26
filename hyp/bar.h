/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions that are a PCI function's BAR, and follow it to wherever the guest puts it: EL2 carries
 * out the writes to the function's configuration space (hyp/ecam.h). Functions that Mavis has
 * placed for good are hidden.
 */
#ifndef HYP_BAR_H
#define HYP_BAR_H

#include "drivers/pci.h"
#include "mm/region.h"

#define BAR_MAX	16

/*
 * Where it is stage 2 has the region's attributes, but leaves that are broken until somebody
 * touches them. Where it was last, should it come back, they stay broken.
 */
struct bar {
	struct region region;		/* its ipa and pa: where it is, 0 if nowhere */
	struct pci_function f;
	u8 bar;				/* 0 to 5 */
	u8 page;			/* f.ecam, in ecam.page[] */
	bool touched;			/* since it is there, or was cleaned from the caches */
	bool kept_off;			/* the guest has its decoding on, but not EL2 */
	u64 parked;			/* where it was last; 0: the window's attributes are back */
	const char *note;		/* to be said once no lock is held, ... */
	u64 note_at;			/* ... of this place */
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

/* The window's attributes are back where the region was last. */
void bar_retire(struct bar *b);

/* stage2_join() but where BARs would be joined with each other. */
void bar_join(u64 at, u64 size);

/*
 * Somebody touches @ipa, and there is no work left (work.h): if a BAR is or was last there, stage 2
 * becomes what it is to be.
 */
void bar_touch(u64 ipa);

/* Takes the region to where the BAR is now, if its function answers there. */
void bar_follow(struct bar *b);

/* Says what has become of BARs, a line for each that has moved. With no lock held. */
void bar_report(void);

/*
 * The handler (hyp/mmio.h) of a page in ecam.page[], by its address: carries writes out, and
 * follows the BARs; or behaves as if no function were there.
 */
u64 bar_access_config(void *arg, u64 offset, unsigned size, bool write, u64 val);

#endif
