/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's accesses to system registers that EL2 keeps or edits. */
#ifndef HYP_SYSREG_H
#define HYP_SYSREG_H

#include "hyp/frame.h"
#include "hyp/idreg.h"

/* Works out what this CPU's ID registers look like to the guest. Before any CPU enters it. */
void sysreg_init(const struct idreg_policy *policy);

/* Feature register @reg (IDREG) as the guest sees it on this CPU. */
u64 sysreg_id(unsigned reg);

/* For ESR_EL2.EC 0x18: MSR, MRS or a system instruction. */
void sysreg_trap(struct frame *f, u64 esr);

#endif
