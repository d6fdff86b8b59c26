/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/errno.h"
#include "mm/phys.h"
#include "mm/pool.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

static void only_whole_pages_count(void **state)
{
	struct pool pool;

	(void)state;
	pool_init(&pool, PA(FAKE_BASE + 1), 3 * PAGE_SIZE);
	assert_int_equal(pool.nr_pages, 2);
	assert_int_equal(pool.nr_free, 2);
	assert_int_equal(pool.next.v, FAKE_BASE + PAGE_SIZE);

	pool_init(&pool, PA(FAKE_BASE + 1), PAGE_SIZE);
	assert_int_equal(pool.nr_pages, 0);
	pool_init(&pool, PA(FAKE_BASE), PAGE_SIZE - 1);
	assert_int_equal(pool.nr_pages, 0);
}

static void what_is_added_comes_after_what_is_left(void **state)
{
	struct pool pool;
	bool seen[16] = { false };
	pa_t pages;

	(void)state;
	fake_reset(&pool, 16);
	pool_init(&pool, PA(FAKE_BASE), 4 * PAGE_SIZE);
	assert_int_equal(pool_alloc(&pool, 1, &pages), 0);
	pool_add(&pool, PA(FAKE_BASE + 8 * PAGE_SIZE), 8 * PAGE_SIZE);
	assert_int_equal(pool.nr_pages, 12);
	assert_int_equal(pool.nr_free, 11);
	assert_int_equal(pool_alloc(&pool, 4, &pages), 0);
	assert_int_equal(pages.v, FAKE_BASE + 8 * PAGE_SIZE);
	for (unsigned i = 0; i < 7; i++) {
		assert_int_equal(pool_alloc(&pool, 1, &pages), 0);
		assert_false(seen[(pages.v - FAKE_BASE) / PAGE_SIZE]);
		seen[(pages.v - FAKE_BASE) / PAGE_SIZE] = true;
	}
	assert_true(seen[1] && seen[2] && seen[3]);
	assert_int_equal(pool_alloc(&pool, 1, &pages), -ENOMEM);
}

static void page_0_is_left_out(void **state)
{
	struct pool pool;

	(void)state;
	pool_init(&pool, PA(0), 4 * PAGE_SIZE);
	assert_int_equal(pool.nr_pages, 3);
	assert_int_equal(pool.next.v, PAGE_SIZE);
}

static void a_range_that_wraps_ends_at_the_end(void **state)
{
	struct pool pool;

	(void)state;
	pool_init(&pool, PA(0ul - 3 * PAGE_SIZE), 8 * PAGE_SIZE);
	assert_int_equal(pool.nr_pages, 2);
}

static void pages_come_zeroed_also_the_second_time(void **state)
{
	struct pool pool;
	pa_t page;

	(void)state;
	fake_reset(&pool, 1);
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(pool_alloc(&pool, 1, &page), 0);
		for (unsigned i = 0; i < 512; i++)
			assert_int_equal(((u64 *)phys(page))[i], 0);
		memset(phys(page), 0xff, PAGE_SIZE);
		pool_free(&pool, page);
	}
}

static void several_pages_are_aligned_and_the_skipped_ones_are_not_lost(void **state)
{
	bool taken[16] = { false };
	struct pool pool;
	pa_t page;

	(void)state;
	fake_reset(&pool, 16);
	assert_int_equal(pool_alloc(&pool, 1, &page), 0);
	taken[(page.v - FAKE_BASE) / PAGE_SIZE] = true;
	assert_int_equal(pool_alloc(&pool, 4, &page), 0);
	assert_true(IS_ALIGNED(page.v, 4 * PAGE_SIZE));
	for (unsigned i = 0; i < 4; i++)
		taken[(page.v - FAKE_BASE) / PAGE_SIZE + i] = true;
	assert_int_equal(pool.nr_free, 11);

	while (pool.nr_free) {
		assert_int_equal(pool_alloc(&pool, 1, &page), 0);
		assert_false(taken[(page.v - FAKE_BASE) / PAGE_SIZE]);
		taken[(page.v - FAKE_BASE) / PAGE_SIZE] = true;
	}
	for (unsigned i = 0; i < 16; i++)
		assert_true(taken[i]);
}

static void an_empty_pool_says_so_and_changes_nothing(void **state)
{
	struct pool pool;
	pa_t page, none = PA(42);

	(void)state;
	fake_reset(&pool, 3);
	assert_int_equal(pool_alloc(&pool, 4, &none), -ENOMEM);
	assert_int_equal(pool_alloc(&pool, 2, &page), 0);
	assert_int_equal(pool_alloc(&pool, 2, &none), -ENOMEM);
	assert_int_equal(pool.nr_free, 1);
	assert_int_equal(pool_alloc(&pool, 1, &page), 0);
	assert_int_equal(pool_alloc(&pool, 1, &none), -ENOMEM);
	assert_int_equal(none.v, 42);
	assert_int_equal(pool.nr_free, 0);
	pool_free(&pool, page);
	assert_int_equal(pool_alloc(&pool, 1, &none), 0);
	assert_int_equal(none.v, page.v);
}

static void a_number_that_is_no_power_of_two_is_refused(void **state)
{
	struct pool pool;
	pa_t page;

	(void)state;
	fake_reset(&pool, 16);
	assert_int_equal(pool_alloc(&pool, 0, &page), -EINVAL);
	assert_int_equal(pool_alloc(&pool, 3, &page), -EINVAL);
	assert_int_equal(pool.nr_free, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_whole_pages_count),
		cmocka_unit_test(page_0_is_left_out),
		cmocka_unit_test(what_is_added_comes_after_what_is_left),
		cmocka_unit_test(a_range_that_wraps_ends_at_the_end),
		cmocka_unit_test(pages_come_zeroed_also_the_second_time),
		cmocka_unit_test(several_pages_are_aligned_and_the_skipped_ones_are_not_lost),
		cmocka_unit_test(an_empty_pool_says_so_and_changes_nothing),
		cmocka_unit_test(a_number_that_is_no_power_of_two_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
