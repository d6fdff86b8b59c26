/* SPDX-License-Identifier: Apache-2.0 */
/* Address translation on the guest's behalf. */
#ifndef HYP_AT_H
#define HYP_AT_H

#include "lib/types.h"

/*
 * Translates @va by the guest's stage 1, as for a read at EL1, and returns what PAR_EL1 then holds.
 * All of the guest's registers, and EL2's that describe the exception in hand, keep their values.
 * PAR_EL1.F is set, too, where the guest's tables lie in memory that answers with an external
 * abort.
 */
u64 at_s1e1r(u64 va);

#endif
