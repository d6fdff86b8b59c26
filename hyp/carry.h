/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load or store of the guest's, carried out by EL2 in its place, as the memory that it goes to
 * asks for: EL2 maps the page for a moment with what the guest's two stages make of it.
 */
#ifndef HYP_CARRY_H
#define HYP_CARRY_H

#include "hyp/decode.h"
#include "hyp/frame.h"
#include "mm/region.h"

enum carry_result {
	CARRY_DONE,		/* and the guest is behind the instruction */
	CARRY_RETRY,		/* the guest's tables have changed since: it is to try again */
	CARRY_UNALIGNED,	/* Device memory does not take it so */
	CARRY_FAULT,		/* stage 1 has a fault for the rest of it: fsc, at far */
	CARRY_DENIED,		/* stage 2 does not allow it */
	CARRY_ABORTED,		/* the device has answered with an external abort */
	CARRY_UNABLE,		/* nothing was done, as EL2 cannot: why */
};

/* The pages that it touches, with what makes of them. */
struct carry_page {
	u64 va, ipa, pa;		/* of the page, ... */
	u64 at;				/* ... and where EL2 sees it */
	const struct region *region;
	u8 kind;			/* enum s1_kind, for EL2 */
	bool read, write;		/* stage 2 allows it */
	bool stage1_device;
};

struct carry {
	struct decoded d;
	u64 va, bytes;
	struct carry_page page[2];
	unsigned nr_pages;
	bool in_pieces;			/* as Device memory it would not go otherwise */
	u64 fsc, far;
	const char *why;
};

/*
 * Carries out the instruction at ELR_EL2, whose abort at FAR_EL2 is @esr. It may only go to regions
 * that are watched, which is recorded, or where unaligned accesses are done in pieces. With
 * guest.s2_lock, and no work left (work.h).
 */
enum carry_result carry_out(struct frame *f, u64 esr, struct carry *c);

/* V register @n, of 16 bytes. From vreg.S. */
void vreg_read(u64 n, u8 *to);
void vreg_write(u64 n, const u8 *from);

#endif
