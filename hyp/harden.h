/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest leaves in a CPU's branch predictors, and how EL2 gets rid of it at each entry from
 * the guest (vectors.S), so that no branch of EL2's is predicted by it: CVE-2017-5715 and
 * CVE-2022-23960.
 */
#ifndef HYP_HARDEN_H
#define HYP_HARDEN_H

/*
 * What is done: nothing; the instruction for it; so many branches that they fill the history, from
 * 2 on; or an SMC with this function identifier, which has the top bit set.
 */
#define HARDEN_NONE	0
#define HARDEN_CLRBHB	1
#define HARDEN_CALL_BIT	31

/* Vectors for CPUs that need nothing, and behind them those of the others. */
#define VECTORS_SIZE	0x800

#ifndef __ASSEMBLY__
#include "hyp/idreg.h"

/* SMCCC_ARCH_FEATURES of the two: 0: called for on this CPU; more: not; negative: unknown. */
struct workarounds {
	s32 one, three;
};

/* What to do, for the CPU with this MIDR_EL1 and these feature registers. */
u32 harden_choose(u64 midr, const struct idregs *raw, const struct workarounds *has);
#endif

#endif
