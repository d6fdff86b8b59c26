/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses to memory, as they come from QEMU. */
#include <inttypes.h>

#include "context.h"
#include "handover.h"
#include "machine.h"
#include "memory.h"
#include "observer.h"
#include "qemu.h"
#include "report.h"
#include "tlb.h"

/* An address of EL2's, as its tables have it. */
struct leaf machine_el2_leaf(unsigned c, u64 va)
{
	if (cpus[c].sctlr_el2 & SCTLR_M)
		return tables_el2(c, va);
	return (struct leaf){ DEVICE, true, va };
}

/*
 * RAM or a device? QEMU 10.0 dies of an assertion if it is asked about an access that has just
 * changed where devices are, such as a write to PCI configuration space: not asked about what EL2
 * maps as Device outside RAM.
 */
static bool is_ram(u64 pa, enum attr attr, bool mmu, u32 info, u64 va)
{
	static struct {
		u64 page;
		bool known, ram;
	} cache[1024], *k;
	const struct qemu_plugin_hwaddr *h;

	if (ram_has(pa))
		return true;
	if (mmu && attr == DEVICE)
		return false;
	k = &cache[pa / PAGE % ARRAY_SIZE(cache)];
	if (!k->known || k->page != pa / PAGE) {
		h = qemu_plugin_get_hwaddr(info, va);
		k->known = true;
		k->page = pa / PAGE;
		k->ram = h && !qemu_plugin_hwaddr_is_io(h);
	}
	return k->ram;
}

static void store_to_tables(struct at at, u32 info, u64 pa, u64 va, u64 size)
{
	struct mem_value v = qemu_plugin_mem_get_value(info);

	memory_stored_by(at, pa, va);
	tables_stored(at, pa, size, size == 16 ? v.data.pair.low : v.data.low, v.data.pair.high);
}

void machine_el2_access(struct at at, const struct insn *insn, u32 info, u64 va)
{
	const struct cpu *cpu = &cpus[at.cpu];
	u64 size = BIT(qemu_plugin_mem_size_shift(info));
	bool mmu = cpu->sctlr_el2 & SCTLR_M, store = qemu_plugin_mem_is_store(info);
	struct leaf leaf = machine_el2_leaf(at.cpu, va);
	struct view view = { mmu && leaf.attr == WRITEBACK && cpu->sctlr_el2 & SCTLR_C,
			     leaf.shareable, EL2 };

	context_access(at, va);
	if (!mmu && insn->kind == EXCLUSIVE)
		report(OFF_EXCLUSIVE, at, "%#" PRIx64, va);
	else if (leaf.attr == UNMAPPED)
		report(TLB_STALE, at, "%#" PRIx64, va);
	else if (mmu)
		tlb_check_use(at, va);
	if (leaf.attr == UNMAPPED)
		return;
	if (observer_has(leaf.out)) {
		observers_register(at, leaf.out, (struct told){
			store, (u8)size, decode_ordered(insn->word, store),
			qemu_plugin_mem_get_value(info).data.low });
		return;
	}
	if (!is_ram(leaf.out, leaf.attr, mmu, info, va))
		return;
	memory_access(at, leaf.out, size, store, view);
	if (!store)
		observers_loaded(at, leaf.out);
	if (store)
		store_to_tables(at, info, leaf.out, va, size);
}

/* The guest while its MMU is off: stage 1 is Device, unless stage 2 forces Write-Back. */
void machine_guest_access(struct at at, u32 info, u64 va)
{
	const struct qemu_plugin_hwaddr *h = qemu_plugin_get_hwaddr(info, va);
	struct view view = { tables_stage2(at.cpu, va).attr == WRITEBACK, true, GUEST };

	if (!h || qemu_plugin_hwaddr_is_io(h) || cpus[at.cpu].sctlr_el1 & SCTLR_M)
		return;
	memory_access(at, qemu_plugin_hwaddr_phys_addr(h), BIT(qemu_plugin_mem_size_shift(info)),
		      qemu_plugin_mem_is_store(info), view);
}
