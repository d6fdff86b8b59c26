/* SPDX-License-Identifier: Apache-2.0 */
/* The root of a table, map and look-up. */
#include "tests/unit/pgtable.h"

/* The root */

static void the_root_has_as_many_tables_as_the_input_size_asks_for(void **state)
{
	static const struct {
		enum pt_stage stage;
		unsigned bits, start, pages;
	} roots[] = {
		{ PT_STAGE2, 32, 2, 4 },	{ PT_STAGE2, 34, 2, 16 },
		{ PT_STAGE2, 35, 1, 1 },	{ PT_STAGE2, 36, 1, 1 },
		{ PT_STAGE2, 39, 1, 1 },	{ PT_STAGE2, 40, 1, 2 },
		{ PT_STAGE2, 42, 1, 8 },	{ PT_STAGE2, 43, 1, 16 },
		{ PT_STAGE2, 44, 0, 1 },	{ PT_STAGE2, 48, 0, 1 },
		{ PT_STAGE1_EL2, 32, 1, 1 },	{ PT_STAGE1_EL2, 39, 1, 1 },
		{ PT_STAGE1_EL2, 40, 0, 1 },	{ PT_STAGE1_EL2, 48, 0, 1 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(roots); i++) {
		start_with(roots[i].stage, roots[i].bits, 64);
		assert_int_equal(pt.start, roots[i].start);
		assert_int_equal(pt.root_pages, roots[i].pages);
		assert_true(IS_ALIGNED(pt.root.v, pt.root_pages * PAGE_SIZE));

		/* The last page that there is, and with it the last entry of the root. */
		map(BIT(roots[i].bits) - PAGE_SIZE, OUT, PAGE_SIZE, RED);
		assert_leaf(BIT(roots[i].bits) - PAGE_SIZE, PAGE_SIZE, false, OUT, RED);
		assert_int_equal(pt_map(&pt, BIT(roots[i].bits), PA(OUT), PAGE_SIZE, RED,
					PT_LARGEST), -EINVAL);
		fake_settle();
	}
}

static void an_input_size_that_no_table_has_is_refused(void **state)
{
	(void)state;
	fake_reset(&pool, 64);
	assert_int_equal(pt_init(&pt, PT_STAGE2, 31, &pool), -EINVAL);
	assert_int_equal(pt_init(&pt, PT_STAGE2, 49, &pool), -EINVAL);
	assert_int_equal(pool.nr_free, 64);
	fake_reset(&pool, 15);
	assert_int_equal(pt_init(&pt, PT_STAGE2, 43, &pool), -ENOMEM);
	assert_int_equal(pool.nr_free, 15);
}

static void a_range_may_lie_across_the_tables_of_the_root(void **state)
{
	u64 seam = GIB(512);			/* with 40 bits there are two tables at level 1 */

	(void)state;
	map(seam - GIB(2), GIB(4), GIB(4), RED);
	assert_leaf(seam - GIB(1), GIB(1), false, GIB(5), RED);
	assert_leaf(seam, GIB(1), false, GIB(6), RED);
	change(seam - PAGE_SIZE, 2 * PAGE_SIZE, BLUE);
	assert_leaf(seam - PAGE_SIZE, PAGE_SIZE, false, GIB(6) - PAGE_SIZE, BLUE);
	assert_leaf(seam, PAGE_SIZE, false, GIB(6), BLUE);
}

/* Map */

static void the_largest_leaves_that_fit_are_used(void **state)
{
	u64 in = GIB(3) - MIB(2) - KIB(4);

	(void)state;
	map(in, GIB(7) - MIB(2) - KIB(4), KIB(4) + MIB(2) + GIB(1) + MIB(2) + KIB(4), RED);
	assert_leaf(in, KIB(4), false, GIB(7) - MIB(2) - KIB(4), RED);
	assert_leaf(in + KIB(4), MIB(2), false, GIB(7) - MIB(2), RED);
	assert_leaf(GIB(3), GIB(1), false, GIB(7), RED);
	assert_leaf(GIB(4), MIB(2), false, GIB(8), RED);
	assert_leaf(GIB(4) + MIB(2), KIB(4), false, GIB(8) + MIB(2), RED);
	assert_hole(in - 1, KIB(4));
	assert_hole(GIB(4) + MIB(4), MIB(2));
	assert_hole(GIB(5), GIB(1));
}

static void an_output_that_is_aligned_less_takes_smaller_leaves(void **state)
{
	(void)state;
	map(GIB(1), GIB(4) + MIB(2), MIB(64), RED);
	assert_leaf(GIB(1), MIB(2), false, GIB(4) + MIB(2), RED);
	assert_leaf(GIB(1) + MIB(32), MIB(2), false, GIB(4) + MIB(34), RED);
	map(GIB(2), GIB(4) + KIB(4), MIB(2), RED);
	assert_leaf(GIB(2) + KIB(64), KIB(4), false, GIB(4) + KIB(68), RED);
}

static void groups_of_16_get_the_contiguous_hint(void **state)
{
	(void)state;
	map(A - MIB(2), OUT - MIB(2), MIB(2) + MIB(32) + MIB(2), RED);
	assert_leaf(A - MIB(2), MIB(2), false, OUT - MIB(2), RED);
	assert_leaf(A, MIB(2), true, OUT, RED);
	assert_leaf(A + MIB(30), MIB(2), true, OUT + MIB(30), RED);
	assert_leaf(A + MIB(32), MIB(2), false, OUT + MIB(32), RED);

	map(GIB(1) + KIB(60), GIB(2) + KIB(60), KIB(4) + KIB(64) + KIB(60), BLUE);
	assert_leaf(GIB(1) + KIB(60), KIB(4), false, GIB(2) + KIB(60), BLUE);
	assert_leaf(GIB(1) + KIB(64), KIB(4), true, GIB(2) + KIB(64), BLUE);
	assert_leaf(GIB(1) + KIB(124), KIB(4), true, GIB(2) + KIB(124), BLUE);
	assert_leaf(GIB(1) + KIB(128), KIB(4), false, GIB(2) + KIB(128), BLUE);

	map(GIB(16), GIB(32), GIB(17), RED);
	assert_leaf(GIB(16), GIB(1), true, GIB(32), RED);
	assert_leaf(GIB(31), GIB(1), true, GIB(47), RED);
	assert_leaf(GIB(32), GIB(1), false, GIB(48), RED);
}

static void two_maps_make_no_group(void **state)
{
	(void)state;
	map(A, OUT, KIB(32), RED);
	map(A + KIB(32), OUT + KIB(32), KIB(32), RED);
	assert_leaf(A, KIB(4), false, OUT, RED);
	assert_leaf(A + KIB(32), KIB(4), false, OUT + KIB(32), RED);
}

static void single_pages_on_demand(void **state)
{
	(void)state;
	assert_int_equal(pt_map(&pt, A, PA(OUT), MIB(4), RED, PT_PAGES), 0);
	fake_settle();
	assert_leaf(A, KIB(4), false, OUT, RED);
	assert_leaf(A + MIB(4) - KIB(4), KIB(4), false, OUT + MIB(4) - KIB(4), RED);

	/* So none but the page itself is ever broken. */
	unmap(A + KIB(8), KIB(4));
	assert_int_equal(fake_tlb.flushes, 1);
	assert_int_equal(fake_tlb.in, A + KIB(8));
	assert_int_equal(fake_tlb.size, KIB(4));
}

static void a_map_flushes_nothing(void **state)
{
	(void)state;
	map(A, OUT, MIB(34) + KIB(68), RED);
	assert_int_equal(fake_tlb.flushes, 0);
	assert_true(fake_tlb.publishes > 0);
}

static void what_is_mapped_is_not_mapped_over(void **state)
{
	u32 nr_free;

	(void)state;
	map(A + MIB(4), OUT, KIB(4), RED);
	nr_free = pool.nr_free;
	assert_int_equal(pt_map(&pt, A, PA(OUT), MIB(8), BLUE, PT_LARGEST), -EEXIST);
	assert_int_equal(pt_map(&pt, A + MIB(4), PA(OUT), KIB(4), RED, PT_LARGEST), -EEXIST);
	fake_settle();
	assert_hole(A, MIB(2));
	assert_leaf(A + MIB(4), KIB(4), false, OUT, RED);
	assert_int_equal(pool.nr_free, nr_free);
	assert_int_equal(fake_tlb.flushes, 0);
}

static void a_map_that_runs_out_of_pages_is_undone(void **state)
{
	(void)state;
	start_with(PT_STAGE2, 39, 4);
	map(GIB(1), OUT, KIB(4), RED);		/* the root, and two of the other three */
	/* Needs a table for its first pages and one for its last: the latter is not there. */
	assert_int_equal(pt_map(&pt, GIB(1) + MIB(2) - KIB(8), PA(OUT), MIB(4), BLUE, PT_LARGEST),
			 -ENOMEM);
	fake_settle();
	assert_int_equal(pool.nr_free, 1);
	assert_leaf(GIB(1), KIB(4), false, OUT, RED);
	assert_hole(GIB(1) + MIB(2) - KIB(8), KIB(4));
	assert_hole(GIB(1) + MIB(2), MIB(2));

	/* A table is linked, and the one below it cannot be had. */
	assert_int_equal(pt_map(&pt, GIB(2), PA(OUT), KIB(4), BLUE, PT_LARGEST), -ENOMEM);
	fake_settle();
	assert_int_equal(pool.nr_free, 1);
	assert_hole(GIB(2), GIB(1));

	/* Two are linked, one of them for long enough that a walker may know it. */
	start_with(PT_STAGE2, 48, 3);
	assert_int_equal(pt_map(&pt, A, PA(OUT), KIB(4), BLUE, PT_LARGEST), -ENOMEM);
	fake_settle();
	assert_int_equal(pool.nr_free, 2);
}

/* All */

static void ranges_that_do_not_fit_are_refused(void **state)
{
	static const struct { u64 in, out, size, attrs; } bad[] = {
		{ A, OUT, 0, RED },			{ A + 1, OUT, KIB(4), RED },
		{ A, OUT, KIB(4) + 1, RED },		{ A, OUT + 1, KIB(4), RED },
		{ BIT(40), OUT, KIB(4), RED },		{ BIT(40) - KIB(4), OUT, KIB(8), RED },
		{ 0, 0, BIT(40) + KIB(4), RED },	{ KIB(4), OUT, 0 - KIB(4), RED },
		{ A, BIT(48), KIB(4), RED },		{ A, BIT(48) - KIB(4), KIB(8), RED },
		{ A, 0 - KIB(4), KIB(8), RED },		{ A, OUT, KIB(4), 1 },
		{ A, OUT, KIB(4), BIT(52) },		{ A, OUT, KIB(4), BIT(12) },
	};

	(void)state;
	map(A, OUT, MIB(2), RED);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pt_leaf leaf;
		bool bad_range = bad[i].in != A || !bad[i].size || bad[i].size % KIB(4);

		assert_int_equal(pt_map(&pt, bad[i].in, PA(bad[i].out), bad[i].size, bad[i].attrs,
					PT_LARGEST), -EINVAL);
		if (bad_range) {
			assert_int_equal(pt_unmap(&pt, bad[i].in, bad[i].size), -EINVAL);
			assert_int_equal(pt_for_each_leaf(&pt, bad[i].in, bad[i].size, NULL, NULL),
					 -EINVAL);
		}
		if (bad_range || bad[i].attrs != RED)
			assert_int_equal(pt_change(&pt, bad[i].in, bad[i].size, bad[i].attrs),
					 -EINVAL);
		assert_int_equal(pt_lookup(&pt, BIT(40), &leaf), -EINVAL);
		assert_int_equal(pt_lookup(&pt, ~0ull, &leaf), -EINVAL);
	}
	fake_settle();
	assert_leaf(A, MIB(2), false, OUT, RED);
}

struct seen {
	struct pt_leaf leaf[8];
	unsigned nr, stop_at;
};

static int see(const struct pt_leaf *leaf, void *arg)
{
	struct seen *seen = arg;

	assert_true(seen->nr < ARRAY_SIZE(seen->leaf));
	seen->leaf[seen->nr++] = *leaf;
	return seen->nr == seen->stop_at ? 42 : 0;
}

static void leaves_that_are_alike_are_reported_together(void **state)
{
	struct seen seen = { .nr = 0 };

	(void)state;
	map(A, OUT, MIB(4), RED);
	map(A + MIB(4), OUT, MIB(2), RED);	/* continues in, not out */
	map(A + MIB(8), OUT, KIB(8), BLUE);
	assert_int_equal(pt_for_each_leaf(&pt, A + MIB(3), GIB(8), see, &seen), 0);
	assert_int_equal(seen.nr, 3);
	assert_int_equal(seen.leaf[0].in, A + MIB(2));
	assert_int_equal(seen.leaf[0].nr, 1);
	assert_int_equal(seen.leaf[1].in, A + MIB(4));
	assert_int_equal(seen.leaf[1].nr, 1);
	assert_int_equal(seen.leaf[2].in, A + MIB(8));
	assert_int_equal(seen.leaf[2].nr, 2);
	assert_int_equal(seen.leaf[2].size, KIB(4));

	seen = (struct seen){ .stop_at = 1 };
	assert_int_equal(pt_for_each_leaf(&pt, 0, GIB(8), see, &seen), 42);
	assert_int_equal(seen.nr, 1);
	assert_int_equal(seen.leaf[0].in, A);
	assert_int_equal(seen.leaf[0].nr, 2);
}

/* The entries of a Contiguous group are alike; those of the next need not be. */
static void what_begins_within_a_group_ends_with_it(void **state)
{
	struct seen seen = { .nr = 0 };

	(void)state;
	map(A, OUT, KIB(64), RED);
	map(A + KIB(64), OUT + MIB(2), KIB(64), RED);
	assert_leaf(A, KIB(4), true, OUT, RED);
	assert_int_equal(pt_for_each_leaf(&pt, A + KIB(32), KIB(80), see, &seen), 0);
	assert_int_equal(seen.nr, 2);
	assert_int_equal(seen.leaf[0].in, A + KIB(32));
	assert_int_equal(seen.leaf[0].nr, 8);
	assert_int_equal(seen.leaf[1].in, A + KIB(64));
	assert_int_equal(seen.leaf[1].nr, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_has_as_many_tables_as_the_input_size_asks_for),
		cmocka_unit_test(an_input_size_that_no_table_has_is_refused),
		test(a_range_may_lie_across_the_tables_of_the_root),
		test(the_largest_leaves_that_fit_are_used),
		test(an_output_that_is_aligned_less_takes_smaller_leaves),
		test(groups_of_16_get_the_contiguous_hint),
		test(two_maps_make_no_group),
		test(single_pages_on_demand),
		test(a_map_flushes_nothing),
		test(what_is_mapped_is_not_mapped_over),
		test(a_map_that_runs_out_of_pages_is_undone),
		test(ranges_that_do_not_fit_are_refused),
		test(leaves_that_are_alike_are_reported_together),
		test(what_begins_within_a_group_ends_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
