/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/el2_regs.h"

#include "lib/arch.h"

unsigned pmu_version(const struct idregs *ids)
{
	unsigned version = idreg_field(ids, ID_AA64DFR0, 8);

	return version == 15 ? 0 : version;
}

/* APA, API, GPA, GPI; APA3, GPA3 */
static bool has_pauth(const struct idregs *ids)
{
	return idreg(ids, ID_AA64ISAR1) & (GENMASK(11, 4) | GENMASK(31, 24)) ||
	       idreg(ids, ID_AA64ISAR2) & GENMASK(15, 8);
}

/* SCXTNUM_EL1: CSV2_2, or CSV2_1p2. */
static bool has_scxtnum(const struct idregs *ids)
{
	unsigned csv2 = idreg_field(ids, ID_AA64PFR0, 56);

	return csv2 >= 2 || (csv2 == 1 && idreg_field(ids, ID_AA64PFR1, 32) == 2);
}

#define has(reg, shift)		idreg_field(in->raw, reg, shift)
#define sees(reg, shift)	idreg_field(in->shown, reg, shift)
#define BITS(reg, field, lo, value, why)	regs->at[reg] |= (u64)(value) << (lo);

void el2_regs_choose(struct el2_regs *regs, const struct el2_input *in)
{
	bool hides = in->hides, mte = in->mte, fwb = in->fwb, spe_fds = in->spe_fds;
	bool sees_pauth = has_pauth(in->shown), sees_scxtnum = has_scxtnum(in->shown);
	unsigned pmu = pmu_version(in->raw), hpmn = in->hpmn;

	*regs = (struct el2_regs){ .at[CPTR_EL2] = CPTR_RES1 & ~(CPTR_TZ | CPTR_TSM) };
#include "hyp/el2_bits.h"
}
