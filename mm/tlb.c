/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules (Arm ARM DDI 0487, "TLB maintenance requirements and the TLB maintenance instructions",
 * "Ordering and completion of TLB maintenance instructions"):
 * - a store to a table is seen by a TLBI, and by walks, only after a DSB. ISHST is enough: all who
 *   walk are Inner Shareable, and only stores have to be ordered;
 * - a TLBI is complete, on all CPUs that it goes to and with every access that used the old entry,
 *   only after a DSB that waits for loads and stores: ISH, never ISHST;
 * - what this CPU itself fetches and walks follows only after a context synchronization event: ISB.
 */
#include "mm/tlb.h"

#include "lib/arch.h"
#include "mm/tlb_range.h"

#define tlbi(op, arg)	asm volatile("tlbi " #op ", %0" : : "r"(arg) : "memory")
#define tlbi_all(op)	asm volatile("tlbi " #op : : : "memory")

/* By range; assemblers know the names from Armv8.4 on. */
#define TLBI_RVAE2IS	"sys #4, c8, c2, #1, %0"
#define TLBI_RIPAS2E1IS	"sys #4, c8, c0, #2, %0"
#define tlbi_range(insn, arg) asm volatile(insn : : "r"(arg) : "memory")

/* So many broadcasts cost more than to refill what a single TLBI for everything drops in vain. */
#define MAX_BY_ADDRESS	64

void tlb_publish(void)
{
	dsb(ishst);
	isb();
}

bool tlb_by_range;

/*
 * None of the four is a last-level form: the way through the tables is dropped, too. A range need
 * not be of the size of the entries: each that translates an address in it goes.
 */
static void drop_addresses(enum pt_stage stage, u64 first, u64 end, u64 step, bool by_range)
{
	u64 page = first >> PAGE_SHIFT, last = end >> PAGE_SHIFT, nr = step >> PAGE_SHIFT;

	for (; page < last; page += nr) {
		u64 operand = by_range ? tlb_range(page, last - page, &nr) : page;
		bool one = !by_range || nr == 1;

		if (stage == PT_STAGE1_EL2 && one)
			tlbi(vae2is, operand);
		else if (stage == PT_STAGE1_EL2)
			tlbi_range(TLBI_RVAE2IS, operand);
		else if (one)
			tlbi(ipas2e1is, operand);
		else
			tlbi_range(TLBI_RIPAS2E1IS, operand);
	}
}

static void drop_stage2(u64 first, u64 end, u64 step, bool by_range)
{
	drop_addresses(PT_STAGE2, first, end, step, by_range);
	/*
	 * "Invalidation of TLB entries from stage 2 translations": a TLBI by IPA need not drop
	 * entries that hold both stages combined, VA to PA. VMALLE1IS does; but not before those of
	 * stage 2 are gone for good, as a walk could make new ones from one that is still cached.
	 */
	dsb(ish);
	tlbi_all(vmalle1is);
}

static void drop(enum pt_stage stage, u64 in, u64 size, u64 smallest, bool by_range)
{
	u64 first = ALIGN_DOWN(in, smallest);	/* entries are aligned to their size: each is hit */
	u64 end = in + size;
	bool by_address = by_range || (end - first) / smallest <= MAX_BY_ADDRESS;

	if (stage == PT_STAGE1_EL2 && by_address)
		drop_addresses(stage, first, end, smallest, by_range);
	else if (stage == PT_STAGE1_EL2)
		tlbi_all(alle2is);
	else if (by_address)
		drop_stage2(first, end, smallest, by_range);
	else
		tlbi_all(vmalls12e1is);		/* both stages, and combined, of this VMID */
	dsb(ish);
}

bool tlb_flush_twice;

void tlb_flush(enum pt_stage stage, u64 in, u64 size, u64 smallest)
{
	bool by_range;

	/*
	 * The flag may turn false at any time, so it is read once; and behind the DSB: then a CPU
	 * that turns it false afterwards, and drops what it has (kind.c), sees what was written.
	 */
	dsb(ishst);
	by_range = __atomic_load_n(&tlb_by_range, __ATOMIC_RELAXED);
	drop(stage, in, size, smallest, by_range);
	/* A CPU that turns it true only now has not been in the guest (vcpu_init()). */
	if (tlb_flush_twice)
		drop(stage, in, size, smallest, by_range);
	isb();
}
