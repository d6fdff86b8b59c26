/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's accesses to system registers that EL2 keeps or edits. */
#ifndef HYP_SYSREG_H
#define HYP_SYSREG_H

#include "hyp/cpu.h"
#include "hyp/frame.h"

/* ISS of a trapped MSR or MRS: which register, which way, and which general-purpose register. */
#define ISS_READ	BIT(0)
#define ISS_RT(esr)	FIELD(esr, 9, 5)
#define ISS_REG(esr)	((esr) & (GENMASK(21, 10) | GENMASK(4, 1)))
#define SYSREG_ISS(op0, op1, crn, crm, op2) \
	((u32)(op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)

/* For ESR_EL2.EC 0x18: MSR, MRS or a system instruction; no read of a feature register (fast.S). */
void sysreg_trap(struct frame *f, struct cpu *self, u64 esr);

#endif
