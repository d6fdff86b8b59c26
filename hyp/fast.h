/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits that are answered before EL2's key for return addresses takes the place of the guest's: the
 * code calls no function, so it has no use for one. hyp/fast.S answers the shortest before it comes
 * to this.
 */
#ifndef HYP_FAST_H
#define HYP_FAST_H

#include "hyp/cpu.h"
#include "hyp/frame.h"

/*
 * A register of a device's that is as it was written (mmio_plain()) is read to its place in @f,
 * which has all of the guest's. True if that was the exit, and the guest may go on. False: nothing
 * was done.
 */
bool trap_fast(struct frame *f, u64 esr, struct cpu *self);

#endif
