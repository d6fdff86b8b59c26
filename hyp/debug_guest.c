/* SPDX-License-Identifier: Apache-2.0 */
/* The guest, held on all its CPUs while gdb looks at it. */
#include <string.h>

#include "drivers/console.h"
#include "hyp/at.h"
#include "hyp/cpu.h"
#include "hyp/debug.h"
#include "hyp/debug_parts.h"
#include "hyp/guest.h"
#include "hyp/panic.h"
#include "hyp/psci.h"
#include "lib/arch.h"
#include "lib/cache.h"
#include "mm/el2.h"
#include "mm/phys.h"
#include "mm/tlb.h"

#define VECTORS_BYTES	0x800		/* from VBAR_EL1 on */

/*
 * All of stage 2, for this CPU alone while the guest is held: the same tables below a root of its
 * own.
 */
static struct stage2 whole;
static struct frame *frame;
static struct gdb gdb;
static bool wrote;			/* what may be instructions */

int debug_prepare(void)
{
	pa_t root;
	int err = pool_alloc(&page_pool, guest.s2.pt.root_pages, &root);

	if (err)
		return err;
	whole = guest.s2;
	whole.pt.root = root;
	whole.vttbr = guest.s2.vttbr - guest.s2.pt.root.v + root.v;
	return 0;
}

static u64 root_entries(void)
{
	return guest.s2.pt.root_pages * PAGE_SIZE / sizeof(u64);
}

/*
 * As for a panic: with an empty stage 2 each CPU comes to EL2 at its next fetch, where it waits for
 * s2_lock (fault_trap()). One that waits for an interrupt does so when it wakes. The copy is seen
 * by this CPU's walks after a DSB and an ISB; that the old entries are gone from all TLBs is
 * tlb_flush()'s part.
 */
static void hold(void)
{
	volatile u64 *root = phys(guest.s2.pt.root);

	memcpy(phys(whole.pt.root), phys(guest.s2.pt.root), root_entries() * sizeof(u64));
	tlb_publish();
	write_sysreg(whole.vttbr, vttbr_el2);
	isb();					/* TLBI by VMID takes it from there */
	__atomic_store_n(&guest.held, true, __ATOMIC_RELEASE);
	tlb_publish();				/* whoever faults on the empty root sees why */
	for (u64 i = 0; i < root_entries(); i++)
		root[i] = 0;
	tlb_flush(PT_STAGE2, 0, BIT(guest.s2.pt.bits), PAGE_SIZE);
}

/*
 * Entries that were invalid become what they were: nothing is to be flushed. What was written for
 * the guest to run went past the caches; older lines of it in the instruction caches go (Arm ARM
 * B2, "Synchronization of caches"). Where another CPU has begun to panic meanwhile, the guest stays
 * where it is.
 */
static void let_go(void)
{
	volatile u64 *root = phys(guest.s2.pt.root);
	const u64 *copy = phys(whole.pt.root);

	if (wrote) {
		dsb(sy);
		asm volatile("ic ialluis" : : : "memory");
		dsb(ish);
	}
	for (u64 i = 0; i < root_entries(); i++)
		root[i] = copy[i];
	tlb_publish();
	if (debug_panic_elsewhere())
		panic_join();
	write_sysreg(guest.s2.vttbr, vttbr_el2);
	isb();
	__atomic_store_n(&guest.held, false, __ATOMIC_RELEASE);
}

/* --- Registers --- */

/* Which of its stack pointers the guest uses. */
static bool uses_sp_el1(void)
{
	return (read_sysreg(spsr_el2) & PSTATE_MODE) == PSTATE_EL1H;
}

static u64 get_reg(unsigned n)
{
	switch (n) {
	case GDB_SP:
		return uses_sp_el1() ? read_sysreg(sp_el1) : read_sysreg(sp_el0);
	case GDB_PC:
		return read_sysreg(elr_el2);
	case GDB_CPSR:
		return read_sysreg(spsr_el2);
	default:
		return n < GDB_SP ? frame->x[n] : debug_system_reg(n - GDB_CORE);
	}
}

/* Flags and masks, and the guest's own Exception levels: nobody goes on at EL2. */
static bool set_pstate(u64 val)
{
	const u64 may = PSTATE_NZCV | PSTATE_DAIF | PSTATE_MODE;
	u64 was = read_sysreg(spsr_el2), mode = val & (PSTATE_AARCH32 | PSTATE_MODE);

	if ((was & PSTATE_AARCH32) || ((was ^ val) & ~may & GENMASK(31, 0)) ||
	    (mode != PSTATE_EL0T && mode != PSTATE_EL1T && mode != PSTATE_EL1H))
		return false;
	write_sysreg((was & ~may) | (val & may), spsr_el2);
	return true;
}

static bool set_reg(unsigned n, u64 val)
{
	switch (n) {
	case GDB_SP:
		if (uses_sp_el1())
			write_sysreg(val, sp_el1);
		else
			write_sysreg(val, sp_el0);
		return true;
	case GDB_PC:
		write_sysreg(val, elr_el2);
		return true;
	case GDB_CPSR:
		return set_pstate(val);
	default:
		if (n >= GDB_SP)
			return false;
		frame->x[n] = val;
		return true;
	}
}

/* --- Memory --- */

static bool is_device(const struct s2_attr *a)
{
	const struct s2_mem *m = guest_decode(a->memattr);

	return !m || (m->rule == S2_COMBINE && m->attr.type == MEM_DEVICE);
}

/*
 * What the guest's two stages make of an address of this CPU's. Stage 1 is asked as for a read: gdb
 * also writes to what the guest only runs.
 */
static bool translate(u64 va, struct s2_leaf *leaf, u64 *pa)
{
	u64 par = at_guest(va, AT_S1E1R), ipa = (par & PAR_PA) | (va & PAGE_MASK);

	if (par & PAR_F || stage2_lookup(&whole, IPA(ipa), leaf) || leaf->broken)
		return false;
	*pa = leaf->pa.v + (ipa - leaf->ipa.v);
	return true;
}

/*
 * As an ITS's commands are read (its.c): however the guest has it in caches, what is dirty is
 * cleaned, and the access goes past them. Nobody brings a line back while the guest is held. A
 * device's registers are in no cache.
 */
static unsigned access(u64 pa, bool device, u8 *to, const u8 *from, unsigned len)
{
	pa_t page = PA(ALIGN_DOWN(pa, PAGE_SIZE));
	bool seen = el2_sees(page, PAGE_SIZE);		/* such as the console's UART */
	unsigned nr;

	if (!seen && el2_borrow(page, S1_DEVICE))
		return 0;
	if (!seen && !device)
		dcache_clean_inval_poc(pa, pa + len);
	nr = to ? debug_load(pa, to, len) : debug_store(pa, from, len);
	if (!seen)
		el2_give_back(page);
	return nr;
}

/* Up to the end of a page of the guest's. */
static unsigned part(u64 va, unsigned len)
{
	return (unsigned)MIN(len, PAGE_SIZE - (va & PAGE_MASK));
}

static unsigned read_guest(u64 va, u8 *buf, unsigned len)
{
	struct s2_leaf leaf;
	unsigned done = 0, n = 1, nr = 1;
	u64 pa;

	while (done < len && nr == n && translate(va + done, &leaf, &pa) && leaf.attr.read) {
		n = part(va + done, len - done);
		nr = access(pa, is_device(&leaf.attr), buf + done, NULL, n);
		done += nr;
	}
	return done;
}

static bool write_guest(u64 va, const u8 *buf, unsigned len)
{
	struct s2_leaf leaf;
	unsigned n;
	u64 pa;

	for (unsigned done = 0; done < len; done += n) {
		if (!translate(va + done, &leaf, &pa) || !leaf.attr.write)
			return false;
		n = part(va + done, len - done);
		wrote = true;
		if (access(pa, is_device(&leaf.attr), NULL, buf + done, n) != n)
			return false;
	}
	return true;
}

static const struct gdb_target target = {
	.read = read_guest, .write = write_guest, .reg = get_reg, .set_reg = set_reg,
	.put = debug_put, .names = debug_names, .nr_names = DEBUG_NAMES,
};

/* --- The stop --- */

void debug_guest(struct frame *f, const char *why)
{
	enum gdb_wish wish;

	if (!debug_begin())
		return;
	lock(&guest.s2_lock);
	hold();
	frame = f;
	wrote = false;
	if (!gdb.target)
		gdb_init(&gdb, &target);
	print("mavis: CPU %u at %#lx: %s: gdb may look at the guest from this console now: docs/debugging.md\n",
	      this_cpu()->index, read_sysreg(elr_el2), why);
	gdb_stopped(&gdb);
	wish = debug_serve(&gdb);
	let_go();
	unlock(&guest.s2_lock);
	if (wish == GDB_KILL)
		psci_system_off();
}

/* It would take the fault where its vectors are, and fault there again, for ever. */
void debug_fault(struct frame *f, u64 esr)
{
	if (debug_can() && ESR_EC(esr) == EC_INSTRUCTION_ABORT &&
	    read_sysreg(far_el2) - read_sysreg(vbar_el1) < VECTORS_BYTES)
		debug_guest(f, "stage 2 has no exception vectors where VBAR_EL1 says");
}
