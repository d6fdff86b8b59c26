/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's general-purpose registers while EL2 runs, on the CPU's EL2 stack. vectors.S saves and
 * restores them.
 */
#ifndef HYP_FRAME_H
#define HYP_FRAME_H

#define FRAME_SIZE	256

#ifndef __ASSEMBLY__
#include "lib/types.h"

struct frame {
	u64 x[32];		/* the last takes what is written to XZR: nobody reads it */
};

_Static_assert(sizeof(struct frame) == FRAME_SIZE && FRAME_SIZE % 16 == 0,
	       "vectors.S relies on it");

/* A register by the number in a syndrome or an instruction: 31 is XZR there. */
static inline u64 frame_get(const struct frame *f, unsigned n)
{
	return n == 31 ? 0 : f->x[n];
}

static inline void frame_set(struct frame *f, unsigned n, u64 val)
{
	f->x[n] = val;
}

/* What a call returns: in x0. */
static inline void frame_result(struct frame *f, s64 val)
{
	f->x[0] = (u64)val;
}
#endif

#endif
