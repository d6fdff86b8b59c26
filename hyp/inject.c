/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/inject.h"

#include "hyp/cpu.h"

/* Of an abort's ISS what means the same at EL1: ISV and S1PTW are stage 2's. */
#define ISS_OF_STAGE1	(ISS_FNV | ISS_CM | ISS_WNR)

static struct pstate_rules rules(void)
{
	u64 pfr1 = read_sysreg(id_aa64pfr1_el1);

	return (struct pstate_rules){
		.pan = FIELD(read_sysreg(id_aa64mmfr1_el1), 23, 20) != 0,
		.ssbs = FIELD(pfr1, 7, 4) != 0,
		.mte = FIELD(pfr1, 11, 8) != 0,
		.nmi = FIELD(pfr1, 39, 36) != 0,
		.sctlr_el1 = read_sysreg(sctlr_el1),
	};
}

static void take_exception(u64 esr)
{
	u64 spsr = read_sysreg(spsr_el2);
	struct pstate_rules r = rules();

	this_cpu()->count[COUNT_INJECTED]++;
	write_sysreg(esr, esr_el1);
	write_sysreg(spsr, spsr_el1);
	write_sysreg(read_sysreg(elr_el2), elr_el1);
	write_sysreg(ALIGN_DOWN(read_sysreg(vbar_el1), 0x800) + pstate_vector(spsr), elr_el2);
	write_sysreg(pstate_at_exception(spsr, &r), spsr_el2);
}

void inject_undefined(void)
{
	take_exception(ESR_IL);			/* EC 0 always has IL = 1 */
}

static bool from_el1(void)
{
	u64 mode = read_sysreg(spsr_el2) & (PSTATE_AARCH32 | PSTATE_MODE);

	return mode == PSTATE_EL1H || mode == PSTATE_EL1T;
}

void inject_abort(u64 esr, u64 fsc)
{
	u64 ec = ESR_EC(esr); /* "from a lower EL": also EL1's code for an abort from EL0 */

	if (from_el1())
		ec++;				/* "taken without a change in Exception level" */
	write_sysreg(read_sysreg(far_el2), far_el1);
	take_exception(ec << ESR_EC_SHIFT | (esr & (ESR_IL | ISS_OF_STAGE1)) | fsc);
}
