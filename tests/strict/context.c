/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#include <inttypes.h>

#include "entry.h"
#include "memory.h"
#include "report.h"
#include "tables.h"
#include "tlb.h"

/* What was written and is not synchronized: bits of cpu.unsynced. */
enum {
	W_SCTLR = 1, W_REGIME = 2, W_STAGE2 = 4, W_HCR = 8, W_AT = 16, W_SRE = 32, W_CPTR = 64,
	W_KEY = 128, W_EL1 = 256
};

#define SCTLR_EL1	SYSREG(3, 0, 1, 0, 0)
#define TTBR0_EL1	SYSREG(3, 0, 2, 0, 0)
#define TTBR1_EL1	SYSREG(3, 0, 2, 0, 1)
#define TCR_EL1		SYSREG(3, 0, 2, 0, 2)
#define APIAKEYLO_EL1	SYSREG(3, 0, 2, 1, 0)
#define APGAKEYHI_EL1	SYSREG(3, 0, 2, 3, 1)
#define PAR_EL1		SYSREG(3, 0, 7, 4, 0)
#define MAIR_EL1	SYSREG(3, 0, 10, 2, 0)
#define SCTLR_EL2	SYSREG(3, 4, 1, 0, 0)
#define HCR_EL2		SYSREG(3, 4, 1, 1, 0)
#define CPTR_EL2	SYSREG(3, 4, 1, 1, 2)
#define ZCR_EL2		SYSREG(3, 4, 1, 2, 0)
#define SMCR_EL2	SYSREG(3, 4, 1, 2, 6)
#define TTBR0_EL2	SYSREG(3, 4, 2, 0, 0)
#define TCR_EL2		SYSREG(3, 4, 2, 0, 2)
#define VTTBR_EL2	SYSREG(3, 4, 2, 1, 0)
#define VTCR_EL2	SYSREG(3, 4, 2, 1, 2)
#define MAIR_EL2	SYSREG(3, 4, 10, 2, 0)
#define ICH_AP0R0_EL2	SYSREG(3, 4, 12, 8, 0)
#define ICC_SRE_EL2	SYSREG(3, 4, 12, 9, 5)
#define ICH_HCR_EL2	SYSREG(3, 4, 12, 11, 0)
#define ICH_LR15_EL2	SYSREG(3, 4, 12, 13, 7)

bool guest_seen_mmu;

void context_check_complete(struct at at, const char *how)
{
	const struct cpu *cpu = &cpus[at.cpu];

	if (cpu->dc_open)
		report(DC_INCOMPLETE, at, "%s", how);
	else if (cpu->dc_local && online > 1)
		report(DC_INCOMPLETE, at, "%s, a DSB NSH is for this CPU alone", how);
	if (cpu->ic_open)
		report(IC_INCOMPLETE, at, "%s", how);
	if (cpu->tlbi_open)
		report(TLBI_INCOMPLETE, at, "%s", how);
}

static void mmu_on(struct at at, u64 val)
{
	struct cpu *cpu = &cpus[at.cpu];

	if (cpu->unsynced & W_REGIME)
		report(ISB_REGIME, at, "the MMU is turned on");
	if (!cpu->tlb_known_el2)
		report(TLB_UNKNOWN, at, "the MMU is turned on, and there was no TLBI ALLE2");
	cpu->sctlr_el2 = val;
	tables_use_el2(at);
}

static void write_sctlr_el2(struct at at, u64 val)
{
	struct cpu *cpu = &cpus[at.cpu];
	bool on = val & SCTLR_M && !(cpu->sctlr_el2 & SCTLR_M);

	context_check_complete(at, "SCTLR_EL2 is written");
	if (on)
		mmu_on(at, val);
	cpu->sctlr_el2 = val;
	cpu->unsynced |= W_SCTLR;
}

static void write_sctlr_el1(struct at at, unsigned el, u64 val)
{
	if (el == 1 && val & SCTLR_M && !guest_seen_mmu) {
		guest_seen_mmu = true;
		memory_guest_unknown();
		report_note("the guest turns its MMU on: CPU %u at %#" PRIx64, at.cpu, at.pc);
	}
	cpus[at.cpu].sctlr_el1 = val;
	if (el == 2)
		cpus[at.cpu].unsynced |= W_EL1;
}

static void write_regime(struct at at, u64 *reg, u64 val)
{
	struct cpu *cpu = &cpus[at.cpu];

	*reg = val;
	cpu->unsynced |= W_REGIME;
	tables_generation++;
	if (cpu->sctlr_el2 & SCTLR_M)
		tables_use_el2(at);
}

static void write_stage2(struct at at, u64 *reg, u64 val)
{
	struct cpu *cpu = &cpus[at.cpu];

	*reg = val;
	cpu->unsynced |= W_STAGE2;
	if (cpu->hcr & HCR_VM)
		tables_use_stage2(at);
}

static void write_hcr(struct at at, u64 val)
{
	struct cpu *cpu = &cpus[at.cpu];
	bool on = val & HCR_VM && !(cpu->hcr & HCR_VM);

	if (val & HCR_VM && cpu->unsynced & W_STAGE2)
		report(ISB_STAGE2, at, "HCR_EL2.VM is set after VTTBR_EL2 or VTCR_EL2");
	cpu->hcr = val;
	cpu->unsynced |= W_HCR;
	if (on)
		tables_use_stage2(at);
}

static bool is_gic(unsigned key)
{
	return (key >= ICH_AP0R0_EL2 && key < ICC_SRE_EL2) ||
	       (key >= ICH_HCR_EL2 && key <= ICH_LR15_EL2);
}

void context_write(struct at at, const struct insn *insn, u64 val)
{
	struct cpu *cpu = &cpus[at.cpu];

	if (insn->el == 2)
		entry_written(at.cpu, insn->key, val);
	switch (insn->key) {
	case SCTLR_EL2:	write_sctlr_el2(at, val); break;
	case SCTLR_EL1:	write_sctlr_el1(at, insn->el, val); break;
	case TTBR0_EL2:	write_regime(at, &cpu->ttbr, val); break;
	case TCR_EL2:	write_regime(at, &cpu->tcr, val); break;
	case MAIR_EL2:	write_regime(at, &cpu->mair, val); break;
	case VTTBR_EL2:	write_stage2(at, &cpu->vttbr, val); break;
	case VTCR_EL2:	write_stage2(at, &cpu->vtcr, val); break;
	case HCR_EL2:	write_hcr(at, val); break;
	case ICC_SRE_EL2: cpu->unsynced |= W_SRE; break;
	case CPTR_EL2:	cpu->unsynced |= W_CPTR; break;
	case TTBR0_EL1: case TTBR1_EL1: case TCR_EL1: case MAIR_EL1:
		if (insn->el == 2)
			cpu->unsynced |= W_EL1;
		break;
	case ZCR_EL2: case SMCR_EL2:
		if (cpu->unsynced & W_CPTR)
			report(ISB_VECTOR, at, "written");
		break;
	default:
		if (insn->key >= APIAKEYLO_EL1 && insn->key <= APGAKEYHI_EL1)
			cpu->unsynced |= W_KEY;
		if (is_gic(insn->key) && cpu->unsynced & W_SRE)
			report(ISB_GIC, at, "written");
	}
}

void context_read(struct at at, const struct insn *insn)
{
	unsigned unsynced = cpus[at.cpu].unsynced;

	if (insn->key == PAR_EL1 && unsynced & W_AT)
		report(ISB_PAR, at, "read");
	if (is_gic(insn->key) && unsynced & W_SRE)
		report(ISB_GIC, at, "read");
}

void context_at(struct at at)
{
	if (cpus[at.cpu].unsynced & (W_STAGE2 | W_HCR | W_EL1))
		report(ISB_AT, at, "VTTBR_EL2, VTCR_EL2, HCR_EL2 or a register of EL1's stage 1");
	if (cpus[at.cpu].tlbi_open)
		report(TLBI_INCOMPLETE, at, "AT is run");
	cpus[at.cpu].unsynced |= W_AT;
}

void context_tlbi(struct at at, const struct tlbi *op)
{
	if (op->of_vmid && cpus[at.cpu].unsynced & (W_STAGE2 | W_HCR))
		report(ISB_STAGE2, at, "TLBI by VMID");
}

void context_pauth(struct at at)
{
	if (cpus[at.cpu].unsynced & W_KEY)
		report(ISB_KEY, at, "a key is used");
}

void context_access(struct at at, u64 va)
{
	const struct cpu *cpu = &cpus[at.cpu];

	if (cpu->unsynced & W_SCTLR)
		report(ISB_SCTLR, at, "%#" PRIx64, va);
	if (cpu->unsynced & W_REGIME && cpu->sctlr_el2 & SCTLR_M)
		report(ISB_REGIME, at, "access to %#" PRIx64, va);
}

void context_synchronize(unsigned cpu)
{
	cpus[cpu].unsynced = 0;
	tlb_synchronize(cpu);
}

void context_eret(struct at at)
{
	const struct cpu *cpu = &cpus[at.cpu];
	unsigned matters = W_STAGE2 | W_HCR | W_EL1 | W_SRE | W_CPTR | W_KEY;

	if (cpu->sctlr_el2 & SCTLR_EOS)
		context_synchronize(at.cpu);
	else if (cpu->unsynced & matters)
		report(ISB_ERET, at, "the guest may run with what was before");
}
