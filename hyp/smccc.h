/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's calls by HVC and SMC: SMC Calling Convention (DEN0028). */
#ifndef HYP_SMCCC_H
#define HYP_SMCCC_H

#include "drivers/firmware.h"
#include "hyp/cpu.h"
#include "hyp/frame.h"
#include "hyp/psci.h"

/* The n-th argument: for the 32-bit convention (bit 30 of the function identifier clear) Wn. */
static inline u64 smccc_arg(const struct frame *f, unsigned n)
{
	return f->x[0] & BIT(30) ? f->x[n] : (u32)f->x[n];
}

/* Functions other than PSCI's. The results, or NOT_SUPPORTED, go to @f. */
void smccc_service(struct frame *f);

/*
 * Carries out the call in @f for CPU @self. @imm: the instruction's immediate; no function is known
 * but with 0.
 */
static inline void smccc_call(struct frame *f, struct cpu *self, u64 imm)
{
	u32 fid = (u32)f->x[0];

	if (!imm && PSCI_IS(fid)) {
		psci_function fn = psci_functions[PSCI_INDEX(fid)];

		if (fn) {
			fn(f, self);
			return;
		}
	} else if (!imm) {
		smccc_service(f);
		return;
	}
	f->x[0] = (u64)PSCI_NOT_SUPPORTED;
}

#endif
