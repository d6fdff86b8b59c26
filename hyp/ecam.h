/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of PCI configuration space whose accesses EL2 carries out: of functions that a region
 * follows or hides, and of all bridges above them, as these say on which bus a function answers.
 * When the guest gives buses other numbers the pages are where the functions are. Bridges beside
 * one that leads to another are taken, too: given its buses, they have others answer in its stead.
 */
#ifndef HYP_ECAM_H
#define HYP_ECAM_H

#include "drivers/pci.h"
#include "hyp/mmio.h"

#define ECAM_MAX	64
#define ECAM_ROOT	ECAM_MAX	/* no bridge is above: on the host bridge's own bus */

/* What a page is to the guest; of two reasons the greater one counts. */
enum ecam_kind {
	ECAM_GUESTS,
	ECAM_BRIDGE,			/* as ECAM_FOLLOWED */
	ECAM_FOLLOWED,			/* it reads it, and EL2 carries out what it writes */
	ECAM_HIDDEN,			/* as if no function were there */
};

struct ecam_page {
	struct pci_space space;
	u8 above;			/* its bridge in the table, or ECAM_ROOT */
	u8 devfn;
	u8 kind;			/* enum ecam_kind */
	u8 pages;			/* 8: a device's only function, may answer as all */
	bool bridge;			/* at boot: what answers as none is another, or nothing */
	bool unsure;			/* it was written to, and has not answered since */
	u8 control2, flattens;		/* above what is hidden: Device Control 2, FPB; 0: none */
	u8 secondary, subordinate;	/* a bridge's bus numbers, when it last showed them */
	u64 at;				/* the page; 0: the function answers nowhere */
	u64 next;			/* ... and where it is about to be */
};

/* Boot fills it in, before the guest runs; then pages change under guest.s2_lock. */
struct ecam {
	struct ecam_page page[ECAM_MAX];
	unsigned nr;
};

extern struct ecam ecam;

/*
 * Takes entry @i, whose bridges are there already, from the guest where it is now, and all echoes
 * of its host bridge's first function. -ENOMEM; -EBUSY: another of the bridges is there.
 */
int ecam_take(unsigned i);

/* The page at @at is at the moment. With guest.s2_lock, as all below. */
enum ecam_kind ecam_kind_of(u64 at);

#define ECAM_STAYS	1
#define ECAM_LOST	2

/*
 * Before and after a write of *@val to the page @at. Before it, stage 2 has closed what the write
 * moves at its new place, and *val is without what would have functions below answer by other
 * numbers as well; after it, the guest has back what is nobody's any more. ECAM_STAYS: it moves
 * nothing, and ecam_after() has nothing to do. ECAM_LOST: nothing is to be written: nothing
 * answers, or what does cannot be told, a bridge has not since it was written to, or it is of a
 * flattening portal. Nor with -ENOMEM, -EBUSY: it would put two bridges, or functions, of the table
 * at one place.
 */
int ecam_before(u64 at, u64 offset, unsigned size, u64 *val);
void ecam_after(u64 at);

/*
 * True if @ipa is in one of the pages now; then *page says how an access to it is carried out.
 * Without guest.s2_lock: whoever carries it out looks again with ecam_kind_of().
 */
bool ecam_find(u64 ipa, struct mmio_page *page);

#endif
