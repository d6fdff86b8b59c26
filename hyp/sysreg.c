/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/sysreg.h"

#include "hyp/inject.h"
#include "lib/arch.h"

/* ISS of a trapped MRS: which register, which way, and where to. */
#define ISS_OP0		GENMASK(21, 20)
#define ISS_OP1		GENMASK(16, 14)
#define ISS_CRN		GENMASK(13, 10)
#define ISS_READ	BIT(0)
#define ISS_RT(esr)	FIELD(esr, 9, 5)
#define ISS_ID(esr)	IDREG(FIELD(esr, 4, 1), FIELD(esr, 19, 17))

/* The ID space: op0 3, op1 0, CRn 0; read. */
#define ID_SPACE_MASK	(ISS_OP0 | ISS_OP1 | ISS_CRN | ISS_READ)
#define ID_SPACE	(ISS_OP0 | ISS_READ)

/*
 * Written once, before any other CPU runs. A CPU of another kind (big.LITTLE) sees that its raw
 * value differs from the one in here, and works out its own.
 */
static struct {
	u64 raw, shown;
} known[IDREG(16, 0)];
static struct idreg_policy policy;

/* 56 registers of two instructions each; hyp/idregs.S. @reg: IDREG_FIRST to IDREG_END - 1. */
u64 read_id(unsigned reg);

u64 sysreg_id(unsigned reg)
{
	u64 raw = read_id(reg);

	return raw == known[reg].raw ? known[reg].shown : idreg_shown(reg, raw, &policy);
}

void sysreg_init(const struct idreg_policy *p)
{
	policy = *p;
	for (unsigned reg = IDREG_FIRST; reg < IDREG_END; reg++) {
		known[reg].raw = read_id(reg);
		known[reg].shown = idreg_shown(reg, known[reg].raw, p);
	}
}

/*
 * All but the feature registers are what the guest does not have: limited ordering regions
 * (HCR_EL2.TLOR), MTE's registers without MTE (HCR_EL2.ATA, TID5), the CPU's own (TIDCP), AMU, MPAM
 * and what the fine-grained traps hold back.
 */
void sysreg_trap(struct frame *f, u64 esr)
{
	unsigned reg = ISS_ID(esr);

	if ((esr & ID_SPACE_MASK) != ID_SPACE || reg - IDREG_FIRST >= IDREG_END - IDREG_FIRST) {
		inject_undefined();
		return;
	}
	skip_a64_instruction();
	frame_set(f, ISS_RT(esr), sysreg_id(reg));
}
