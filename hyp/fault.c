/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/fault.h"

#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/at.h"
#include "hyp/bar.h"
#include "hyp/carry.h"
#include "hyp/control.h"
#include "hyp/cpu.h"
#include "hyp/debug.h"
#include "hyp/ecam.h"
#include "hyp/errata.h"
#include "hyp/guest.h"
#include "hyp/inject.h"
#include "hyp/mmio.h"
#include "hyp/panic.h"
#include "hyp/trap.h"
#include "hyp/watch.h"
#include "hyp/work.h"
#include "lib/arch.h"

#define NO_IPA		(~0ull)
#define TRY_AGAIN	(~0ull - 1)	/* what was asked changes at the moment */

/*
 * The translation failed although the access came further: another CPU is between break and make
 * of a page that stage 1's tables lie in, or the guest itself is changing these. Tried again, the
 * access meets what is there then.
 */
static bool changes(u64 par)
{
	return par & PAR_F && (par & PAR_S || FSC_TYPE(PAR_FST(par)) == FSC_TRANSLATION);
}

/*
 * The guest physical address of the access, NO_IPA or TRY_AGAIN. HPFAR_EL2 holds it after a fault
 * of stage 2's walk and on a stage 1 walk, not after a permission fault (Arm ARM, HPFAR_EL2): there
 * stage 1 is asked again. The other CPUs may have changed stage 1 meanwhile: what comes is then
 * another of the guest's pages, or none.
 */
static u64 find_ipa(u64 esr)
{
	u64 far = read_sysreg(far_el2), par;

	if (esr & ISS_S1PTW ||
	    !(esr & ISS2_TAG_ACCESS || FSC_TYPE(ISS_FSC(esr)) == FSC_PERMISSION ||
	      errata_at_work & ERRATUM_HPFAR))
		return FIELD(read_sysreg(hpfar_el2), 43, 4) << 12 | (far & PAGE_MASK);
	par = at_guest(far, AT_S1E1R);
	if (changes(par))
		return TRY_AGAIN;
	return par & PAR_F ? NO_IPA : (par & PAR_PA) | (far & PAGE_MASK);
}

/* As for memory that was plugged in: virtio-mem, DIMMs, CXL. */
static const char no_region[] =
	"no region: it is not for guests, or memory that the machine's device tree does not have, which needs one in the config (docs/config.md)";

static const char denied[] = "not permitted in this region";
static const char no_answer[] = "no answer from the machine";

/* The line for whoever debugs the guest, and the abort that a bus would answer with. */
static void refuse(u64 esr, const char *why, u64 ipa)
{
	u64 fsc = FSC_EXTERNAL;
	const char *access = esr & ISS_WNR ? "write to" : "read of";

	if (ESR_EC(esr) == EC_INSTRUCTION_ABORT)
		access = "fetch from";
	if (esr & ISS_S1PTW) {
		/* The level is that of stage 2's walk: at which one stage 1 was, nothing tells. */
		fsc = FSC_EXTERNAL_WALK | (ISS_FSC(esr) & 3);
		access = "page table walk to";
	}
	if (trap_may_print())
		print("mavis: CPU %u at %#lx: %s %s%#lx: %s; external abort\n", this_cpu()->index,
		      read_sysreg(elr_el2), access, ipa == NO_IPA ? "virtual address " : "",
		      ipa == NO_IPA ? read_sysreg(far_el2) : ipa, why);
	inject_abort(esr, fsc);
}

/* The bytes of a register in the other order. */
static inline u64 swapped(u64 val, unsigned size)
{
	return __builtin_bswap64(val) >> (64 - 8 * size);
}

/*
 * One access to a page that EL2 works. The guest's own barriers before and after it order EL2's
 * access as well, which is made by the same CPU in its place; load-acquire and store-release ask
 * for one here.
 */
static void emulate(struct frame *f, struct cpu *self, u64 esr, const struct mmio_page *page,
		    u64 offset)
{
	bool big = pstate_is_big_endian(read_sysreg(spsr_el2), read_sysreg(sctlr_el1));
	bool write = esr & ISS_WNR;
	unsigned size = 1u << ISS_SAS(esr);
	u64 val = 0;

	if (!IS_ALIGNED(offset, size)) {	/* as Device memory would */
		inject_abort(esr, FSC_ALIGNMENT);
		return;
	}
	if (write) {
		val = mmio_loaded(frame_get(f, ISS_SRT(esr)), size, false, true);
		if (big)
			val = swapped(val, size);
	}
	if (esr & ISS_AR)
		dmb(sy);
	val = page->handler(page->arg, offset, size, write, val);
	if (self->again) {	/* a part of it is done; the guest's interrupts come first */
		self->again = false;
		return;
	}
	if (esr & ISS_AR)	/* an LDAR is behind an STLR before it, too */
		dmb(sy);
	if (!write) {
		val = mmio_loaded(val, size, false, true);
		if (big)
			val = swapped(val, size);
		frame_set(f, ISS_SRT(esr), mmio_loaded(val, size, esr & ISS_SSE, esr & ISS_SF));
	}
	skip_instruction(esr);
	io_report();
}

static void emulated_page(struct frame *f, struct cpu *self, u64 esr, const struct mmio_page *page,
			  u64 ipa)
{
	if (ESR_EC(esr) == EC_INSTRUCTION_ABORT || esr & ISS_S1PTW)
		refuse(esr, "registers that Mavis works", ipa);
	else if (esr & ISS_CM)			/* nothing there is ever cached */
		skip_instruction(esr);
	else if (!ISS_IS_SINGLE(esr))
		refuse(esr, "registers that Mavis works, which take single loads and stores only",
		       ipa);
	else
		emulate(f, self, esr, page, ipa & PAGE_MASK);
}

/*
 * True for a load or store that stage 2 now lets through, but did not. Of fetches and of stage 1's
 * own walks the leaf does not say all; nor of tags.
 */
static bool permits(const struct s2_leaf *leaf, u64 esr)
{
	if (ESR_EC(esr) == EC_INSTRUCTION_ABORT || esr & (ISS_S1PTW | ISS2_TAG_ACCESS))
		return false;
	return esr & ISS_WNR ? leaf->attr.write : leaf->attr.read;
}

/*
 * True if the access will do when it is tried again: the fault fell between the break and the make
 * of another CPU, which holds the lock in between, or before it; or this CPU now does a part of the
 * work that the address waits for; or it is the first to touch a BAR.
 */
static bool resolve(ipa_t ipa, u64 esr)
{
	bool permission = FSC_TYPE(ISS_FSC(esr)) == FSC_PERMISSION, again;
	struct s2_leaf leaf;

	lock(&guest.s2_lock);
	again = !stage2_lookup(&guest.s2, ipa, &leaf);
	if (again && leaf.broken && work_step())
		bar_touch(ipa.v);
	if (again && permission && !leaf.broken)
		again = permits(&leaf, esr);
	unlock(&guest.s2_lock);
	return again;
}

/* What is asked of Mavis is not to show in what it is asked for. */
static void count(struct cpu *self, const struct mmio_page *page)
{
	if (page->handler == control_page_access) {
		self->count[COUNT_DATA_ABORT]--;
		self->count[COUNT_CONTROL]++;
	} else if (self->aborts) {
		self->aborts[page->region]++;
	}
}

/* A fault at an address where EL2 works no page. */
static void __attribute__((noinline)) memory_fault(struct frame *f, u64 esr, u64 ipa)
{
	if (control_asked && FSC_TYPE(ISS_FSC(esr)) == FSC_TRANSLATION && watch_trap(f, esr, ipa))
		return;
	if (FSC_TYPE(ISS_FSC(esr)) != FSC_ADDRESS_SIZE && resolve(IPA(ipa), esr))
		return;
	control_count_abort(ipa);
	if (debug_asked)
		debug_fault(f, esr);
	if (esr & ISS2_TAG_ACCESS) {
		refuse(esr, "no tags there", ipa);
		return;
	}
	switch (FSC_TYPE(ISS_FSC(esr))) {
	case FSC_TRANSLATION:
		refuse(esr, no_region, ipa);
		return;
	case FSC_PERMISSION:
		refuse(esr, denied, ipa);
		return;
	default:
		refuse(esr, "beyond the guest's address space", ipa);
	}
}

static void stage2_fault(struct frame *f, struct cpu *self, u64 esr)
{
	const struct mmio_page *page;
	struct mmio_page function;
	u64 ipa = find_ipa(esr);

	if (ipa == TRY_AGAIN)
		return;
	if (ipa == NO_IPA) {
		refuse(esr, "no permission", NO_IPA);
		return;
	}
	page = mmio_find_again(IPA(ipa), &self->page);
	if (page) {
		count(self, page);
	} else if (ecam_find(ipa, &function)) {
		control_count_abort(ipa);
		page = &function;
	} else {
		memory_fault(f, esr, ipa);
		return;
	}
	emulated_page(f, self, esr, page, ipa);
}

/* The end that the guest would have had elsewhere, on which no other report comes. */
static void __attribute__((noreturn)) end_as(const struct region *r, u64 esr)
{
	static const char names[][12] = {
#define AS(id, name) [AS_##id] = name,
		REGION_AS(AS)
#undef AS
	};

	panic_take_over();
	stop("CPU %u at %#lx: unaligned %s %#lx in region %s, which stage 2 makes Device memory: as %s, which does not know this fault (ESR_EL2 %#lx, FSC 0x21) and ends the guest there",
	     this_cpu()->index, read_sysreg(elr_el2), esr & ISS_WNR ? "write to" : "read of",
	     read_sysreg(far_el2), r->name, names[r->opts.as], esr);
}

static void unaligned_fault(u64 esr, const struct region *r)
{
	if (r->opts.unaligned == UNALIGNED_ENDS)
		end_as(r, esr);
	inject_abort(esr, r->opts.unaligned == UNALIGNED_BAD_SIZE ? FSC_ADDRESS_SIZE :
								    FSC_ALIGNMENT);
}

void fault_finish(u64 esr, u64 ipa, enum carry_result result, const struct carry *c)
{
	switch (result) {
	case CARRY_UNALIGNED:
		unaligned_fault(esr, c->page[0].region);
		return;
	case CARRY_FAULT:
		write_sysreg(c->far, far_el2);
		inject_abort(esr, c->fsc);
		return;
	case CARRY_DENIED:
		refuse(esr, denied, ipa);
		return;
	case CARRY_ABORTED:
		refuse(esr, no_answer, ipa);
		return;
	default:
		return;
	}
}

/*
 * Stage 2 alone makes the memory what cannot be accessed so. HPFAR_EL2 is not valid for these:
 * stage 1 is asked again.
 */
static void __attribute__((noinline)) attribute_fault(struct frame *f, u64 esr)
{
	u64 par = at_guest(read_sysreg(far_el2), AT_S1E1R), ipa = par & PAR_PA;
	bool unaligned = ISS_FSC(esr) == FSC_ALIGNMENT;
	enum carry_result ret = CARRY_UNABLE;
	const struct region *r = NULL;
	struct carry c;

	if (changes(par))
		return;
	if (!(par & PAR_F)) {
		control_count_abort(ipa);
		lock(&guest.s2_lock);
		r = guest_region(ipa);
		if (control_asked && r && unaligned && r->opts.unaligned == UNALIGNED_EMULATED)
			ret = work_step() ? carry_out(f, esr, &c) : CARRY_RETRY;
		unlock(&guest.s2_lock);
	}
	if (ret != CARRY_UNABLE) {
		fault_finish(esr, ipa | (read_sysreg(far_el2) & PAGE_MASK), ret, &c);
	} else if (r && unaligned) {
		if (debug_asked && r->opts.unaligned == UNALIGNED_ENDS)
			debug_guest(f, "an unaligned access ends it");
		unaligned_fault(esr, r);
	} else {
		inject_abort(esr, ISS_FSC(esr));
	}
}

void fault_trap(struct frame *f, struct cpu *self, u64 esr)
{
	u64 fsc = ISS_FSC(esr);

	if (*(volatile u64 *)&panic_owner)	/* which has emptied stage 2 */
		panic_wait();
	if (__atomic_load_n(&guest.held, __ATOMIC_ACQUIRE)) {
		lock(&guest.s2_lock);		/* until it is not */
		unlock(&guest.s2_lock);
		return;
	}
	if (FSC_TYPE(fsc) <= FSC_PERMISSION) {
		stage2_fault(f, self, esr);
		return;
	}
	switch (fsc) {
	case FSC_ALIGNMENT:			/* stage 2 made it Device */
	case FSC_UNSUPPORTED:
		attribute_fault(f, esr);
		return;
	/* two entries for one address: both go, and the access is tried again */
	case FSC_TLB_CONFLICT:
		asm volatile("tlbi vmalls12e1" : : : "memory");
		dsb(nsh);
		isb();
		return;
	default:
		refuse(esr, no_answer, NO_IPA);
	}
}
