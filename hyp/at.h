/* SPDX-License-Identifier: Apache-2.0 */
/* Address translation on the guest's behalf. */
#ifndef HYP_AT_H
#define HYP_AT_H

#include "lib/arch.h"

enum at_op { AT_S1E1R, AT_S1E1W, AT_S12E1R, AT_S12E1W,	/* at.S relies on the bits */
	     AT_S1E0R, AT_S1E0W };

/*
 * Translates @va by the guest's stage 1, or by both stages, as for a read or a write at EL1 or
 * EL0, and returns what PAR_EL1 then holds.
 * All of the guest's registers, and EL2's that describe the exception in hand, keep their values.
 * PAR_EL1.F is set, too, where the guest's tables lie in memory that answers with an external
 * abort.
 */
u64 at_guest(u64 va, enum at_op op);

/* MAIR_EL1, by which the guest's stage 1 has its attributes. */
u64 guest_mair(void);

/* SCTLR_EL1: which byte order it has, among others. */
u64 guest_sctlr(void);

#endif
