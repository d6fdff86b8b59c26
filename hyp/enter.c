/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/enter.h"

#include "drivers/console.h"
#include "drivers/cpu_power.h"
#include "hyp/caps.h"
#include "hyp/control.h"
#include "hyp/debug.h"
#include "hyp/el1_state.h"
#include "hyp/guest.h"
#include "hyp/hcr.h"
#include "hyp/kind.h"
#include "hyp/panic.h"
#include "hyp/psci.h"
#include "lib/arch.h"
#include "lib/sections.h"
#include "mm/el2.h"

#define ZCR_LEN		0xf		/* as long as the CPU has them */
#define SMCR_EZT0	BIT(30)
#define SMCR_FA64	BIT(31)

#define PMSCR_PA	BIT(4)
#define PMSCR_PCT	BIT(6)

#define MPAMIDR_HAS_HCR	BIT(17)
#define MPAMHCR_TRAP	BIT(31)
#define MPAM2_TRAP	GENMASK(49, 48)	/* MPAM0_EL1 and MPAM1_EL1 */

#define ICC_SRE_SRE	BIT(0)
#define ICC_SRE_ENABLE	BIT(3)

/* A field of a feature register: as the CPU has it, as the guest sees it. */
#define HAVE(reg, shift)	idreg_field(&kind->raw, reg, shift)
#define SHOWN(reg, shift)	idreg_field(&kind->shown, reg, shift)

/* A value if @cond. */
static u64 when(bool cond, u64 val)
{
	return cond ? val : 0;
}

/*
 * What an earlier owner of the CPU may have left running writes to memory by itself, through that
 * owner's tables: it is stopped and drained before they change (Arm ARM D17, "Synchronization and
 * Statistical Profiling"; D6, "Trace synchronization").
 */
static void stop_profiling(const struct cpu_kind *kind)
{
	if (kind->owns_spe) {
		write_sysreg_s(0, SYS_PMSCR_EL1);
		write_sysreg_s(0, SYS_PMSCR_EL2);
		isb();
		asm volatile("hint #17" : : : "memory");	/* PSB CSYNC */
		dsb(nsh);
		write_sysreg_s(0, SYS_PMBLIMITR_EL1);
	}
	if (kind->trace) {
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

static void reset_el1(const struct cpu *self, bool first)
{
	const struct cpu_kind *kind = self->kind;

	EL1_STATE(WRITE)
	EL1_CLEARED(WRITE)
	if (first) {
		EL1_TIMERS(WRITE)
	}
}

/* The controls of el2_bits.h, where the CPU has the register. */
static void write_controls(const struct cpu_kind *kind)
{
	const u64 *at = kind->regs.at;
	unsigned fgt = HAVE(ID_AA64MMFR0, 56);

	hcr_write(at[HCR_EL2]);
	if (HAVE(ID_AA64MMFR1, 40))
		write_sysreg_s(at[HCRX_EL2], SYS_HCRX_EL2);
	write_sysreg(at[CPTR_EL2], cptr_el2);
	write_sysreg(at[MDCR_EL2], mdcr_el2);
	write_sysreg(at[CNTHCTL_EL2], cnthctl_el2);
	if (!fgt)
		return;
	write_sysreg_s(at[HFGxTR_EL2], SYS_HFGRTR_EL2);
	write_sysreg_s(at[HFGxTR_EL2], SYS_HFGWTR_EL2);
	write_sysreg_s(at[HFGITR_EL2], SYS_HFGITR_EL2);
	write_sysreg_s(at[HDFGxTR_EL2], SYS_HDFGRTR_EL2);
	write_sysreg_s(at[HDFGxTR_EL2], SYS_HDFGWTR_EL2);
	if (HAVE(ID_AA64PFR0, 44))
		write_sysreg_s(0, SYS_HAFGRTR_EL2);
	if (fgt < 2)
		return;
	write_sysreg_s(at[HDFGxTR2_EL2], SYS_HDFGRTR2_EL2);
	write_sysreg_s(at[HDFGxTR2_EL2] | at[HDFGWTR2_EL2], SYS_HDFGWTR2_EL2);
	write_sysreg_s(0, SYS_HFGRTR2_EL2);
	write_sysreg_s(0, SYS_HFGWTR2_EL2);
	write_sysreg_s(0, SYS_HFGITR2_EL2);
}

/*
 * SVE and SME are the guest's at full length. CPTR_EL2 is synchronized. A CPU that only waited is
 * in the mode that the guest left: in Streaming SVE mode EL2 could not clear the vectors, either.
 */
static void init_vectors(const struct cpu_kind *kind)
{
	unsigned sme = SHOWN(ID_AA64PFR1, 24);

	if (SHOWN(ID_AA64PFR0, 32))
		write_sysreg_s(ZCR_LEN, SYS_ZCR_EL2);
	if (sme) {
		write_sysreg_s(0, SYS_SVCR);
		write_sysreg_s(ZCR_LEN |
				       when(idreg(&kind->shown, ID_AA64SMFR0) >> 63, SMCR_FA64) |
				       when(sme >= 2, SMCR_EZT0), SYS_SMCR_EL2);
	}
}

/*
 * None of profiling and trace sees EL2. What FEAT_BRBE records nobody reads (HDFGRTR_EL2.nBRBDATA
 * is 0), so BRBCR_EL2, which EL3 may trap (MDCR_EL3.SBRBE), stays as it is. An earlier owner may
 * have locked the debug registers; the guest cannot unlock them (MDCR_EL2.TDOSA).
 */
static void init_debug(const struct cpu_kind *kind)
{
	write_sysreg(0, oslar_el1);
	if (!HAVE(ID_AA64DFR0, 36))
		write_sysreg(0, osdlr_el1);
	if (kind->owns_spe)
		write_sysreg_s(PMSCR_PA | PMSCR_PCT, SYS_PMSCR_EL2);
	if (kind->trace)
		write_sysreg_s(0, SYS_TRFCR_EL2);
}

/*
 * Virtual time is physical time, and EL2 has no timer of its own: its interrupts would reach the
 * guest.
 */
static void init_timers(const struct cpu_kind *kind)
{
	write_sysreg(0, cntvoff_el2);
	write_sysreg(0, cnthp_ctl_el2);
	if (HAVE(ID_AA64MMFR1, 8))
		write_sysreg_s(0, SYS_CNTHV_CTL_EL2);
}

/* The guest and EL2 both run in partition 0, and the guest cannot choose another. */
static void init_mpam(const struct cpu_kind *kind)
{
	if (!HAVE(ID_AA64PFR0, 40) && !HAVE(ID_AA64PFR1, 16))
		return;
	write_sysreg_s(MPAM2_TRAP, SYS_MPAM2_EL2);
	write_sysreg_s(0, SYS_MPAM1_EL1);
	write_sysreg_s(0, SYS_MPAM0_EL1);
	if (HAVE(ID_AA64PFR1, 24))		/* of SME, and all in Streaming SVE mode */
		write_sysreg_s(0, SYS_MPAMSM_EL1);
	if (read_sysreg_s(SYS_MPAMIDR_EL1) & MPAMIDR_HAS_HCR)
		write_sysreg_s(MPAMHCR_TRAP, SYS_MPAMHCR_EL2);
}

/*
 * The guest's GIC is the machine's; the virtual interface is off. Firmware for a GICv2 may not
 * allow these registers.
 */
static void init_gic(const struct cpu_kind *kind)
{
	if (!guest.gicv3 || !HAVE(ID_AA64PFR0, 24))
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
	const struct cpu_kind *kind = self->kind;

	write_sysreg((u64)self, tpidr_el2);
	stop_profiling(kind);
	stop_el1();
	if (HAVE(ID_AA64MMFR3, 4))		/* by now there is a console, if EL3 traps it */
		write_sysreg_s(0, SYS_SCTLR2_EL2);
	write_sysreg(guest.s2.vtcr, vtcr_el2);
	write_sysreg(guest.s2.vttbr, vttbr_el2);
	isb();					/* a table before HCR_EL2.VM turns its walks on */
	write_controls(kind);
	isb();					/* before the registers whose use they allow */
	init_vectors(kind);
	init_debug(kind);
	init_timers(kind);
	init_mpam(kind);
	init_gic(kind);
	reset_el1(self, first);
	self->os_lock = self->os_double_lock = false;
	write_sysreg(0, hstr_el2);
	write_sysreg(kind->midr, vpidr_el2);
	self->harden = kind->harden;
	write_sysreg((u64)vectors + when(self->harden, VECTORS_SIZE), vbar_el2);
	write_sysreg(read_sysreg(mpidr_el1), vmpidr_el2);
	isb();

	/*
	 * What earlier owners of EL1 and EL2 left in this CPU's TLB, and what was walked by
	 * speculation while the registers did not fit together yet (Arm ARM D8, "TLB maintenance";
	 * Cortex-A57 and -A72 errata 1319537 and 1319367). The instruction cache may hold what was
	 * in the guest's memory before its image was written there.
	 * DSB ISH, as others are to know before the guest runs here that this CPU's TLB is to be
	 * invalidated twice (tlb_flush()).
	 */
	asm volatile("tlbi alle1" : : : "memory");
	asm volatile("ic iallu" : : : "memory");
	dsb(ish);
	isb();
}

/*
 * Stage 2 and the ID registers are made for another kind of CPU than this one is. Said once: the
 * guest may start it again and again.
 */
static void __attribute__((noreturn)) refuse_cpu(struct cpu *self, const char *why)
{
	if (!self->refused)
		print("mavis: CPU %u (%#lx, MIDR_EL1 %#lx): %s, so it stays off: start Mavis on a CPU of this kind, or give the guest fewer in the config's `cpus`\n",
		      self->index, self->mpidr, read_sysreg(midr_el1), why);
	self->refused = true;
	psci_cpu_stays_off(self);
	cpu_power_off();
	panic_wait();
}

/* Of another kind than the CPU that boots, @self may be unfit for its stage 2. */
static const char *unfit(const struct cpu *self)
{
	struct mm_caps caps, need;
	const char *why;

	if (!self->kind)
		return "is of one more kind than Mavis knows at a time";
	if (self->kind == cpus[0].kind)
		return NULL;
	need = guest.caps;
	need.mte = guest.mte;			/* tags are of no use to another guest */
	need.mte_perm &= guest.mte;
	caps = cpu_mm_caps();
	need.pa_bits = guest.pa_bits;
	why = caps_lacking(&caps, &need);
	if (why)
		return why;
	lock(&guest.s2_lock);			/* others may start as well */
	/* A debugger asks for any address (debug_peek.c). */
	guest.caps.pa_bits = MIN(guest.caps.pa_bits, caps.pa_bits);
	unlock(&guest.s2_lock);
	return NULL;
}

void secondary_main(struct cpu *self)
{
	const char *why;

	if (!self->kind)
		self->kind = kind_here();
	why = unfit(self);
	if (why)
		refuse_cpu(self, why);
	vcpu_init(self, self->state == CPU_ON_PENDING);
	psci_cpu_is_on(self);
	guest_enter(self->entry, self->context);
}

/* boot/ is where this is called from, and is gone when it is through. */
void guest_start(u64 entry, u64 x0)
{
	unsigned asked = debug_asked ? BIT(PART_DEBUG) : 0;

	asked |= control_asked ? BIT(PART_CONTROL) : 0;
	if (el2_leave_boot(asked))
		stop("EL2 cannot unmap boot/: the page pool is used up");
	guest_enter(entry, x0);
}

void guest_stop(const char *why)
{
	panic_take_over();
	print("mavis: the guest is %s\n", why);
	panic_wait();
}
