/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 faults and external aborts that the guest's accesses make. */
#ifndef HYP_FAULT_H
#define HYP_FAULT_H

#include "hyp/frame.h"

/* For ESR_EL2.EC 0x20 (instruction abort) and 0x24 (data abort) from a lower Exception level. */
void fault_trap(struct frame *f, u64 esr);

#endif
