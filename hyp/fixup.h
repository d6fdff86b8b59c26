/* SPDX-License-Identifier: Apache-2.0 */
/* Where the guest makes unaligned accesses that EL2 does in pieces: counted by instruction. */
#ifndef HYP_FIXUP_H
#define HYP_FIXUP_H

#include "lib/types.h"

/* So many instructions have a count of their own, the first that came; the rest share one. */
#define FIXUP_MAX	32

struct fixup {
	u64 pc;			/* 0: all others */
	u64 count;
	u16 region;		/* where it was first, as the control interface numbers them */
};

/* Both with guest.s2_lock. */
void fixup_count(u64 pc, unsigned region);

/* Number @i, from 0 on, or NULL. */
const struct fixup *fixup_get(u64 i);

#endif
