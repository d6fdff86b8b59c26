/* SPDX-License-Identifier: Apache-2.0 */
/* The lab's stage 1: four levels of 4 KiB pages, 48 bits of addresses, one table for both CPUs. */
#include "boot/machine/host.h"
#include "guests/lab/lab.h"
#include "lib/cache.h"
#include "lib/errno.h"
#include "lib/arch.h"
#include "mm/attr.h"

#define NR_TABLES	24
#define ENTRIES		512

#define DESC_INDEX(i)	((u64)(i) << DESC_ATTRINDX_SHIFT)
#define DESC_SH(sh)	((u64)(sh) << 8)

/* 48 bits by 4 KiB, walks Write-Back inner shareable, no TTBR1; TBI0 lets addresses have tags. */
#define TCR	(TCR_T0SZ(48ul) | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER | TCR_TG0_4K |	\
		 TCR_EL1_EPD1 | TCR_EL1_TBI0)

static u64 tables[NR_TABLES][ENTRIES] __attribute__((aligned(4096)));
static unsigned nr_tables;

struct mmu_values mmu_values;

static const u64 kinds[] = {
	[MAP_TEXT] = DESC_INDEX(INDEX_WB) | DESC_READ_ONLY | DESC_UXN,
	[MAP_RODATA] = DESC_INDEX(INDEX_WB) | DESC_READ_ONLY | DESC_PXN | DESC_UXN,
	[MAP_DATA] = DESC_INDEX(INDEX_WB) | DESC_PXN | DESC_UXN,
	[MAP_DEVICE] = DESC_INDEX(INDEX_DEVICE) | DESC_PXN | DESC_UXN,
	/* Executable as Device memory, too: behind it is memory, which bears being fetched. */
	[MAP_TEST] = DESC_INDEX(INDEX_TEST) | DESC_UXN,
	[MAP_TEST_Y] = DESC_INDEX(INDEX_TEST_Y) | DESC_PXN | DESC_UXN,
};

/* The entry for one page; NULL: no table is left. */
static u64 *entry(u64 va)
{
	u64 *table = tables[0];

	for (unsigned shift = 39; shift > PAGE_SHIFT; shift -= 9) {
		u64 *e = &table[(va >> shift) % ENTRIES];

		if (!*e) {
			if (nr_tables == NR_TABLES)
				return NULL;
			*(volatile u64 *)e = (u64)tables[nr_tables++] | DESC_TABLE | DESC_VALID;
		}
		table = (u64 *)(*e & DESC_ADDR);
	}
	return &table[(va >> PAGE_SHIFT) % ENTRIES];
}

static u8 test_sh[] = { SH_INNER, SH_INNER };

void mmu_set_test_shareability(u8 x, u8 y)
{
	test_sh[0] = x;
	test_sh[1] = y;
}

static u8 shareability(enum map_kind kind)
{
	switch (kind) {
	case MAP_TEST:
		return test_sh[0];
	case MAP_TEST_Y:
		return test_sh[1];
	default:
		return SH_INNER;
	}
}

int mmu_map(u64 va, u64 pa, u64 size, enum map_kind kind)
{
	for (u64 at = 0; at < size; at += PAGE_SIZE) {
		u64 *e = entry(va + at);

		if (!e)
			return -ENOMEM;
		if (*e)
			return -EEXIST;
		*(volatile u64 *)e = (pa + at) | kinds[kind] | DESC_SH(shareability(kind)) |
				     DESC_AF | DESC_TABLE | DESC_VALID;
	}
	/* The walker sees it now; invalid entries are in no TLB (Arm ARM D8, "TLB maintenance"). */
	dsb(ishst);
	isb();
	return 0;
}

/*
 * The break of break-before-make, and the whole of it: what is mapped there afterwards may have
 * other attributes (Arm ARM D8, "Using break-before-make when updating translation table entries").
 */
void mmu_unmap(u64 va, u64 size)
{
	for (u64 at = 0; at < size; at += PAGE_SIZE)
		*(volatile u64 *)entry(va + at) = 0;
	dsb(ishst);
	for (u64 at = 0; at < size; at += PAGE_SIZE)
		asm volatile("tlbi vaae1is, %0" : : "r"((va + at) >> PAGE_SHIFT) : "memory");
	dsb(ish);
	isb();
}

/* TLBI VAAE1ISNXS and DSB ISHNXS, by their encodings: assemblers may not know them. */
#define TLBI_VAAE1ISNXS		"sys #0, c9, c3, #3, %0"
#define DSB_ISHNXS		".inst 0xd5033a3f"

u64 mmu_break(u64 va, bool nxs, u64 *ticks)
{
	u64 *e = entry(va), old = *e, start;

	*(volatile u64 *)e = 0;
	dsb(ishst);
	isb();
	start = read_sysreg(cntvct_el0);
	if (nxs)
		asm volatile(TLBI_VAAE1ISNXS "\n" DSB_ISHNXS
			     : : "r"(va >> PAGE_SHIFT) : "memory");
	else
		asm volatile("tlbi vaae1is, %0\n dsb ish" : : "r"(va >> PAGE_SHIFT) : "memory");
	isb();
	*ticks = read_sysreg(cntvct_el0) - start;
	return old;
}

void mmu_make(u64 va, u64 entry_value)
{
	*(volatile u64 *)entry(va) = entry_value;
	dsb(ishst);
	isb();
}

void tlb_flush(void)
{
	asm volatile("tlbi vmalle1" : : : "memory");
	dsb(nsh);
	isb();
}

void mmu_set_test_types(u8 x, u8 y)
{
	/* What MAIR_EL1 said may be in a TLB (Arm ARM, MAIR_EL1). */
	write_sysreg(MAIR_WITH(x, y), mair_el1);
	isb();
	tlb_flush();
}

static void map_section(const char *start, const char *end, enum map_kind kind)
{
	mmu_map((u64)start, (u64)start, (u64)(end - start), kind);
}

void mmu_build(const void *fdt)
{
	u64 parange = FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0);
	u64 first = ALIGN_DOWN((u64)fdt, PAGE_SIZE);

	nr_tables = 1;
	map_section(__image_start, __text_end, MAP_TEXT);
	map_section(__text_end, __rodata_end, MAP_RODATA);
	map_section(__rodata_end, __image_end, MAP_DATA);
	/* Its own size is in it; it does not share pages with the lab (Mavis sees to that). */
	mmu_map(first, first,
		ALIGN_UP((u64)fdt + host_tree_size(fdt), PAGE_SIZE) - first, MAP_RODATA);

	features.mte = FIELD(read_sysreg(id_aa64pfr1_el1), 11, 8) >= 2;
	mmu_values.mair = MAIR_WITH(0, 0);
	mmu_values.tcr = TCR | MIN(parange, PA_SIZE_MAX) << TCR_EL1_IPS_SHIFT;
	mmu_values.ttbr = (u64)tables[0];
	mmu_values.sctlr = SCTLR_EL1_ON | (features.mte ? SCTLR_ATA | SCTLR_TCF_SYNC : 0);
}

static u64 line_size(void)
{
	return 4ul << FIELD(read_sysreg(ctr_el0), 19, 16);	/* DminLine */
}

void cache_flush(u64 va, u64 size)
{
	if (!features.mte) {
		dcache_clean_inval_poc(va, va + size);
		return;
	}
	/* A line can be dirty by its tags alone, which DC CIVAC leaves there. */
	for (u64 at = va; at < va + size; at += line_size())
		asm volatile("sys #3, c7, c14, #5, %0" : : "r"(at) : "memory");	/* DC CIGDVAC */
	dsb(sy);
}

/* Arm ARM B2, "Synchronization and coherency issues between data and instruction accesses". */
void cache_publish_code(u64 va, u64 size)
{
	dcache_clean_inval_poc(va, va + size);
	asm volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

u64 translate(u64 va, bool write)
{
	if (write)
		asm volatile("at s1e1w, %0" : : "r"(va) : "memory");
	else
		asm volatile("at s1e1r, %0" : : "r"(va) : "memory");
	isb();				/* before PAR_EL1 is read (D8, "Address translation") */
	return read_sysreg(par_el1);
}
