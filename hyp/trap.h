/* SPDX-License-Identifier: Apache-2.0 */
/* What brings the guest to EL2, by the exception class of ESR_EL2. */
#ifndef HYP_TRAP_H
#define HYP_TRAP_H

#include "hyp/frame.h"
#include "lib/types.h"

/*
 * Handles a synchronous exception from the guest, whose registers are in @f, and leaves ELR_EL2 and
 * SPSR_EL2 as the guest is to go on. It never fails: what is not known becomes an Undefined
 * Instruction exception in the guest.
 */
void trap_from_guest(struct frame *f);

/* The call in hand, which ELR_EL2 is behind, is to be started again (work.h). */
void trap_repeat_call(void);

/*
 * True if a line about the guest may be printed now: ten at once, then one a second, over all CPUs.
 * The guest can cause them at will, and the UART is slow.
 */
bool trap_may_print(void);

#endif
