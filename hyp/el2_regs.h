/* SPDX-License-Identifier: Apache-2.0 */
/* What EL2 writes to the registers by which it controls the guest, for a kind of CPU. */
#ifndef HYP_EL2_REGS_H
#define HYP_EL2_REGS_H

#include "hyp/idreg.h"

/*
 * HFGxTR and HDFGxTR are the pairs for reads and writes; HDFGWTR2 has what is in that of writes
 * alone. All other fine-grained traps are 0.
 */
enum el2_reg {
	HCR_EL2, HCRX_EL2, MDCR_EL2, CPTR_EL2, CNTHCTL_EL2, HFGxTR_EL2, HFGITR_EL2, HDFGxTR_EL2,
	HDFGxTR2_EL2, HDFGWTR2_EL2, NR_EL2_REGS
};

struct el2_regs {
	u64 at[NR_EL2_REGS];
};

struct el2_input {
	const struct idregs *raw, *shown;	/* as the CPU has them, as the guest sees them */
	bool hides;				/* ... which matters (idregs_show()) */
	bool mte, fwb;				/* the guest has tags; stage 2 is written for FWB */
	bool spe_fds;				/* PMSIDR_EL1.FDS */
	u8 hpmn;				/* PMCR_EL0.N */
};

/* By the table of el2_bits.h. A register that a CPU does not have gets no bit. */
void el2_regs_choose(struct el2_regs *regs, const struct el2_input *in);

/* ID_AA64DFR0_EL1.PMUVer, 0 for none and for one that is not Arm's. */
unsigned pmu_version(const struct idregs *ids);

#endif
