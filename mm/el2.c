/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/el2.h"

#include <string.h>

#include "lib/arch.h"
#include "lib/cache.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/sections.h"

#define SCTLR_EL2_ON	(SCTLR_EL2_OFF | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN)

#define MAX_WINDOWS	16

struct el2_params el2_params;
struct pool page_pool;

static struct pgtable el2_table;
static struct range window[MAX_WINDOWS];
static unsigned nr_windows;

static bool has_pauth(void)
{
	u64 isar1 = read_sysreg(id_aa64isar1_el1);
	u64 isar2 = read_sysreg_s(SYS_ID_AA64ISAR2_EL1);

	return FIELD(isar1, 11, 4) || FIELD(isar2, 15, 12);	/* API, APA; APA3 */
}

static bool has_bti(void)
{
	return FIELD(read_sysreg(id_aa64pfr1_el1), 3, 0);
}

static int map_section(const char *start, const char *end, enum s1_kind kind)
{
	if (start == end)
		return 0;
	return stage1_map(&el2_table, PA((u64)start), (u64)(end - start), kind);
}

static const struct {
	const char *text, *text_end;
	const char *bss, *bss_end;
} parts[NR_PARTS] = {
	[PART_DEBUG] = { __boot_end, __part_debug_end, __part_debug_bss, __boot_bss_start },
	[PART_CONTROL] = { __part_debug_end, __parts_end, __part_control_bss, __part_debug_bss },
};

u64 el2_build(u64 el)
{
	u64 tcr = stage1_tcr(FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0));
	u64 sctlr = SCTLR_EL2_ON;
	struct range pool = pool_range();

	pool_init(&page_pool, PA(pool.base), pool.size);

	/* None of these can fail: the pool is fresh, the sections are disjoint and page-aligned. */
	stage1_init(&el2_table, &page_pool, has_bti());
	map_section(__image_start, __boot_text_end, S1_TEXT);
	map_section(__boot_text_end, __boot_rodata_end, S1_RODATA);
	map_section(__boot_rodata_end, __boot_end, S1_DATA);
	for (unsigned p = 0; p < NR_PARTS; p++)
		map_section(parts[p].text, parts[p].text_end, S1_TEXT);
	map_section(__parts_end, __text_end, S1_TEXT);
	map_section(__text_end, __rodata_end, S1_RODATA);
	map_section(__rodata_end, __part_control_bss, S1_DATA);
	for (unsigned p = 0; p < NR_PARTS; p++)
		map_section(parts[p].bss, parts[p].bss_end, S1_DATA);
	map_section(__boot_bss_start, __boot_bss_end, S1_DATA);
	map_section(__stack_start, __stack_end, S1_DATA);
	map_section(__panic_guard + PAGE_SIZE, __panic_stack_end, S1_DATA);
	map_section(__pool_start, __pool_start + pool.size, S1_POOL);
	if (!image_place.size)
		map_section(__first_start, __image_end, S1_DATA);

	if (has_bti())
		sctlr |= SCTLR_BT;
	if (has_pauth()) {
		sctlr |= SCTLR_ENIA;
		el2_params.pauth = 1;
		el2_params.key[0] = random_word();
		el2_params.key[1] = random_word();
	}
	if (el == 1) {
		/* TCR_EL1 has the physical size elsewhere, and a second table to turn off. */
		tcr = FIELD(tcr, 15, 0) | FIELD(tcr, 18, 16) << TCR_EL1_IPS_SHIFT |
		      TCR_EL1_EPD1;
		sctlr = SCTLR_EL1_ON;
	}
	if (el == 3)
		sctlr &= ~SCTLR_ENIA;
	el2_params.mair = stage1_mair;
	el2_params.tcr = tcr;
	el2_params.ttbr = el2_table.root.v;
	el2_params.sctlr = sctlr;
	return page_pool.next.v;
}

static int stop_at_first(const struct pt_leaf *leaf, void *arg)
{
	*(struct pt_leaf *)arg = *leaf;
	return 1;
}

bool el2_sees(pa_t pa, u64 size)
{
	struct pt_leaf leaf;

	return pt_for_each_leaf(&el2_table, pa.v, size, stop_at_first, &leaf) == 1;
}

bool el2_sees_device(pa_t page)
{
	struct pt_leaf leaf;

	return !pt_lookup(&el2_table, page.v, &leaf) && stage1_is_device(leaf.attrs);
}

static int keep_end(const struct pt_leaf *leaf, void *arg)
{
	*(u64 *)arg = leaf->in + leaf->nr * leaf->size;
	return 0;
}

u64 el2_end(void)
{
	u64 end = 0;

	pt_for_each_leaf(&el2_table, 0, BIT(48), keep_end, &end);
	return end;
}

/* Maps what is not mapped yet of a range that is in part. */
static int map_holes(u64 base, u64 end, enum s1_kind kind)
{
	while (base < end) {
		struct pt_leaf next = { .in = end };

		pt_for_each_leaf(&el2_table, base, end - base, stop_at_first, &next);
		if (next.in > base && stage1_map(&el2_table, PA(base), next.in - base, kind))
			return -ENOMEM;
		base = next.in + next.nr * next.size;
	}
	return 0;
}

int el2_map(pa_t pa, u64 size, enum s1_kind kind)
{
	u64 base = ALIGN_DOWN(pa.v, PAGE_SIZE);
	u64 end = pa.v + size;
	int err;

	if (!size || end < pa.v || end > ~PAGE_MASK)
		return -EINVAL;
	end = ALIGN_UP(end, PAGE_SIZE);

	if (kind != S1_DEVICE) {
		if (nr_windows == MAX_WINDOWS)
			return -ENOSPC;
		window[nr_windows++] = (struct range){ base, end - base };
	}
	err = stage1_map(&el2_table, PA(base), end - base, kind);
	return err == -EEXIST ? map_holes(base, end, kind) : err;
}

/* In the order in which they were mapped: later ones lie in the bundle, which would be split. */
int el2_unmap_memory(void)
{
	int err = 0;

	for (unsigned i = 0; i < nr_windows && !err; i++)
		/* A window may lie around the image, whose own pages must stay. */
		if (!ranges_overlap(window[i], image_range()))
			err = stage1_unmap(&el2_table, PA(window[i].base), window[i].size);
	nr_windows = 0;
	return err;
}

static int clear_and_unmap(const char *start, const char *end)
{
	u64 size = (u64)(end - start);

	if (!size)
		return 0;
	memset((void *)(u64)start, 0, size);
	return stage1_unmap(&el2_table, PA((u64)start), size);
}

/* What was text or constants is made writable in between: nothing is ever both. */
static int leave(const char *start, const char *end)
{
	u64 size = (u64)(end - start);
	int err = stage1_unmap(&el2_table, PA((u64)start), size);

	if (!err)
		err = stage1_map(&el2_table, PA((u64)start), size, S1_DATA);
	return err ? err : clear_and_unmap(start, end);
}

int el2_leave_boot(unsigned asked)
{
	int err = leave(__image_start, __boot_end);

	for (unsigned p = 0; p < NR_PARTS && !err; p++) {
		if (asked & BIT(p))
			continue;
		err = leave(parts[p].text, parts[p].text_end);
		if (!err)
			err = clear_and_unmap(parts[p].bss, parts[p].bss_end);
	}
	if (!err && !image_place.size)
		err = clear_and_unmap(__first_start, __image_end);
	return err ? err : clear_and_unmap(__boot_bss_start, __boot_bss_end);
}

/*
 * Mapped as Device, EL2 brings nothing back into the caches by speculation; maintenance by VA does
 * not ask for the memory type (Arm ARM D7, "Effects of cache maintenance instructions").
 */
int el2_clean_part(struct range all, struct range part)
{
	int err = stage1_map(&el2_table, PA(all.base), all.size, S1_DEVICE);

	if (err)
		return err;
	dcache_clean_inval_poc(part.base, range_end(part));
	return stage1_unmap(&el2_table, PA(all.base), all.size);
}

int el2_clean(pa_t pa, u64 size)
{
	struct range r = { pa.v, size };

	return el2_clean_part(r, r);
}

/* A page of what el2_map() shows, which EL2 may write; but not of the image. */
static bool is_shown(pa_t page)
{
	struct range r = { page.v, PAGE_SIZE };
	bool shown = false;

	for (unsigned i = 0; i < nr_windows; i++)
		shown |= range_contains(window[i], r);
	return shown && !ranges_overlap(r, image_range());
}

int el2_poke(pa_t pa, u64 val)
{
	pa_t page = PA(ALIGN_DOWN(pa.v, PAGE_SIZE));
	bool shown = is_shown(page);
	int err = shown ? 0 : stage1_map(&el2_table, page, PAGE_SIZE, S1_DATA);

	if (err)
		return err;
	*(volatile u64 *)pa.v = val;
	dcache_clean_inval_poc(pa.v, pa.v + sizeof(val));
	return shown ? 0 : stage1_unmap(&el2_table, page, PAGE_SIZE);
}

/* The pool is mapped in single pages, so that nothing is split here, and later no table missing. */
int el2_make_window(u64 *window)
{
	pa_t page;
	int err = pool_alloc(&page_pool, 1, &page);

	if (err)
		return err;
	*window = page.v;
	return stage1_unmap(&el2_table, page, PAGE_SIZE);
}

int el2_borrow(pa_t page, enum s1_kind kind)
{
	return stage1_map(&el2_table, page, PAGE_SIZE, kind);
}

/* It was mapped as a page of its own, so that nothing is split: this takes no memory. */
void el2_give_back(pa_t page)
{
	stage1_unmap(&el2_table, page, PAGE_SIZE);
}

void el2_look_at(u64 window, pa_t page, enum s1_kind kind)
{
	stage1_show(&el2_table, window, page, kind);
}

/*
 * The entry may have been written after this CPU came to EL2: its walks follow a table only after a
 * context synchronization event (mm/tlb.c).
 */
void el2_look_again(void)
{
	isb();
}

void el2_look_away(u64 window)
{
	stage1_unmap(&el2_table, PA(window), PAGE_SIZE);
}

int el2_keep(pa_t pa, u64 size)
{
	return stage1_map(&el2_table, pa, size, S1_DATA);
}

int el2_grow_pool(pa_t pa, u64 size)
{
	int err = stage1_map(&el2_table, pa, size, S1_POOL);

	if (!err)
		pool_add(&page_pool, pa, size);
	return err;
}

int el2_alloc_stack(u64 *top)
{
	pa_t base;
	int err = pool_alloc(&page_pool, EL2_STACK_PAGES, &base);

	if (err)
		return err;
	*top = base.v + EL2_STACK_PAGES * PAGE_SIZE;
	return stage1_unmap(&el2_table, base, PAGE_SIZE);
}
