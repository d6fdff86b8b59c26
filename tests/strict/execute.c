/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions that matter to the model. */
#include <inttypes.h>

#include "context.h"
#include "entry.h"
#include "handover.h"
#include "machine.h"
#include "memory.h"
#include "observer.h"
#include "peek.h"
#include "report.h"
#include "tlb.h"

static void run_dc(struct at at, unsigned el, struct dc dc, u64 va)
{
	const struct cpu *cpu = &cpus[at.cpu];
	bool mmu = cpu->sctlr_el2 & SCTLR_M;
	struct leaf leaf = el == 2 ? machine_el2_leaf(at.cpu, va) : tables_stage2(at.cpu, va);
	enum attr stage2 = cpu->hcr & HCR_VM ? tables_stage2(at.cpu, leaf.out).attr : UNMAPPED;
	bool mapped = stage2 == WRITEBACK || stage2 == BY_STAGE1 ||
		      (el == 2 && leaf.attr == WRITEBACK);

	if (leaf.attr == UNMAPPED) {
		if (el == 2)
			report(TLB_STALE, at, "%#" PRIx64, va);
		return;
	}
	dc.clean |= el == 1 && cpu->hcr & HCR_VM;	/* a guest's IVAC cleans, too */
	memory_dc(at, leaf.out, dc, el != 2 || !mmu || mapped);
	if (el == 2)
		observers_dc(at, leaf.out);
	cpus[at.cpu].dc_open = true;
}

#define IC_IALLUIS	SYSREG(1, 0, 7, 1, 0)
#define IC_IALLU	SYSREG(1, 0, 7, 5, 0)
#define IC_IVAU		SYSREG(1, 3, 7, 5, 1)
#define DC_ZVA		SYSREG(1, 3, 7, 4, 1)

/* What a guest drops is not there for EL2, either; but EL2 must not rely on that. */
static void invalidate_instructions(struct cpu *cpu, unsigned el)
{
	cpu->ic_epoch_guest = epoch;
	if (el == 2)
		cpu->ic_epoch = epoch;
}

/* True if it was an IC. */
static bool run_ic(struct at at, const struct insn *insn, u64 va)
{
	struct cpu *cpu = &cpus[at.cpu];

	if (insn->key == IC_IVAU) {
		memory_ic_line(insn->el == 2 ? machine_el2_leaf(at.cpu, va).out :
					       tables_stage2(at.cpu, va).out);
	} else if (insn->key == IC_IALLU || insn->key == IC_IALLUIS) {
		if (cpu->dc_open)
			report(DC_INCOMPLETE, at, "IC is run");
		for (unsigned i = 0; i < MAX_CPUS; i++)
			if (insn->key == IC_IALLUIS || i == at.cpu)
				invalidate_instructions(&cpus[i], insn->el);
	} else {
		return false;
	}
	cpu->ic_open = true;
	return true;
}

/* DC ISW, CSW, CISW and their forms for tags: op2 is even. */
static bool is_set_way(unsigned key)
{
	unsigned crm = KEY_CRM(key);

	return KEY_OP1(key) == 0 && KEY_CRN(key) == 7 && (crm == 6 || crm == 10 || crm == 14) &&
	       KEY_OP2(key) >= 2 && !(KEY_OP2(key) & 1);
}

/* QEMU does not tell of what DC ZVA writes. */
static void run_zva(struct at at, unsigned el, u64 va)
{
	struct leaf leaf = el == 2 ? machine_el2_leaf(at.cpu, va) : tables_stage2(at.cpu, va);
	struct view view = { leaf.attr == WRITEBACK, leaf.shareable, el == 2 ? EL2 : GUEST };

	if (leaf.attr != UNMAPPED)
		memory_access(at, ALIGN_DOWN(leaf.out, LINE), LINE, true, view);
}

static void run_sys(struct at at, const struct insn *insn)
{
	u64 val = peek_x(INSN_RT(insn->word));
	struct tlbi tlbi;
	struct dc dc;

	if (decode_dc(insn->key, &dc)) {
		run_dc(at, insn->el, dc, val);
	} else if (insn->el == 2 && is_set_way(insn->key)) {
		report(MODEL, at, "DC by set and way: what it cleans is not known");
	} else if (insn->key == DC_ZVA) {
		run_zva(at, insn->el, val);
	} else if (run_ic(at, insn, val) || insn->el != 2) {
		return;
	} else if (KEY_CRN(insn->key) == 7 && KEY_CRM(insn->key) == 8) {
		context_at(at);
	} else if (decode_tlbi(insn->key, val, &tlbi)) {
		context_tlbi(at, &tlbi);
		tlb_invalidate(at, &tlbi);
	}
}

static void run_barrier(struct at at, const struct insn *insn)
{
	struct cpu *cpu = &cpus[at.cpu];
	struct barrier b = decode_barrier(insn->word);
	bool all = b.loads && b.stores;

	cpu->store_orders += b.stores;
	cpu->orders += all;
	cpu->shared_loads += b.loads && b.shared;
	cpu->shared_stores += b.stores && b.shared;
	cpu->wide_stores += b.stores && b.wide;
	if (insn->kind == DMB)
		return;
	tlb_barrier(at, b);
	if (!all)
		return;
	cpu->dc_local = !b.shared && (cpu->dc_open || cpu->dc_local);
	cpu->completions += b.shared || online < 2;
	cpu->wide_completions += b.wide;
	cpu->dc_open = cpu->ic_open = cpu->tlbi_open = false;
}

static void enters_guest(struct at at)
{
	struct cpu *cpu = &cpus[at.cpu];
	u64 spsr = 0;

	handover_check(at);
	handover_check_aliases(at);
	if (cpu->hcr & HCR_VM && !cpu->tlb_known_guest)
		report(TLB_UNKNOWN, at,
		       "stage 2 is used, and there was no TLBI ALLE1 or VMALLS12E1");
	if (!peek_register("SPSR_EL2", &spsr) || FIELD(spsr, 3, 2) == 2 || cpu->entered)
		return;
	entry_check(at);
	cpu->entered = true;
}

static void run_eret(struct at at)
{
	enters_guest(at);
	observers_check_leave(at);
	tables_check_leave(at);
	tlb_check_leave(at, "ERET: ");
	context_check_complete(at, "ERET");
	context_eret(at);
}

static void run_smc(struct at at)
{
	observers_check_leave(at);
	tables_check_leave(at);
	tlb_check_leave(at, "SMC: ");
	context_check_complete(at, "SMC");
	context_synchronize(at.cpu);
	cpus[at.cpu].after_smc = true;
}

static void run_el2(struct at at, const struct insn *insn)
{
	switch (insn->kind) {
	case ERET: run_eret(at); break;
	case SMC: run_smc(at); break;
	case ISB: context_synchronize(at.cpu); break;
	case DSB: case DMB: run_barrier(at, insn); break;
	case PAUTH: context_pauth(at); break;
	case SYS: run_sys(at, insn); break;
	case MSR: context_write(at, insn, peek_x(INSN_RT(insn->word))); break;
	case MRS: context_read(at, insn); break;
	}
}

/* Of a guest: its cache maintenance and barriers while its MMU is off, and when it turns it on. */
static void run_guest(struct at at, const struct insn *insn)
{
	if (insn->kind == MSR)
		context_write(at, insn, peek_x(INSN_RT(insn->word)));
	else if (cpus[at.cpu].sctlr_el1 & SCTLR_M)
		return;
	else if (insn->kind == SYS)
		run_sys(at, insn);
	else if (insn->kind == DSB || insn->kind == DMB)
		run_barrier(at, insn);
}

void machine_executes(struct at at, const struct insn *insn)
{
	if (insn->el == 2)
		run_el2(at, insn);
	else
		run_guest(at, insn);
}
