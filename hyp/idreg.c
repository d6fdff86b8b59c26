/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/idreg.h"

#include "lib/arch.h"

enum kind {
	UNSIGNED,	/* grows from 0 */
	SIGNED,		/* two's complement: a negative value, 0xf as a rule, is "not there" */
	WHOLE,		/* the register as it is: nothing in it but instructions */
	WITH_MTE,	/* UNSIGNED, hidden with MTE */
	PMU_VERSION,	/* UNSIGNED, but 0xf is a PMU that is not Arm's */
	PA_RANGE,	/* UNSIGNED, and no more than stage 2 translates */
};

/*
 * The features that the guest may have. EL2 and what belongs to it (VMIDs, stage 2, nesting, VHE,
 * fine-grained traps) are not shown. Hidden as well, though hardware may have them: AMU and MPAM
 * (the counters and partitions are not the guest's alone), limited ordering regions (trapped by
 * HCR_EL2.TLOR), BRBE, GCS, THE, D128, AIE and others that no control in enter.c is set for.
 */
static const struct field {
	u8 reg;
	u8 shift;
	u8 kind;
	u8 max;
} fields[] = {
	{ ID_AA64PFR0, 0, UNSIGNED, 2 },	/* EL0: AArch32 too */
	{ ID_AA64PFR0, 4, UNSIGNED, 1 },	/* EL1: HCR_EL2.RW is 1 */
	{ ID_AA64PFR0, 12, UNSIGNED, 2 },	/* EL3: there is an SMC */
	{ ID_AA64PFR0, 16, SIGNED, 1 },		/* FP */
	{ ID_AA64PFR0, 20, SIGNED, 1 },		/* AdvSIMD */
	{ ID_AA64PFR0, 24, UNSIGNED, 3 },	/* GIC */
	{ ID_AA64PFR0, 28, UNSIGNED, 2 },	/* RAS; 3 adds ERXGSR_EL1, which stays trapped */
	{ ID_AA64PFR0, 32, UNSIGNED, 1 },	/* SVE */
	{ ID_AA64PFR0, 48, UNSIGNED, 1 },	/* DIT */
	{ ID_AA64PFR0, 56, UNSIGNED, 3 },	/* CSV2 */
	{ ID_AA64PFR0, 60, UNSIGNED, 1 },	/* CSV3 */

	{ ID_AA64PFR1, 0, UNSIGNED, 1 },	/* BT */
	{ ID_AA64PFR1, 4, UNSIGNED, 2 },	/* SSBS */
	{ ID_AA64PFR1, 8, WITH_MTE, 3 },	/* MTE */
	{ ID_AA64PFR1, 12, UNSIGNED, 1 },	/* RAS_frac */
	{ ID_AA64PFR1, 24, UNSIGNED, 2 },	/* SME */
	{ ID_AA64PFR1, 32, UNSIGNED, 2 },	/* CSV2_frac */
	{ ID_AA64PFR1, 36, UNSIGNED, 1 },	/* NMI */
	{ ID_AA64PFR1, 40, WITH_MTE, 15 },	/* MTE_frac: 0xf is "no asynchronous faults" */

	{ ID_AA64PFR2, 4, WITH_MTE, 1 },	/* MTESTOREONLY */
	{ ID_AA64PFR2, 8, WITH_MTE, 1 },	/* MTEFAR */
	{ ID_AA64PFR2, 32, UNSIGNED, 1 },	/* FPMR */

	{ ID_AA64ZFR0, 0, WHOLE, 0 },
	{ ID_AA64SMFR0, 0, WHOLE, 0 },
	{ ID_AA64FPFR0, 0, WHOLE, 0 },

	{ ID_AA64DFR0, 0, UNSIGNED, 10 },	/* DebugVer; 11 adds MDSELR_EL1, likewise */
	{ ID_AA64DFR0, 4, UNSIGNED, 1 },	/* TraceVer */
	{ ID_AA64DFR0, 8, PMU_VERSION, 9 },	/* PMUVer */
	{ ID_AA64DFR0, 12, UNSIGNED, 15 },	/* BRPs */
	{ ID_AA64DFR0, 20, UNSIGNED, 15 },	/* WRPs */
	{ ID_AA64DFR0, 28, UNSIGNED, 15 },	/* CTX_CMPs */
	{ ID_AA64DFR0, 32, UNSIGNED, 5 },	/* PMSVer */
	{ ID_AA64DFR0, 36, SIGNED, 0 },		/* DoubleLock */
	{ ID_AA64DFR0, 40, UNSIGNED, 1 },	/* TraceFilt */
	{ ID_AA64DFR0, 44, UNSIGNED, 1 },	/* TraceBuffer */
	{ ID_AA64DFR0, 48, SIGNED, 0 },		/* MTPMU: MDCR_EL2.MTPME is 0 */
	{ ID_AA64DFR1, 36, UNSIGNED, 1 },	/* PMICNTR */

	{ ID_AA64ISAR0, 4, UNSIGNED, 15 },	/* AES */
	{ ID_AA64ISAR0, 8, UNSIGNED, 15 },	/* SHA1 */
	{ ID_AA64ISAR0, 12, UNSIGNED, 15 },	/* SHA2 */
	{ ID_AA64ISAR0, 16, UNSIGNED, 15 },	/* CRC32 */
	{ ID_AA64ISAR0, 20, UNSIGNED, 15 },	/* Atomic */
	{ ID_AA64ISAR0, 28, UNSIGNED, 15 },	/* RDM */
	{ ID_AA64ISAR0, 32, UNSIGNED, 15 },	/* SHA3 */
	{ ID_AA64ISAR0, 36, UNSIGNED, 15 },	/* SM3 */
	{ ID_AA64ISAR0, 40, UNSIGNED, 15 },	/* SM4 */
	{ ID_AA64ISAR0, 44, UNSIGNED, 15 },	/* DP */
	{ ID_AA64ISAR0, 48, UNSIGNED, 15 },	/* FHM */
	{ ID_AA64ISAR0, 52, UNSIGNED, 15 },	/* TS */
	{ ID_AA64ISAR0, 56, UNSIGNED, 2 },	/* TLB */
	{ ID_AA64ISAR0, 60, UNSIGNED, 15 },	/* RNDR */

	{ ID_AA64ISAR1, 0, UNSIGNED, 2 },	/* DPB */
	{ ID_AA64ISAR1, 4, UNSIGNED, 5 },	/* APA */
	{ ID_AA64ISAR1, 8, UNSIGNED, 5 },	/* API */
	{ ID_AA64ISAR1, 12, UNSIGNED, 15 },	/* JSCVT */
	{ ID_AA64ISAR1, 16, UNSIGNED, 15 },	/* FCMA */
	{ ID_AA64ISAR1, 20, UNSIGNED, 15 },	/* LRCPC */
	{ ID_AA64ISAR1, 24, UNSIGNED, 1 },	/* GPA */
	{ ID_AA64ISAR1, 28, UNSIGNED, 1 },	/* GPI */
	{ ID_AA64ISAR1, 32, UNSIGNED, 15 },	/* FRINTTS */
	{ ID_AA64ISAR1, 36, UNSIGNED, 1 },	/* SB */
	{ ID_AA64ISAR1, 40, UNSIGNED, 2 },	/* SPECRES */
	{ ID_AA64ISAR1, 44, UNSIGNED, 15 },	/* BF16 */
	{ ID_AA64ISAR1, 48, UNSIGNED, 15 },	/* DGH */
	{ ID_AA64ISAR1, 52, UNSIGNED, 15 },	/* I8MM */
	{ ID_AA64ISAR1, 56, UNSIGNED, 1 },	/* XS */
	{ ID_AA64ISAR1, 60, UNSIGNED, 3 },	/* LS64 */

	{ ID_AA64ISAR2, 0, UNSIGNED, 2 },	/* WFxT */
	{ ID_AA64ISAR2, 4, UNSIGNED, 15 },	/* RPRES */
	{ ID_AA64ISAR2, 8, UNSIGNED, 1 },	/* GPA3 */
	{ ID_AA64ISAR2, 12, UNSIGNED, 5 },	/* APA3 */
	{ ID_AA64ISAR2, 16, UNSIGNED, 1 },	/* MOPS */
	{ ID_AA64ISAR2, 20, UNSIGNED, 1 },	/* BC */
	{ ID_AA64ISAR2, 24, UNSIGNED, 1 },	/* PAC_frac */
	{ ID_AA64ISAR2, 28, UNSIGNED, 1 },	/* CLRBHB */
	{ ID_AA64ISAR2, 40, UNSIGNED, 1 },	/* PRFMSLC */
	{ ID_AA64ISAR2, 48, UNSIGNED, 1 },	/* RPRFM */
	{ ID_AA64ISAR2, 52, UNSIGNED, 15 },	/* CSSC */
	{ ID_AA64ISAR2, 56, UNSIGNED, 15 },	/* LUT */

	{ ID_AA64ISAR3, 4, UNSIGNED, 1 },	/* FAMINMAX */
	{ ID_AA64ISAR3, 16, UNSIGNED, 1 },	/* LSFE */
	{ ID_AA64ISAR3, 28, UNSIGNED, 1 },	/* FPRCVT */

	{ ID_AA64MMFR0, 0, PA_RANGE, 5 },	/* PARange */
	{ ID_AA64MMFR0, 4, UNSIGNED, 2 },	/* ASIDBits */
	{ ID_AA64MMFR0, 8, UNSIGNED, 1 },	/* BigEnd */
	{ ID_AA64MMFR0, 12, UNSIGNED, 1 },	/* SNSMem */
	{ ID_AA64MMFR0, 16, UNSIGNED, 1 },	/* BigEndEL0 */
	{ ID_AA64MMFR0, 20, UNSIGNED, 2 },	/* TGran16 */
	{ ID_AA64MMFR0, 24, SIGNED, 0 },	/* TGran64 */
	{ ID_AA64MMFR0, 28, SIGNED, 1 },	/* TGran4 */
	{ ID_AA64MMFR0, 44, UNSIGNED, 1 },	/* ExS */
	{ ID_AA64MMFR0, 60, UNSIGNED, 1 },	/* ECV; 2 is CNTPOFF_EL2 */

	{ ID_AA64MMFR1, 0, UNSIGNED, 2 },	/* HAFDBS */
	{ ID_AA64MMFR1, 12, UNSIGNED, 2 },	/* HPDS */
	{ ID_AA64MMFR1, 20, UNSIGNED, 3 },	/* PAN */
	{ ID_AA64MMFR1, 24, UNSIGNED, 1 },	/* SpecSEI */
	{ ID_AA64MMFR1, 36, UNSIGNED, 3 },	/* ETS */
	{ ID_AA64MMFR1, 44, UNSIGNED, 1 },	/* AFP */
	{ ID_AA64MMFR1, 48, UNSIGNED, 1 },	/* nTLBPA */
	{ ID_AA64MMFR1, 52, UNSIGNED, 1 },	/* TIDCP1 */
	{ ID_AA64MMFR1, 56, UNSIGNED, 1 },	/* CMOW */
	{ ID_AA64MMFR1, 60, UNSIGNED, 1 },	/* ECBHB */

	{ ID_AA64MMFR2, 0, UNSIGNED, 1 },	/* CnP */
	{ ID_AA64MMFR2, 4, UNSIGNED, 1 },	/* UAO */
	{ ID_AA64MMFR2, 8, UNSIGNED, 1 },	/* LSM */
	{ ID_AA64MMFR2, 12, UNSIGNED, 1 },	/* IESB */
	{ ID_AA64MMFR2, 16, UNSIGNED, 1 },	/* VARange */
	{ ID_AA64MMFR2, 20, UNSIGNED, 1 },	/* CCIDX */
	{ ID_AA64MMFR2, 28, UNSIGNED, 1 },	/* ST */
	{ ID_AA64MMFR2, 32, UNSIGNED, 1 },	/* AT: LSE2 */
	{ ID_AA64MMFR2, 36, UNSIGNED, 1 },	/* IDS */
	{ ID_AA64MMFR2, 48, UNSIGNED, 1 },	/* TTL */
	{ ID_AA64MMFR2, 52, UNSIGNED, 2 },	/* BBM */
	{ ID_AA64MMFR2, 60, UNSIGNED, 1 },	/* E0PD */

	{ ID_AA64MMFR3, 0, UNSIGNED, 1 },	/* TCRX */
	{ ID_AA64MMFR3, 4, UNSIGNED, 1 },	/* SCTLRX */
	{ ID_AA64MMFR3, 8, UNSIGNED, 1 },	/* S1PIE */
	{ ID_AA64MMFR3, 16, UNSIGNED, 1 },	/* S1POE */
	{ ID_AA64MMFR3, 60, UNSIGNED, 1 },	/* Spec_FPACC */

	{ ID_AA64MMFR4, 4, UNSIGNED, 1 },	/* EIESB */
};

/*
 * AArch32 fields that are hidden: the other registers of CRm 1 to 3 describe EL0 and are shown
 * whole.
 */
#define PFR0_AMU		GENMASK(23, 20)
#define DFR0_TRACE_BUFFER	GENMASK(47, 44) /* hidden beside FEAT_TRBE_EXT: see enter.c */
#define PFR1_VIRTUALIZATION	(GENMASK(15, 12) | GENMASK(27, 24))

static u64 aarch32(unsigned reg, u64 raw)
{
	switch (reg) {
	case ID_PFR0:
		return raw & ~PFR0_AMU;
	case ID_PFR1:
		return raw & ~PFR1_VIRTUALIZATION;
	default:
		return raw;
	}
}

/* The guest must never build an address that stage 2 cannot take. */
static u64 pa_range(unsigned bits)
{
	unsigned range = 0;

	while (range < PA_SIZE_MAX && pa_sizes[range + 1] <= bits)
		range++;
	return range;
}

static u64 clamp(const struct field *f, u64 val, const struct idreg_policy *policy)
{
	u64 max = f->max;

	switch (f->kind) {
	case SIGNED:
		return val >= 8 ? val : MIN(val, max);
	case WITH_MTE:
		return policy->mte ? MIN(val, max) : 0;
	case PMU_VERSION:
		return val == 15 ? val : MIN(val, max);
	case PA_RANGE:
		return MIN(val, MIN(max, pa_range(policy->ipa_bits)));
	default:
		return MIN(val, max);
	}
}

u64 idreg_shown(unsigned reg, u64 raw, const struct idreg_policy *policy)
{
	u64 shown = 0;

	if (reg < ID_AA64PFR0)
		return aarch32(reg, raw);
	for (unsigned i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];

		if (f->reg != reg)
			continue;
		if (f->kind == WHOLE)
			return raw;
		shown |= clamp(f, FIELD(raw, f->shift + 3, f->shift), policy) << f->shift;
	}
	if (reg == ID_AA64DFR0 && FIELD(raw, 59, 56))
		shown &= ~DFR0_TRACE_BUFFER;
	return shown;
}
