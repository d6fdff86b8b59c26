/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's accesses to system registers that EL2 keeps or edits. */
#ifndef HYP_SYSREG_H
#define HYP_SYSREG_H

#include "hyp/cpu.h"
#include "hyp/frame.h"
#include "hyp/idreg.h"

/* ISS of a trapped MSR or MRS: which register, which way, and which general-purpose register. */
#define ISS_READ	BIT(0)
#define ISS_RT(esr)	FIELD(esr, 9, 5)
#define ISS_REG(esr)	((esr) & (GENMASK(21, 10) | GENMASK(4, 1)))
#define ISS_ID(esr)	IDREG(FIELD(esr, 4, 1), FIELD(esr, 19, 17))
#define SYSREG_ISS(op0, op1, crn, crm, op2) \
	((u32)(op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)

/* True for a read of a feature register, ISS_ID(@esr): op0 3, op1 0, CRn 0. */
static inline bool sysreg_is_id(u64 esr)
{
	return (esr & (SYSREG_ISS(3, 7, 15, 0, 0) | ISS_READ)) ==
		       (SYSREG_ISS(3, 0, 0, 0, 0) | ISS_READ) &&
	       ISS_ID(esr) - IDREG_FIRST < NR_IDREGS;
}

/* For ESR_EL2.EC 0x18: MSR, MRS or a system instruction. */
void sysreg_trap(struct frame *f, struct cpu *self, u64 esr);

#endif
