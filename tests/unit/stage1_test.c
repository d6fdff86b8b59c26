/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/errno.h"
#include "mm/stage1.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

static struct pool pool;
static struct pgtable pt;

static void start(bool bti)
{
	fake_reset(&pool, 32);
	assert_int_equal(stage1_init(&pt, &pool, bti), 0);
	fake_watch(&pt);
}

static u64 attrs_of(enum s1_kind kind)
{
	u64 at = GIB(4) + kind * MIB(4);
	struct pt_leaf leaf;

	assert_int_equal(stage1_map(&pt, PA(at), MIB(2), kind), 0);
	fake_settle();
	assert_int_equal(pt_lookup(&pt, at, &leaf), 0);
	assert_int_equal(leaf.out.v, leaf.in);
	assert_int_equal(leaf.size, kind == S1_POOL ? PAGE_SIZE : MIB(2));
	return leaf.attrs;
}

static void each_kind_is_mapped_as_its_name_says(void **state)
{
	static const struct { u8 mair, sh; bool write, exec; } want[S1_NR_KINDS] = {
		[S1_TEXT]	= { 0xff, 3, false, true },
		[S1_RODATA]	= { 0xff, 3, false, false },
		[S1_DATA]	= { 0xff, 3, true, false },
		[S1_POOL]	= { 0xff, 3, true, false },
		[S1_DEVICE]	= { 0x00, 0, true, false },
		[S1_NC]		= { 0x44, 3, true, false },
		[S1_TAGGED]	= { 0xf0, 3, true, false },
	};

	(void)state;
	start(false);
	for (unsigned kind = 0; kind < S1_NR_KINDS; kind++) {
		u64 attrs = attrs_of(kind);
		bool write = !(attrs & BIT(7)), exec = !(attrs & BIT(54));
		u8 mair = (u8)(stage1_mair >> 8 * FIELD(attrs, 4, 2));

		assert_int_equal(mair, want[kind].mair);
		assert_int_equal(FIELD(attrs, 9, 8), want[kind].sh);
		assert_int_equal(write, want[kind].write);
		assert_int_equal(exec, want[kind].exec);
		assert_false(write && exec);
		assert_true(attrs & BIT(6));		/* AP[1] is RES1 */
		assert_false(attrs & BIT(50));		/* GP: the CPU has no BTI */
	}
}

static void with_bti_text_is_guarded_and_nothing_else(void **state)
{
	(void)state;
	start(true);
	for (unsigned kind = 0; kind < S1_NR_KINDS; kind++)
		assert_int_equal(!!(attrs_of(kind) & BIT(50)), kind == S1_TEXT);
}

static void a_guard_page_in_the_pool_breaks_nothing_else(void **state)
{
	struct pt_leaf leaf;

	(void)state;
	start(true);
	assert_int_equal(stage1_map(&pt, PA(FAKE_BASE), MIB(2), S1_POOL), 0);
	assert_int_equal(stage1_unmap(&pt, PA(FAKE_BASE + KIB(8)), PAGE_SIZE), 0);
	fake_settle();
	assert_int_equal(fake_tlb.flushes, 1);
	assert_int_equal(fake_tlb.size, PAGE_SIZE);
	assert_int_equal(pt_lookup(&pt, FAKE_BASE + KIB(4), &leaf), 0);
	assert_int_equal(pt_lookup(&pt, FAKE_BASE + KIB(8), &leaf), -ENOENT);
	assert_int_equal(pt_lookup(&pt, FAKE_BASE + KIB(12), &leaf), 0);
}

static void all_of_48_bits_can_be_mapped(void **state)
{
	(void)state;
	start(false);
	assert_int_equal(stage1_map(&pt, PA(BIT(48) - PAGE_SIZE), PAGE_SIZE, S1_DATA), 0);
	assert_int_equal(stage1_map(&pt, PA(BIT(48)), PAGE_SIZE, S1_DATA), -EINVAL);
	assert_int_equal(stage1_map(&pt, PA(0), PAGE_SIZE, S1_DATA), 0);
}

static void tcr_is_made_for_this_table(void **state)
{
	u64 tcr = stage1_tcr(2);

	(void)state;
	start(false);
	assert_int_equal(FIELD(tcr, 5, 0), 64 - pt.bits);
	assert_int_equal(FIELD(tcr, 9, 8), 1);		/* IRGN0 */
	assert_int_equal(FIELD(tcr, 11, 10), 1);	/* ORGN0 */
	assert_int_equal(FIELD(tcr, 13, 12), 3);	/* SH0 */
	assert_int_equal(FIELD(tcr, 15, 14), 0);	/* TG0 */
	assert_int_equal(FIELD(tcr, 18, 16), 2);	/* PS */
	assert_int_equal(tcr >> 19, BIT(23 - 19) | BIT(31 - 19));
	assert_int_equal(FIELD(stage1_tcr(6), 18, 16), 5);	/* 52 bits, of which 48 are used */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_mapped_as_its_name_says),
		cmocka_unit_test(with_bti_text_is_guarded_and_nothing_else),
		cmocka_unit_test(a_guard_page_in_the_pool_breaks_nothing_else),
		cmocka_unit_test(all_of_48_bits_can_be_mapped),
		cmocka_unit_test(tcr_is_made_for_this_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
