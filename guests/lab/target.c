/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that is tried: a region of the config, mapped now so and now so. */
#include <string.h>

#include "guests/lab/lab.h"
#include "mm/attr.h"

#define NAME		"target"

/* Encodings that leave the type to stage 1. */
#define FOLLOW_FWB	7
#define FOLLOW_NO_FWB	15

/* As much of the target as is used. */
#define MAX_SIZE	KIB(64)

struct target target;

bool target_find(u64 nr_regions)
{
	for (u64 i = 0; i < nr_regions; i++) {
		struct call_result c = control(CONTROL_REGION, i, 0, 0);

		if (c.status || strcmp((const char *)&c.r[5], NAME))
			continue;
		target.index = i;
		target.ipa = c.r[0];
		target.size = c.r[2];
		target.memattr = FIELD(c.r[4], 3, 0);
		target.sh = FIELD(c.r[4], 9, 8);
		return target.size >= TEST_PAGES * PAGE_SIZE;
	}
	return false;
}

s64 target_set(unsigned memattr)
{
	return control(CONTROL_SET, target.index, memattr, CONTROL_KEEP_SH).status;
}

static s64 set(unsigned memattr, u64 sh)
{
	return control(CONTROL_SET, target.index, memattr, sh).status;
}

void target_restore(void)
{
	set((unsigned)target.memattr, target.sh);
}

s64 target_set_shareable(u8 sh)
{
	return set(features.fwb ? FOLLOW_FWB : FOLLOW_NO_FWB, sh);
}

void target_follow_stage_1(void)
{
	if (target_set_shareable((u8)target.sh))
		give_up("the target cannot follow stage 1");
}

u64 target_half(void)
{
	return ALIGN_DOWN(MIN(target.size, MAX_SIZE) / 2, PAGE_SIZE);
}

static struct types {
	u8 x, y;
} types;

static void set_types(void *arg)
{
	const struct types *t = arg;

	mmu_set_test_types(t->x, t->y);
}

/* On both CPUs, while nothing has them (D8, "break-before-make"). */
static void set_types_everywhere(u8 x, u8 y)
{
	types = (struct types){ x, y };
	set_types(&types);
	other_call(set_types, &types);
	other_finish();
}

static void map(u64 va, u64 ipa, u64 size, enum map_kind kind)
{
	if (mmu_map(va, ipa, size, kind))
		give_up("no room for the target's pages in stage 1");
	/*
	 * What an earlier mapping left in the caches must not be read, nor be evicted later over
	 * what goes past them (B2, "Mismatched memory attributes").
	 */
	cache_flush(va, size);
}

static struct range flushed;

static void flush(void *arg)
{
	const struct range *r = arg;

	cache_flush(r->base, r->size);
}

/* On both CPUs: maintenance of what is not shareable does not reach the other's caches. */
static void unmap(u64 va, u64 size)
{
	flushed = (struct range){ va, size };
	flush(&flushed);
	other_call(flush, &flushed);
	other_finish();
	mmu_unmap(va, size);
}

void target_map(u8 mair)
{
	set_types_everywhere(mair, MAIR_NORMAL_WB);
	map(TEST_VA, target.ipa, TEST_PAGES * PAGE_SIZE, MAP_TEST);
}

void target_unmap(void)
{
	unmap(TEST_VA, TEST_PAGES * PAGE_SIZE);
}

void target_map_two(u8 x, u8 y)
{
	set_types_everywhere(x, y);
	map(TEST_VA, target.ipa, target_half(), MAP_TEST);
	map(TEST_VA_Y, target.ipa + target_half(), target_half(), MAP_TEST_Y);
}

void target_unmap_two(void)
{
	unmap(TEST_VA_Y, target_half());
	unmap(TEST_VA, target_half());
}

void target_map_shareable(u8 mair, u8 sh)
{
	mmu_set_test_shareability(sh, SH_INNER);
	target_map(mair);
	mmu_set_test_shareability(SH_INNER, SH_INNER);
}

void target_map_alias(u8 x, u8 x_sh, u8 y, u8 y_sh)
{
	set_types_everywhere(x, y);
	mmu_set_test_shareability(x_sh, y_sh);
	map(TEST_VA, target.ipa, PAGE_SIZE, MAP_TEST);
	map(TEST_VA_Y, target.ipa, PAGE_SIZE, MAP_TEST_Y);
	mmu_set_test_shareability(SH_INNER, SH_INNER);
}

void target_unmap_alias(void)
{
	unmap(TEST_VA_Y, PAGE_SIZE);
	unmap(TEST_VA, PAGE_SIZE);
}
