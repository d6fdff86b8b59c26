/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/fast.h"

#include "hyp/inject.h"
#include "hyp/kind.h"
#include "hyp/sysreg.h"
#include "lib/arch.h"

static inline bool read_of_id(struct frame *f, struct cpu *self, u64 esr)
{
	if (!sysreg_is_id(esr) || ISS_RT(esr) > FAST_LAST)
		return false;
	f->x[ISS_RT(esr)] = idreg(&self->kind->shown, ISS_ID(esr));
	self->count[COUNT_SYSREG]++;
	return true;
}

bool trap_fast(struct frame *f, struct cpu *self)
{
	u64 esr = read_sysreg(esr_el2), ec = ESR_EC(esr);

	if (ec == EC_HVC64 || ec == EC_SMC64) {
		if (ISS_IMM16(esr) || !smccc_fast(f))
			return false;
		self->count[ec == EC_HVC64 ? COUNT_HVC : COUNT_SMC]++;
		if (ec == EC_HVC64)
			return true;	/* ELR_EL2 is behind it already */
	} else if (ec != EC_SYSREG || !read_of_id(f, self, esr)) {
		return false;
	}
	skip_a64_instruction();
	return true;
}
