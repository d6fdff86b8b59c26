/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's accesses to system registers that EL2 keeps or edits. */
#ifndef HYP_SYSREG_H
#define HYP_SYSREG_H

#include "hyp/cpu.h"
#include "hyp/frame.h"

/* For ESR_EL2.EC 0x18: MSR, MRS or a system instruction. */
void sysreg_trap(struct frame *f, struct cpu *self, u64 esr);

#endif
