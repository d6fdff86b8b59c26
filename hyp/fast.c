/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/fast.h"

#include "hyp/errata.h"
#include "hyp/inject.h"
#include "hyp/mmio.h"
#include "lib/arch.h"

/* A load of one register by a translation fault of stage 2, and nothing else about it. */
#define LOAD_MASK	(ISS_ISV | ISS_SSE | ISS_AR | ISS_FNV | ISS_CM | ISS_S1PTW | ISS_WNR | \
			 FSC_TYPE(~0ull))
#define LOAD		(ISS_ISV | FSC_TRANSLATION)

/* The guest's EL1 in AArch64 state, whose loads are in EL2's own byte order. */
static inline bool is_plain_el1(void)
{
	u64 mode = read_sysreg(spsr_el2) & (PSTATE_AARCH32 | PSTATE_MODE);

	return (mode & ~PSTATE_SP) == PSTATE_EL1T && !(read_sysreg(sctlr_el1) & SCTLR_EE);
}

static inline bool read_of_plain(struct frame *f, struct cpu *self, u64 esr)
{
	const struct mmio_page *page;
	u64 at, val;

	if ((esr & LOAD_MASK) != LOAD || errata_at_work & ERRATUM_HPFAR || !is_plain_el1())
		return false;
	at = read_sysreg(far_el2) & PAGE_MASK;
	page = mmio_find_again(IPA(FIELD(read_sysreg(hpfar_el2), 43, 4) << 12), &self->page);
	if (!page || !mmio_plain(page, at, 1u << ISS_SAS(esr), &val))
		return false;
	frame_set(f, ISS_SRT(esr), val);
	self->count[COUNT_DATA_ABORT]++;
	if (self->aborts)
		self->aborts[page->region]++;
	return true;
}

bool trap_fast(struct frame *f, struct cpu *self, u64 esr)
{
	if (ESR_EC(esr) != EC_DATA_ABORT || !read_of_plain(f, self, esr))
		return false;
	skip_a64_instruction();
	return true;
}
