/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/fast.h"

#include "hyp/errata.h"
#include "hyp/inject.h"
#include "hyp/mmio.h"
#include "lib/arch.h"

/* A load of 4 or 8 bytes to one register, a translation fault of stage 2, and nothing else. */
#define LOAD_MASK	(ESR_EC_MASK | ISS_ISV | ISS_SAS_WORD | ISS_SSE | ISS_AR | ISS_LST | \
			 ISS_FNV | ISS_CM | ISS_S1PTW | ISS_WNR | FSC_TYPE(~0ull))
#define LOAD		((u64)EC_DATA_ABORT << ESR_EC_SHIFT | ISS_ISV | ISS_SAS_WORD | \
			 FSC_TRANSLATION)

/* The guest's EL1 in AArch64 state, whose loads are in EL2's own byte order. */
static inline bool is_plain_el1(u64 spsr)
{
	u64 mode = spsr & (PSTATE_AARCH32 | PSTATE_MODE);

	return (mode & ~PSTATE_SP) == PSTATE_EL1T && !(read_sysreg(sctlr_el1) & SCTLR_EE);
}

bool trap_fast(struct frame *f, u64 esr, struct cpu *self)
{
	const struct mmio_page *page;
	u64 spsr, val;

	if ((esr & LOAD_MASK) != LOAD || errata_at_work & ERRATUM_HPFAR)
		return false;
	spsr = read_sysreg(spsr_el2);
	if (!is_plain_el1(spsr))
		return false;
	page = mmio_find_again(IPA(FIELD(read_sysreg(hpfar_el2), 43, 4) << 12), &self->page);
	if (!page || !mmio_plain(page, read_sysreg(far_el2) & PAGE_MASK,
				 1u << ISS_SAS(esr), &val))
		return false;
	frame_set(f, ISS_SRT(esr), val);
	self->count[COUNT_DATA_ABORT]++;
	if (self->aborts)
		self->aborts[page->region]++;
	skip_a64_from(spsr);
	return true;
}
