/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/sysreg.h"

#include "hyp/inject.h"
#include "hyp/kind.h"
#include "lib/arch.h"

#define REG(op0, op1, crn, crm, op2)	SYSREG_ISS(op0, op1, crn, crm, op2)

#define OSLAR_OSLK	BIT(0)
#define OSLSR_OSLM	BIT(3)		/* there is an OS Lock */
#define OSLSR_OSLK_SHIFT 1
#define OSDLR_DLK	BIT(0)

/* Registers that are there for the guest, but not the machine's own. */
enum what { ZERO, ACTLR, OSLAR, OSLSR, OSDLR };

static const struct {
	u32 reg, mask;
	u8 what;
	bool read, write;
} answered[] = {
	{ REG(3, 0, 1, 0, 1), ~0u, ACTLR, true, true },
	/* error records: ERRIDR_EL1 says that there are none, and the rest is RAZ/WI */
	{ REG(3, 0, 5, 3, 0), ~0u, ZERO, true, false },
	{ REG(3, 0, 5, 3, 1), ~0u, ZERO, true, true },	/* ERRSELR_EL1 */
	{ REG(3, 0, 5, 4, 0), REG(3, 7, 15, 14, 0), ZERO, true, true },	/* ERX*_EL1 */
	{ REG(2, 0, 1, 0, 4), ~0u, OSLAR, false, true },
	{ REG(2, 0, 1, 1, 4), ~0u, OSLSR, true, false },
	{ REG(2, 0, 1, 3, 4), ~0u, OSDLR, true, true },
	{ REG(2, 0, 1, 4, 4), ~0u, ZERO, true, true },	/* DBGPRCR_EL1: power is the machine's */
};

/*
 * The debug locks are bits to be read back, and lock nothing: what they would hold back is an
 * external debugger, which is not the guest's.
 */
static u64 answer_read(const struct cpu *self, enum what what)
{
	switch (what) {
	case ACTLR:
		return read_sysreg(actlr_el1);
	case OSLSR:
		return OSLSR_OSLM | (u64)self->os_lock << OSLSR_OSLK_SHIFT;
	case OSDLR:
		return self->os_double_lock;
	default:
		return 0;
	}
}

static void answer_write(struct cpu *self, enum what what, u64 val)
{
	if (what == OSLAR)
		self->os_lock = val & OSLAR_OSLK;
	else if (what == OSDLR && !idreg_field(&self->kind->raw, ID_AA64DFR0, 36))
		self->os_double_lock = val & OSDLR_DLK;
}

/* True if it is a register of the table. */
static bool answer(struct frame *f, struct cpu *self, u64 esr)
{
	bool read = esr & ISS_READ;

	for (unsigned i = 0; i < ARRAY_SIZE(answered); i++) {
		if ((ISS_REG(esr) & answered[i].mask) != answered[i].reg ||
		    !(read ? answered[i].read : answered[i].write))
			continue;
		if (read)
			frame_set(f, ISS_RT(esr), answer_read(self, answered[i].what));
		else
			answer_write(self, answered[i].what, frame_get(f, ISS_RT(esr)));
		return true;
	}
	return false;
}

/*
 * What is not in the table, and is no feature register (fast.S), the guest does not have: limited
 * ordering regions (HCR_EL2.TLOR), MTE's registers without MTE (HCR_EL2.ATA, TID5), the CPU's own
 * (TIDCP), AMU, MPAM and what the fine-grained traps hold back.
 */
void sysreg_trap(struct frame *f, struct cpu *self, u64 esr)
{
	if (answer(f, self, esr))
		skip_a64_instruction();
	else
		inject_undefined();
}
