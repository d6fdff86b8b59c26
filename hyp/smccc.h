/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's calls by HVC and SMC: SMC Calling Convention (DEN0028). */
#ifndef HYP_SMCCC_H
#define HYP_SMCCC_H

#include "hyp/cpu.h"
#include "hyp/frame.h"

/* The n-th argument: for the 32-bit convention (bit 30 of the function identifier clear) Wn. */
static inline __attribute__((always_inline)) u64 smccc_arg(const struct frame *f, unsigned n)
{
	return f->x[0] & BIT(30) ? f->x[n] : (u32)f->x[n];
}

/* Whose function it is: Arm's, the CPU's, ..., a Trusted OS's. */
static inline u32 smccc_owner(u32 fid)
{
	return FIELD(fid, 29, 24);
}

/*
 * Carries out the call in @f for CPU @self, which is none that fast.S has answered; the results,
 * or NOT_SUPPORTED, go there. @imm: the instruction's immediate; no function is known but with 0.
 */
void smccc_call(struct frame *f, struct cpu *self, u64 imm);

#endif
