// SPDX-License-Identifier: Apache-2.0
/* Stage 1 with stage 2: against the architecture's table, and by rule over every encoding. */
#include "lib/errno.h"
#include "mm/combine.h"
#include "tests/unit/test.h"

#define CSV "tests/data/stage1-stage2.csv"
#define CSV_ROWS 344

/* All 256 x 16 x FWB x MTE_PERM. */
#define FOR_ALL(mair, memattr, fwb, mte_perm)		\
	for (int fwb = 0; fwb < 2; fwb++)		\
	for (int mte_perm = 0; mte_perm < 2; mte_perm++) \
	for (int mair = 0; mair < 256; mair++)		\
	for (int memattr = 0; memattr < 16; memattr++)

/* The same, those where both stages and so the result are defined. */
#define FOR_DEFINED(s1, s2, out, mair, memattr, fwb, mte_perm) \
	FOR_ALL(mair, memattr, fwb, mte_perm) \
		if (both(mair, memattr, fwb, mte_perm, &s1, &s2, &out))

static bool both(int mair, int memattr, int fwb, int mte_perm, struct mem_attr *s1,
		 const struct s2_mem **s2, struct mem_attr *out)
{
	*s2 = s2_decode(memattr, fwb, mte_perm);
	return !mair_decode(mair, s1) && *s2 && !combine(mair, memattr, fwb, mte_perm, out);
}

static bool is_rwa(struct cache_attr c)
{
	return c.policy == CACHE_WB && c.read_alloc && c.write_alloc && !c.transient;
}

static bool same_hints(struct cache_attr a, struct cache_attr b)
{
	return a.read_alloc == b.read_alloc && a.write_alloc == b.write_alloc &&
	       a.transient == b.transient;
}

static void every_row_of_the_architecture_table_is_met(void **state)
{
	unsigned fwb, mte_perm, mair, par, rows = 0;
	char s1_name[40], bits[8], s2_name[40], effective[40], line[200];
	struct mem_attr s1, out;
	const struct s2_mem *s2;
	FILE *f = fopen(CSV, "r");

	(void)state;
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f)) {
		unsigned memattr = 0;

		assert_int_equal(sscanf(line, "%u,%u,%x,%39[^,],0b%7[01],%39[^,],%39[^,],%x",
					&fwb, &mte_perm, &mair, s1_name, bits, s2_name,
					effective, &par), 8);
		for (const char *b = bits; *b; b++)
			memattr = memattr << 1 | (*b - '0');

		assert_int_equal(mair_decode(mair, &s1), 0);
		assert_string_equal(mem_attr_name(&s1), s1_name);
		s2 = s2_decode(memattr, fwb, mte_perm);
		assert_non_null(s2);
		assert_string_equal(s2->name, s2_name);
		assert_int_equal(combine(mair, memattr, fwb, mte_perm, &out), 0);
		assert_int_equal(par_encode(&out), par);
		assert_string_equal(mem_attr_name(&out), effective);
		rows++;
	}
	fclose(f);
	assert_int_equal(rows, CSV_ROWS);
}

static void every_result_has_a_par_encoding(void **state)
{
	struct mem_attr s1, out, same;
	const struct s2_mem *s2;

	(void)state;
	FOR_DEFINED(s1, s2, out, mair, memattr, fwb, mte_perm) {
		assert_in_range(par_encode(&out), 0, 255);
		assert_int_equal(par_decode(par_encode(&out), &same), 0);
		assert_true(mem_attr_equal(&out, &same));
	}
}

static void reserved_memattr_is_refused_and_leaves_the_result_alone(void **state)
{
	/* [fwb][mte_perm]: a bit for each MemAttr that is defined */
	static const u16 defined[2][2] = { { 0xeeef, 0xeeff }, { 0x00ef, 0xc0ef } };
	struct mem_attr out, untouched;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	FOR_ALL(mair, memattr, fwb, mte_perm) {
		struct mem_attr s1;
		bool ok = defined[fwb][mte_perm] >> memattr & 1;

		assert_int_equal(s2_decode(memattr, fwb, mte_perm) != NULL, ok);
		ok = ok && !mair_decode(mair, &s1);
		out = untouched;
		assert_int_equal(combine(mair, memattr, fwb, mte_perm, &out), ok ? 0 : -EINVAL);
		assert_int_equal(mem_attr_equal(&out, &untouched), !ok);
	}
	assert_null(s2_decode(16, false, true));
	assert_int_equal(combine(0xff, 0x1f, false, false, &out), -EINVAL);
}

static void device_wins_over_normal_and_the_stronger_device_wins(void **state)
{
	struct mem_attr s1, out;
	const struct s2_mem *s2;

	(void)state;
	FOR_DEFINED(s1, s2, out, mair, memattr, fwb, mte_perm) {
		int s1_device = s1.type == MEM_DEVICE ? mair >> 2 : 4;
		int s2_device = memattr < 4 ? memattr : 4;
		int strongest = s1_device < s2_device ? s1_device : s2_device;

		if (s2->rule == S2_FORCE_WB) {
			assert_int_equal(out.type, MEM_NORMAL);
			continue;
		}
		assert_int_equal(out.type, strongest < 4 ? MEM_DEVICE : MEM_NORMAL);
		if (strongest < 4)
			assert_int_equal(out.device, strongest);
	}
}

static void forced_write_back_needs_fwb_and_ignores_stage_1_s_type(void **state)
{
	struct mem_attr s1, out;
	const struct s2_mem *s2;

	(void)state;
	FOR_DEFINED(s1, s2, out, mair, memattr, fwb, mte_perm) {
		assert_int_equal(s2->rule == S2_FORCE_WB, fwb && (memattr & 7) == 6);
		if (s2->rule != S2_FORCE_WB)
			continue;
		assert_int_equal(out.inner.policy, CACHE_WB);
		assert_int_equal(out.outer.policy, CACHE_WB);
		if (s1.type == MEM_DEVICE || s1.inner.policy == CACHE_NC)
			assert_true(is_rwa(out.inner));
		else
			assert_true(same_hints(out.inner, s1.inner));
		if (s1.type == MEM_DEVICE || s1.outer.policy == CACHE_NC)
			assert_true(is_rwa(out.outer));
		else
			assert_true(same_hints(out.outer, s1.outer));
	}
}

static void as_stage_1_changes_nothing_but_tag_access(void **state)
{
	struct mem_attr s1, out;
	const struct s2_mem *s2;

	(void)state;
	FOR_DEFINED(s1, s2, out, mair, memattr, fwb, mte_perm) {
		bool as_stage1 = fwb ? (memattr & 7) == 7 : memattr == 0xf || memattr == 0x4;

		if (!as_stage1)
			continue;
		assert_int_equal(out.no_tag_access, s1.tagged && memattr != (fwb ? 7 : 0xf));
		out.no_tag_access = false;
		assert_true(mem_attr_equal(&out, &s1));
	}
}

static void the_weaker_cacheability_wins_at_each_level_with_stage_1_s_hints(void **state)
{
	struct mem_attr s1, out;
	const struct s2_mem *s2;

	(void)state;
	FOR_DEFINED(s1, s2, out, mair, memattr, fwb, mte_perm) {
		/* FWB = 0: in MemAttr[3:2] and [1:0]. FWB = 1: 0b0101 is NC, 0b0111 all. */
		int s2_outer = memattr == 4 ? 3 : memattr >> 2;
		int s2_inner = memattr == 4 ? 3 : memattr & 3;

		if (out.type == MEM_DEVICE || s2->rule == S2_FORCE_WB)
			continue;
		if (fwb)
			s2_outer = s2_inner = memattr == 5 ? 1 : 3;
		assert_int_equal(out.outer.policy, MIN(s1.outer.policy, s2_outer));
		assert_int_equal(out.inner.policy, MIN(s1.inner.policy, s2_inner));
		if (out.outer.policy != CACHE_NC)
			assert_true(same_hints(out.outer, s1.outer));
		if (out.inner.policy != CACHE_NC)
			assert_true(same_hints(out.inner, s1.inner));
	}
}

static void only_write_back_with_read_and_write_allocation_keeps_tags(void **state)
{
	struct mem_attr s1, out;
	const struct s2_mem *s2;
	unsigned tagged = 0;

	(void)state;
	FOR_DEFINED(s1, s2, out, mair, memattr, fwb, mte_perm) {
		bool rwa = out.type == MEM_NORMAL && is_rwa(out.inner) && is_rwa(out.outer);

		assert_int_equal(out.tagged, mair == 0xf0 && rwa);
		assert_int_equal(out.no_tag_access, out.tagged && s2->no_tag_access);
		assert_true(!s2->no_tag_access || mte_perm);
		tagged += out.tagged;
	}
	assert_int_equal(tagged, 1 + 2 + 2 + 4);	/* FWB, MTE_PERM = 00, 01, 10, 11 */
}

/* Device is below Normal; then the type or both levels decide. Not all pairs have an order. */
static bool at_most(const struct mem_attr *a, const struct mem_attr *b)
{
	if (a->type != b->type)
		return a->type == MEM_DEVICE;
	if (a->type == MEM_DEVICE)
		return a->device <= b->device;
	return a->inner.policy <= b->inner.policy && a->outer.policy <= b->outer.policy;
}

static void a_weaker_stage_never_makes_a_stronger_result(void **state)
{
	struct mem_attr s1, weak_s1, out, weak;
	const struct s2_mem *s2;

	(void)state;
	FOR_DEFINED(s1, s2, out, mair, memattr, fwb, mte_perm) {
		if (s2->rule == S2_COMBINE) {
			assert_true(at_most(&out, &s1));
			assert_true(at_most(&out, &s2->attr));
		}
		for (int other = 0; other < 16; other++) {
			const struct s2_mem *o = s2_decode(other, fwb, mte_perm);

			if (!o || o->rule != s2->rule || !at_most(&o->attr, &s2->attr))
				continue;
			assert_int_equal(combine(mair, other, fwb, mte_perm, &weak), 0);
			assert_true(at_most(&weak, &out));
		}
		for (int other = 0; other < 256; other++) {
			if (mair_decode(other, &weak_s1) || !at_most(&weak_s1, &s1))
				continue;
			assert_int_equal(combine(other, memattr, fwb, mte_perm, &weak), 0);
			assert_true(at_most(&weak, &out));
		}
	}
}

static void xs_0_stays_where_the_result_has_an_encoding_for_it(void **state)
{
	/* mair, memattr (FWB = 0), PAR.ATTR */
	static const u8 cases[][3] = {
		{ 0x05, S2_NORMAL_WB, 0x05 }, { 0x0d, S2_DEVICE_nGnRE, 0x05 },
		{ 0x40, S2_NORMAL_WB, 0x40 }, { 0x40, S2_DEVICE_nGnRE, 0x05 },
		{ 0xa0, S2_NORMAL_WB, 0xa0 }, { 0xa0, S2_NORMAL_NC, 0x40 },
		{ 0xa0, 0x6, 0x4a },	      { 0xff, S2_NORMAL_NC, 0x44 },
	};
	struct mem_attr out;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(combine(cases[i][0], cases[i][1], false, false, &out), 0);
		assert_int_equal(par_encode(&out), cases[i][2]);
	}
	assert_int_equal(combine(0x01, S2_FWB_FORCE_WB, true, false, &out), 0);
	assert_int_equal(par_encode(&out), 0xff);
}

static void shareability_is_the_wider_one_and_outer_without_a_cache(void **state)
{
	/* [s1][s2], SH[1:0] each; 0b01 is reserved and taken as non-shareable */
	static const u8 wider[4][4] = {
		{ 0, 0, 2, 3 }, { 0, 0, 2, 3 }, { 2, 2, 2, 2 }, { 3, 3, 2, 3 },
	};
	struct mem_attr a;

	(void)state;
	for (int mair = 0; mair < 256; mair++) {
		if (mair_decode(mair, &a))
			continue;
		bool uncached = mair < 0x10 || mair == 0x44 || mair == 0x40;

		for (int s1 = 0; s1 < 4; s1++)
			for (int s2 = 0; s2 < 4; s2++)
				assert_int_equal(combine_sh(&a, s1, s2),
						 uncached ? SH_OUTER : wider[s1][s2]);
	}
}

static void the_mmu_off_settings_are_what_hcr_el2_makes_of_them(void **state)
{
	static const char *const names[] = { "Device-nGnRnE", "Normal-WB", "Normal-WB tagged" };
	struct mem_attr a;

	(void)state;
	for (int i = 0; i < S1_NR_SETTINGS; i++) {
		assert_int_equal(mair_decode(s1_defaults[i].mair, &a), 0);
		assert_string_equal(mem_attr_name(&a), names[i]);
		assert_int_equal(s1_defaults[i].dc, i >= S1_DC);
		assert_int_equal(s1_defaults[i].dct, i == S1_DC_DCT);
		assert_int_equal(combine_sh(&a, s1_defaults[i].sh, SH_NONE),
				 s1_defaults[i].dc ? SH_NONE : SH_OUTER);
	}
}

static bool mismatch(u8 a, u8 a_sh, u8 b, u8 b_sh, bool fwb)
{
	struct s2_attr x = { .memattr = a, .sh = a_sh }, y = { .memattr = b, .sh = b_sh };
	bool one = s2_mismatch(&x, &y, fwb, true);

	assert_int_equal(one, s2_mismatch(&y, &x, fwb, true));
	return one;
}

static void aliases_mismatch_in_type_cacheability_or_shareability_only(void **state)
{
	(void)state;
	for (int memattr = 0; memattr < 16; memattr++) {
		assert_false(mismatch(memattr, SH_INNER, memattr, SH_INNER, false));
		assert_false(mismatch(memattr, SH_INNER, memattr, SH_INNER, true));
	}
	assert_true(mismatch(S2_NORMAL_WB, SH_INNER, S2_NORMAL_NC, SH_INNER, false));
	assert_true(mismatch(S2_NORMAL_WB, SH_INNER, 0xb, SH_INNER, false));	/* outer alone */
	assert_true(mismatch(S2_NORMAL_WB, SH_INNER, 0xe, SH_INNER, false));	/* inner alone */
	assert_true(mismatch(S2_DEVICE_nGnRE, SH_INNER, S2_DEVICE_GRE, SH_INNER, false));
	assert_true(mismatch(S2_NORMAL_WB, SH_INNER, S2_NORMAL_WB, SH_OUTER, false));
	/* Device and NC are outer shareable whatever SH says */
	assert_false(mismatch(S2_DEVICE_nGnRE, SH_INNER, S2_DEVICE_nGnRE, SH_NONE, false));
	assert_false(mismatch(S2_NORMAL_NC, SH_INNER, S2_NORMAL_NC, SH_OUTER, true));
	/* NoTagAccess makes none; forced Write-Back and stage 1's own choice do */
	assert_false(mismatch(S2_NORMAL_WB, SH_INNER, S2_NO_TAG_ACCESS, SH_INNER, false));
	assert_false(mismatch(S2_FWB_FORCE_WB, SH_INNER, S2_FWB_WB_NO_TAG_ACCESS, SH_INNER, true));
	assert_true(mismatch(S2_FWB_FORCE_WB, SH_INNER, S2_FWB_STAGE1, SH_INNER, true));
	assert_true(mismatch(0x8, SH_INNER, S2_NORMAL_WB, SH_INNER, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_the_architecture_table_is_met),
		cmocka_unit_test(every_result_has_a_par_encoding),
		cmocka_unit_test(reserved_memattr_is_refused_and_leaves_the_result_alone),
		cmocka_unit_test(device_wins_over_normal_and_the_stronger_device_wins),
		cmocka_unit_test(forced_write_back_needs_fwb_and_ignores_stage_1_s_type),
		cmocka_unit_test(as_stage_1_changes_nothing_but_tag_access),
		cmocka_unit_test(the_weaker_cacheability_wins_at_each_level_with_stage_1_s_hints),
		cmocka_unit_test(only_write_back_with_read_and_write_allocation_keeps_tags),
		cmocka_unit_test(a_weaker_stage_never_makes_a_stronger_result),
		cmocka_unit_test(xs_0_stays_where_the_result_has_an_encoding_for_it),
		cmocka_unit_test(shareability_is_the_wider_one_and_outer_without_a_cache),
		cmocka_unit_test(the_mmu_off_settings_are_what_hcr_el2_makes_of_them),
		cmocka_unit_test(aliases_mismatch_in_type_cacheability_or_shareability_only),
	};

	return cmocka_run_group_tests_name("combine", tests, NULL, NULL);
}
