/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of CPU that the machine has (big.LITTLE), and what is worked out once for each: what
 * the guest sees of its feature registers, and what EL2's controls are.
 */
#ifndef HYP_KIND_H
#define HYP_KIND_H

/* Offset in struct cpu_kind, for assembly. */
#define KIND_SHOWN	0

#ifndef __ASSEMBLY__
#include "hyp/el2_regs.h"
#include "hyp/harden.h"
#include "hyp/idreg.h"

/* More than machines have; a CPU of one more stays off. */
#define MAX_KINDS	8

struct cpu_kind {
	struct idregs shown, raw;
	u64 midr;
	struct el2_regs regs;
	u32 harden;		/* harden.h */
	bool pmu;		/* Arm's */
	bool pmu_stops;		/* it would count EL2, and no control but PMCR_EL0.E stops it */
	bool owns_spe;		/* and not EL3 */
	bool trace;		/* EL2 has the trace unit, and can keep it out of EL2 */
};

_Static_assert(offsetof(struct cpu_kind, shown) == KIND_SHOWN, "assembly relies on it");

/* What the guest gets on all of them. Before any CPU asks for its kind. */
void kinds_init(const struct idreg_policy *policy);

/*
 * The kind of the CPU that it runs on. NULL: there are MAX_KINDS others. The boot CPU's, which is
 * the first to ask, is never NULL.
 */
const struct cpu_kind *kind_here(void);

#endif

#endif
