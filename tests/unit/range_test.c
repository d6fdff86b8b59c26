/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/range.h"
#include "tests/unit/test.h"

#define SPAN	12

static bool holds(struct range r, u64 at)
{
	return at >= r.base && at < range_end(r);
}

/* Every pair of ranges below SPAN, byte by byte. */
static void cuts_are_right_at_every_byte(void **state)
{
	(void)state;
	for (u64 n = 0; n < SPAN * SPAN * SPAN * SPAN; n++) {
		struct range r = { n % SPAN, n / SPAN % SPAN };
		struct range hole = { n / (SPAN * SPAN) % SPAN, n / (SPAN * SPAN * SPAN) };
		struct range both = range_intersect(r, hole), left[2];
		unsigned nr = range_subtract(r, hole, left);

		assert_in_range(nr, 0, 2);
		for (unsigned i = 0; i < nr; i++)
			assert_true(left[i].size);
		if (nr == 2)
			assert_true(range_end(left[0]) < left[1].base);
		for (u64 at = 0; at < 2 * SPAN; at++) {
			unsigned kept = 0;

			for (unsigned i = 0; i < nr; i++)
				kept += holds(left[i], at);
			assert_int_equal(holds(both, at), holds(r, at) && holds(hole, at));
			assert_int_equal(kept, holds(r, at) && !holds(hole, at));
		}
	}
}

static void ranges_at_the_end_of_the_address_space_are_cut(void **state)
{
	struct range all = { 0, ~0ul }, top = { ~0ul - 15, 15 }, left[2];

	(void)state;
	assert_int_equal(range_subtract(all, top, left), 1);
	assert_int_equal(left[0].base, 0);
	assert_int_equal(left[0].size, ~0ul - 15);
	assert_int_equal(range_subtract(top, all, left), 0);
}

static void ranges_are_sorted_and_joined(void **state)
{
	struct range r[] = { { 30, 5 }, { 0, 10 }, { 50, 0 }, { 20, 2 }, { 5, 10 },
			     { 35, 1 }, { 21, 1 }, { 15, 1 }, { 60, 1 }, { 60, 1 } };
	static const struct range want[] = { { 0, 16 }, { 20, 2 }, { 30, 6 }, { 60, 1 } };

	(void)state;
	assert_int_equal(ranges_normalise(r, ARRAY_SIZE(r)), ARRAY_SIZE(want));
	assert_memory_equal(r, want, sizeof(want));
	assert_int_equal(ranges_normalise(r, 0), 0);
}

static void pages_are_counted_outwards_and_inwards(void **state)
{
	struct range r = { 0x1fff, 0x2002 }, small = { 0x1001, 0xffe };

	(void)state;
	assert_int_equal(pages_around(r).base, 0x1000);
	assert_int_equal(pages_around(r).size, 0x4000);
	assert_int_equal(pages_within(r).base, 0x2000);
	assert_int_equal(pages_within(r).size, 0x2000);
	assert_int_equal(pages_around(small).size, 0x1000);
	assert_int_equal(pages_within(small).size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_are_right_at_every_byte),
		cmocka_unit_test(ranges_at_the_end_of_the_address_space_are_cut),
		cmocka_unit_test(ranges_are_sorted_and_joined),
		cmocka_unit_test(pages_are_counted_outwards_and_inwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
