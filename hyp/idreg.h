/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guest sees in the feature ID registers (HCR_EL2.TID3): op0 3, op1 0, CRn 0, CRm 1 to 7.
 *
 * A field is shown only if it is in the table (idreg_fields.h), and never with a value above the
 * table's.
 */
#ifndef HYP_IDREG_H
#define HYP_IDREG_H

#include "lib/types.h"

/* A register's place in the ID space. */
#define IDREG(crm, op2)	((crm) << 3 | (op2))
#define IDREG_FIRST	IDREG(1, 0)
#define IDREG_END	IDREG(8, 0)

#define NR_IDREGS	(IDREG_END - IDREG_FIRST)

enum {
	ID_PFR0 = IDREG(1, 0),
	ID_PFR1 = IDREG(1, 1),
	ID_DFR0 = IDREG(1, 2),
	ID_MMFR0 = IDREG(1, 4),
	ID_MMFR1 = IDREG(1, 5),
	ID_MMFR2 = IDREG(1, 6),
	ID_MMFR3 = IDREG(1, 7),
	ID_ISAR0 = IDREG(2, 0),
	ID_ISAR1 = IDREG(2, 1),
	ID_ISAR2 = IDREG(2, 2),
	ID_ISAR3 = IDREG(2, 3),
	ID_ISAR4 = IDREG(2, 4),
	ID_ISAR5 = IDREG(2, 5),
	ID_MMFR4 = IDREG(2, 6),
	ID_ISAR6 = IDREG(2, 7),
	MVFR0 = IDREG(3, 0),
	MVFR1 = IDREG(3, 1),
	MVFR2 = IDREG(3, 2),
	ID_PFR2 = IDREG(3, 4),
	ID_MMFR5 = IDREG(3, 6),
	ID_AA64PFR0 = IDREG(4, 0),
	ID_AA64PFR1 = IDREG(4, 1),
	ID_AA64PFR2 = IDREG(4, 2),
	ID_AA64ZFR0 = IDREG(4, 4),
	ID_AA64SMFR0 = IDREG(4, 5),
	ID_AA64FPFR0 = IDREG(4, 7),
	ID_AA64DFR0 = IDREG(5, 0),
	ID_AA64DFR1 = IDREG(5, 1),
	ID_AA64ISAR0 = IDREG(6, 0),
	ID_AA64ISAR1 = IDREG(6, 1),
	ID_AA64ISAR2 = IDREG(6, 2),
	ID_AA64ISAR3 = IDREG(6, 3),
	ID_AA64MMFR0 = IDREG(7, 0),
	ID_AA64MMFR1 = IDREG(7, 1),
	ID_AA64MMFR2 = IDREG(7, 2),
	ID_AA64MMFR3 = IDREG(7, 3),
	ID_AA64MMFR4 = IDREG(7, 4),
};

/* The values of all of them. */
struct idregs {
	u64 at[NR_IDREGS];
};

static inline u64 idreg(const struct idregs *ids, unsigned reg)
{
	return ids->at[reg - IDREG_FIRST];
}

/* A field of four bits. */
static inline unsigned idreg_field(const struct idregs *ids, unsigned reg, unsigned shift)
{
	return idreg(ids, reg) >> shift & 15;
}

struct idreg_policy {
	u8 ipa_bits;		/* size of stage 2's input address: 32 to 48 */
	bool mte;		/* the guest has allocation tags */
	bool spe, trace;	/* ... SPE and the trace unit: as this CPU has them (kind.c) */
};

/*
 * Makes of what a CPU has, @raw, what the guest sees of it. True if it must not see @raw instead:
 * then its reads have to be trapped (HCR_EL2.TID3).
 */
bool idregs_show(struct idregs *shown, const struct idregs *raw, const struct idreg_policy *policy);

/* All of this CPU's. (idregs.S) */
void idregs_read(struct idregs *raw);

/* True if this CPU's AArch64 registers are those in @raw. (idregs.S) */
bool idregs_are(const struct idregs *raw);

#endif
