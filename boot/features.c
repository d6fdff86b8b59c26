/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/features.h"

#include "lib/format.h"
#include "lib/arch.h"

enum id { PFR0, PFR1, PFR2, ZFR0, ISAR1, ISAR2, MMFR0, MMFR1, MMFR2, DFR0, NR_IDS };

static u64 read_id(enum id id)
{
	switch (id) {
	case PFR0: return read_sysreg(id_aa64pfr0_el1);
	case PFR1: return read_sysreg(id_aa64pfr1_el1);
	case PFR2: return read_sysreg_s(SYS_ID_AA64PFR2_EL1);
	case ZFR0: return read_sysreg_s(SYS_ID_AA64ZFR0_EL1);
	case ISAR1: return read_sysreg(id_aa64isar1_el1);
	case ISAR2: return read_sysreg_s(SYS_ID_AA64ISAR2_EL1);
	case MMFR0: return read_sysreg(id_aa64mmfr0_el1);
	case MMFR1: return read_sysreg(id_aa64mmfr1_el1);
	case MMFR2: return read_sysreg_s(SYS_ID_AA64MMFR2_EL1);
	default: return read_sysreg(id_aa64dfr0_el1);
	}
}

/*
 * A feature is there from a value of a 4-bit field on; 0xf means "not" in the signed fields, of
 * which none is here.
 */
static const struct feature {
	const char *name;
	u8 id;			/* enum id */
	u8 shift;
	u8 min;
} features[] = {
	{ "S2FWB", MMFR2, 40, 1 },
	{ "MTE2", PFR1, 8, 2 },
	{ "MTE3", PFR1, 8, 3 },
	{ "MTE_PERM", PFR2, 0, 1 },
	{ "XNX", MMFR1, 28, 1 },
	{ "HCX", MMFR1, 40, 1 },
	{ "FGT", MMFR0, 56, 1 },
	{ "VHE", MMFR1, 8, 1 },
	{ "PAuth", ISAR1, 4, 1 },
	{ "PAuth", ISAR1, 8, 1 },
	{ "PAuth", ISAR2, 12, 1 },
	{ "BTI", PFR1, 0, 1 },
	{ "SVE", PFR0, 32, 1 },
	{ "SME", PFR1, 24, 1 },
	{ "RAS", PFR0, 28, 1 },
	{ "GICv3", PFR0, 24, 1 },
};

static bool has(const struct feature *f)
{
	return FIELD(read_id(f->id), f->shift + 3, f->shift) >= f->min;
}

void features_list(char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < ARRAY_SIZE(features); i++)
		if (has(&features[i]) && len < size)
			len += (size_t)format(buf + len, size - len, "%s%s", len ? " " : "",
					      features[i].name);
}
