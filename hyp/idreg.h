/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guest sees in the feature ID registers (HCR_EL2.TID3): op0 3, op1 0, CRn 0, CRm 1 to 7.
 *
 * A field is shown only if it is in the table, and never with a value above the table's: a feature
 * that this code does not know may need a control at EL2 which nobody sets.
 */
#ifndef HYP_IDREG_H
#define HYP_IDREG_H

#include "lib/types.h"

/* A register's place in the ID space. */
#define IDREG(crm, op2)	((crm) << 3 | (op2))
#define IDREG_FIRST	IDREG(1, 0)
#define IDREG_END	IDREG(8, 0)

enum {
	ID_PFR0 = IDREG(1, 0),
	ID_PFR1 = IDREG(1, 1),
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

struct idreg_policy {
	u8 ipa_bits;		/* size of stage 2's input address: 32 to 48 */
	bool mte;		/* the guest has allocation tags */
};

/* The value of register @reg (IDREG) for the guest on a CPU that has @raw there. */
u64 idreg_shown(unsigned reg, u64 raw, const struct idreg_policy *policy);

#endif
