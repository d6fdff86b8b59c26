/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/enter.h"

#include "drivers/console.h"
#include "drivers/cpu_power.h"
#include "hyp/caps.h"
#include "hyp/el1_state.h"
#include "hyp/errata.h"
#include "hyp/guest.h"
#include "hyp/panic.h"
#include "hyp/psci.h"
#include "hyp/sysreg.h"
#include "lib/arch.h"
#include "mm/el2.h"

#define HCRX_ENAS0	BIT(0)
#define HCRX_ENALS	BIT(1)
#define HCRX_ENASR	BIT(2)
#define HCRX_MSCEN	BIT(11)
#define HCRX_TCR2EN	BIT(14)
#define HCRX_SCTLR2EN	BIT(15)
#define HCRX_ENFPM	BIT(23)

#define ZCR_LEN		0xf		/* as long as the CPU has them */
#define SMCR_EZT0	BIT(30)
#define SMCR_FA64	BIT(31)

#define MDCR_E2PB	GENMASK(13, 12)	/* 0b11: SPE's buffer is EL1's and not trapped */
#define MDCR_HPMD	BIT(17)		/* no counting at EL2 */
#define MDCR_HCCD	BIT(23)		/* nor by the cycle counter */
#define MDCR_E2TB	GENMASK(25, 24)	/* as E2PB, for TRBE */

#define PMSCR_PA	BIT(4)
#define PMSCR_PCT	BIT(6)
#define PMSIDR_FDS	BIT(7)

#define CNTHCTL_EL1PCTEN BIT(0)
#define CNTHCTL_EL1PCEN	BIT(1)

#define MPAMIDR_HAS_HCR	BIT(17)
#define MPAMHCR_TRAP	BIT(31)
#define MPAM2_TRAP	GENMASK(49, 48)	/* MPAM0_EL1 and MPAM1_EL1 */

#define ICC_SRE_SRE	BIT(0)
#define ICC_SRE_ENABLE	BIT(3)

/* Bits of the fine-grained trap registers are a trap when 1, but those that came late when 0. */
#define HFGRTR_NACCDATA	BIT(50)
#define HFGRTR_SME	GENMASK(55, 54)	/* nSMPRI_EL1, nTPIDR2_EL0 */
#define HFGRTR_S1PIE	GENMASK(58, 57)	/* nPIRE0_EL1, nPIR_EL1 */
#define HFGRTR_S1POE	GENMASK(60, 59)	/* nPOR_EL0, nPOR_EL1 */
#define HDFGRTR_NPMSNEVFR BIT(62)
#define HDFGRTR2_PMICNTR GENMASK(3, 2)	/* nPMICNTR_EL0, nPMICFILTR_EL0 */
#define HDFGRTR2_NPMUACR BIT(4)
#define HDFGRTR2_NPMSDSFR BIT(19)

/* A field of a feature register as the guest sees it. */
static u64 shown(unsigned reg, unsigned shift)
{
	return FIELD(sysreg_id(reg), shift + 3, shift);
}

/* What the CPU itself has: for registers of EL2's. */
#define HAVE(reg, shift)	FIELD(read_sysreg_s(reg), (shift) + 3, shift)

/* A value if @cond. */
static u64 when(bool cond, u64 val)
{
	return cond ? val : 0;
}

static bool has_pmu(void)
{
	u64 version = HAVE(id_aa64dfr0_el1, 8);

	return version && version != 15;	/* 15: one that is not Arm's */
}

/* A profiling or trace buffer may be EL3's: P in its ID register. */
#define BUFFER_P	BIT(4)

static bool owns_spe(void)
{
	return HAVE(id_aa64dfr0_el1, 32) && !(read_sysreg_s(SYS_PMBIDR_EL1) & BUFFER_P);
}

static bool owns_trbe(void)
{
	return HAVE(id_aa64dfr0_el1, 44) && !(read_sysreg_s(SYS_TRBIDR_EL1) & BUFFER_P);
}

/*
 * What an earlier owner of the CPU may have left running writes to memory by itself, through that
 * owner's tables: it is stopped and drained before they change (Arm ARM D17, "Synchronization and
 * Statistical Profiling"; D6, "Trace synchronization").
 */
static void stop_profiling(void)
{
	if (owns_spe()) {
		write_sysreg_s(0, SYS_PMSCR_EL1);
		write_sysreg_s(0, SYS_PMSCR_EL2);
		isb();
		asm volatile("hint #17" : : : "memory");	/* PSB CSYNC */
		dsb(nsh);
		write_sysreg_s(0, SYS_PMBLIMITR_EL1);
	}
	if (owns_trbe() && HAVE(id_aa64dfr0_el1, 40)) {
		write_sysreg_s(0, SYS_TRFCR_EL1);
		write_sysreg_s(0, SYS_TRFCR_EL2);
		isb();
		asm volatile("hint #18" : : : "memory");	/* TSB CSYNC */
		dsb(nsh);
		write_sysreg_s(0, SYS_TRBLIMITR_EL1);
	}
	isb();
}

/* With its MMU off nothing is fetched or walked at EL1 by speculation while the rest changes. */
static void stop_el1(void)
{
	write_sysreg(SCTLR_EL1_OFF, sctlr_el1);
	isb();
}

#define WRITE(reg, val, where)			\
	do {					\
		if (where)			\
			write_sysreg_s(val, reg);	\
	} while (0);

static void reset_el1(bool first)
{
	EL1_STATE(WRITE)
	EL1_CLEARED(WRITE)
	if (first) {
		EL1_TIMERS(WRITE)
	}
}

static bool has_pauth(void)
{
	/* APA, API, GPA, GPI; APA3, GPA3 */
	return shown(ID_AA64ISAR1, 4) || shown(ID_AA64ISAR1, 8) || shown(ID_AA64ISAR1, 24) ||
	       shown(ID_AA64ISAR1, 28) || shown(ID_AA64ISAR2, 8) || shown(ID_AA64ISAR2, 12);
}

/* SCXTNUM_EL1: CSV2_2, or CSV2_1p2. */
static bool has_scxtnum(void)
{
	return shown(ID_AA64PFR0, 56) >= 2 ||
	       (shown(ID_AA64PFR0, 56) == 1 && shown(ID_AA64PFR1, 32) == 2);
}

/* E2H, TGE, IMO, FMO and AMO are 0: interrupts and SErrors are the guest's, and EL2 takes none. */
static void init_hcr(void)
{
	bool has_mte = HAVE(id_aa64pfr1_el1, 8) >= 2;

	if (errata_at_work & ERRATUM_HCR_DSB)
		dsb(nsh);
	/* SWIO: the guest's DC ISW also cleans: it cannot drop lines that EL2 has written */
	write_sysreg(HCR_VM | HCR_SWIO | HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_RW |
		     when(HAVE(id_aa64mmfr1_el1, 16), HCR_TLOR) |
		     when(has_pauth(), HCR_APK | HCR_API) |
		     when(guest.caps.fwb, HCR_FWB) |
		     when(has_scxtnum(), HCR_ENSCXT) |
		     when(has_mte, guest.mte ? HCR_ATA : HCR_TID5), hcr_el2);

	if (HAVE(id_aa64mmfr1_el1, 40)) {
		u64 ls64 = shown(ID_AA64ISAR1, 60);

		write_sysreg_s(when(ls64 >= 1, HCRX_ENALS) | when(ls64 >= 2, HCRX_ENASR) |
				       when(ls64 >= 3, HCRX_ENAS0) |
				       when(shown(ID_AA64ISAR2, 16), HCRX_MSCEN) |
				       when(shown(ID_AA64MMFR3, 0), HCRX_TCR2EN) |
				       when(shown(ID_AA64MMFR3, 4), HCRX_SCTLR2EN) |
				       when(shown(ID_AA64PFR2, 32), HCRX_ENFPM),
			       SYS_HCRX_EL2);
	}
}

/* FP, SVE and SME are the guest's at full length; AMU's counters are not. */
static void init_cptr(void)
{
	bool sve = shown(ID_AA64PFR0, 32), sme = shown(ID_AA64PFR1, 24);
	bool amu = HAVE(id_aa64pfr0_el1, 44);

	write_sysreg((CPTR_RES1 & ~(when(sve, CPTR_TZ) | when(sme, CPTR_TSM))) |
			     when(amu, CPTR_TAM),
		     cptr_el2);
	isb();					/* before the registers whose use it allows */
	if (sve)
		write_sysreg_s(ZCR_LEN, SYS_ZCR_EL2);
	if (sme)
		write_sysreg_s(ZCR_LEN | when(sysreg_id(ID_AA64SMFR0) >> 63, SMCR_FA64) |
			       when(shown(ID_AA64PFR1, 24) >= 2, SMCR_EZT0), SYS_SMCR_EL2);
}

/*
 * PMU, debug, SPE and trace are the guest's; none of them sees EL2. But not a trace buffer that can
 * also be used by an external debugger (FEAT_TRBE_EXT): in that mode it takes physical addresses.
 */
static void init_debug(void)
{
	u64 pmu = has_pmu() ? HAVE(id_aa64dfr0_el1, 8) : 0, spe = HAVE(id_aa64dfr0_el1, 32),
	    trbe = HAVE(id_aa64dfr0_el1, 44);
	u64 hpmn = pmu ? FIELD(read_sysreg(pmcr_el0), 15, 11) : 0;

	write_sysreg(hpmn | when(pmu >= 4, MDCR_HPMD) | when(pmu >= 6, MDCR_HCCD) |
			     when(spe, MDCR_E2PB) |
			     when(trbe && !HAVE(id_aa64dfr0_el1, 56), MDCR_E2TB),
		     mdcr_el2);
	if (owns_spe())
		write_sysreg_s(PMSCR_PA | PMSCR_PCT, SYS_PMSCR_EL2);
	if (HAVE(id_aa64dfr0_el1, 40))
		write_sysreg_s(0, SYS_TRFCR_EL2);
	if (HAVE(id_aa64dfr0_el1, 52))
		write_sysreg_s(0, SYS_BRBCR_EL2);
}

/*
 * Virtual time is physical time, and EL2 has no timer of its own: its interrupts would reach the
 * guest.
 */
static void init_timers(void)
{
	write_sysreg(CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN, cnthctl_el2);
	write_sysreg(0, cntvoff_el2);
	write_sysreg(0, cnthp_ctl_el2);
	if (HAVE(id_aa64mmfr1_el1, 8))
		write_sysreg_s(0, SYS_CNTHV_CTL_EL2);
}

/* No trap, but for what the guest does not see: its late registers stay trapped. */
static void init_fine_grained_traps(void)
{
	u64 fgt = HAVE(id_aa64mmfr0_el1, 56), spe = shown(ID_AA64DFR0, 32);
	u64 regs = when(shown(ID_AA64PFR1, 24), HFGRTR_SME) |
		   when(shown(ID_AA64MMFR3, 8), HFGRTR_S1PIE) |
		   when(shown(ID_AA64MMFR3, 16), HFGRTR_S1POE) |
		   when(shown(ID_AA64ISAR1, 60) >= 3, HFGRTR_NACCDATA);
	u64 debug = when(spe >= 3, HDFGRTR_NPMSNEVFR);

	if (!fgt)
		return;
	write_sysreg_s(regs, SYS_HFGRTR_EL2);
	write_sysreg_s(regs, SYS_HFGWTR_EL2);
	write_sysreg_s(0, SYS_HFGITR_EL2);
	write_sysreg_s(debug, SYS_HDFGRTR_EL2);
	write_sysreg_s(debug, SYS_HDFGWTR_EL2);
	if (HAVE(id_aa64pfr0_el1, 44))
		write_sysreg_s(0, SYS_HAFGRTR_EL2);
	if (fgt < 2)
		return;
	debug = when(shown(ID_AA64DFR0, 8) == 9, HDFGRTR2_NPMUACR) |
		when(shown(ID_AA64DFR1, 36), HDFGRTR2_PMICNTR) |
		when(spe && read_sysreg_s(SYS_PMSIDR_EL1) & PMSIDR_FDS, HDFGRTR2_NPMSDSFR);
	write_sysreg_s(debug, SYS_HDFGRTR2_EL2);
	write_sysreg_s(debug, SYS_HDFGWTR2_EL2);
	write_sysreg_s(0, SYS_HFGRTR2_EL2);
	write_sysreg_s(0, SYS_HFGWTR2_EL2);
	write_sysreg_s(0, SYS_HFGITR2_EL2);
}

/* The guest and EL2 both run in partition 0, and the guest cannot choose another. */
static void init_mpam(void)
{
	if (!HAVE(id_aa64pfr0_el1, 40) && !HAVE(id_aa64pfr1_el1, 16))
		return;
	write_sysreg_s(MPAM2_TRAP, SYS_MPAM2_EL2);
	write_sysreg_s(0, SYS_MPAM1_EL1);
	write_sysreg_s(0, SYS_MPAM0_EL1);
	if (read_sysreg_s(SYS_MPAMIDR_EL1) & MPAMIDR_HAS_HCR)
		write_sysreg_s(MPAMHCR_TRAP, SYS_MPAMHCR_EL2);
}

/*
 * The guest's GIC is the machine's; the virtual interface is off. Firmware for a GICv2 may not
 * allow these registers.
 */
static void init_gic(void)
{
	if (!guest.gicv3 || !HAVE(id_aa64pfr0_el1, 24))
		return;
	write_sysreg_s(read_sysreg_s(SYS_ICC_SRE_EL2) | ICC_SRE_SRE | ICC_SRE_ENABLE,
		       SYS_ICC_SRE_EL2);
	isb();					/* the ICH registers are there once SRE is 1 */
	if (!(read_sysreg_s(SYS_ICC_SRE_EL2) & ICC_SRE_SRE))
		return;
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
	write_sysreg_s(0, SYS_ICH_VMCR_EL2);
}

void vcpu_init(struct cpu *self, bool first)
{
	errata_apply(read_sysreg(midr_el1));
	write_sysreg((u64)self, tpidr_el2);
	stop_el1();
	stop_profiling();
	if (HAVE(SYS_ID_AA64MMFR3_EL1, 4))	/* by now there is a console, if EL3 traps it */
		write_sysreg_s(0, SYS_SCTLR2_EL2);
	write_sysreg(guest.s2.vtcr, vtcr_el2);
	write_sysreg(guest.s2.vttbr, vttbr_el2);
	isb();					/* a table before HCR_EL2.VM turns its walks on */
	init_hcr();
	isb();
	init_cptr();
	init_debug();
	init_timers();
	init_fine_grained_traps();
	init_mpam();
	init_gic();
	reset_el1(first);
	write_sysreg(0, hstr_el2);
	write_sysreg(read_sysreg(midr_el1), vpidr_el2);
	write_sysreg(read_sysreg(mpidr_el1), vmpidr_el2);
	isb();

	/*
	 * What earlier owners of EL1 and EL2 left in this CPU's TLB, and what was walked by
	 * speculation while the registers did not fit together yet (Arm ARM D8, "TLB maintenance";
	 * Cortex-A57 and -A72 errata 1319537 and 1319367). The instruction cache may hold what was
	 * in the guest's memory before its image was written there.
	 */
	asm volatile("tlbi alle1" : : : "memory");
	asm volatile("ic iallu" : : : "memory");
	dsb(nsh);
	isb();
}

/* Stage 2 and the ID registers are made for another kind of CPU than this one is. */
static void __attribute__((noreturn)) refuse_cpu(struct cpu *self, const char *why)
{
	print("mavis: CPU %u (%#lx, MIDR_EL1 %#lx): %s, which the CPU that booted has, so it stays off: start Mavis on a CPU of this kind, or give the guest fewer in the config's `cpus`\n",
	      self->index, self->mpidr, read_sysreg(midr_el1), why);
	psci_cpu_stays_off(self);
	cpu_power_off();
	for (;;)
		asm volatile("wfi");
}

void secondary_main(struct cpu *self)
{
	struct mm_caps caps = cpu_mm_caps(), need = guest.caps;
	const char *lacking;

	need.mte = guest.mte;			/* tags are of no use to another guest */
	need.mte_perm &= guest.mte;
	lacking = caps_lacking(&caps, &need);
	if (lacking)
		refuse_cpu(self, lacking);
	vcpu_init(self, self->state == CPU_ON_PENDING);
	psci_cpu_is_on(self);
	guest_enter(self->entry, self->context);
}

/* boot/ is where this is called from, and is gone when it is through. */
void guest_start(u64 entry, u64 x0)
{
	if (el2_leave_boot())
		stop("EL2 cannot unmap boot/: the page pool is used up");
	guest_enter(entry, x0);
}

void guest_stop(const char *why)
{
	print("mavis: the guest is %s\n", why);
	for (;;)
		asm volatile("wfi");
}
