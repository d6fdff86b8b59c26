/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 faults and external aborts that the guest's accesses make. */
#ifndef HYP_FAULT_H
#define HYP_FAULT_H

#include "hyp/carry.h"
#include "hyp/cpu.h"
#include "hyp/frame.h"

/* For ESR_EL2.EC 0x20 (instruction abort) and 0x24 (data abort) from a lower Exception level. */
void fault_trap(struct frame *f, struct cpu *self, u64 esr);

/* What comes of an access at @ipa that was to be carried out: not CARRY_UNABLE. With no lock. */
void fault_finish(u64 esr, u64 ipa, enum carry_result result, const struct carry *c);

#endif
