/* SPDX-License-Identifier: Apache-2.0 */
/* Cleaning in pieces: where each begins and ends. */
#include "hyp/work.h"

#include "hyp/cpu.h"
#include "lib/errno.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/test.h"

static int setup(void **state)
{
	(void)state;
	fake_machine_reset();
	fake_el2_reset(16);
	return 0;
}

static void assert_pieces(struct range all, const u64 *size, unsigned nr)
{
	u64 at = all.base;

	assert_int_equal(work_add(all), 0);
	for (unsigned i = 0; i < nr; i++) {
		assert_false(work_step());
		assert_int_equal(fake_el2.cleaned, at);
		assert_int_equal(fake_el2.cleaned_size, size[i]);
		at += size[i];
	}
	assert_int_equal(at, range_end(all));
	assert_true(work_is_done() && work_step());
}

static void whole_blocks_go_by_the_mebibyte(void **state)
{
	(void)state;
	assert_pieces((struct range){ GIB(1), MIB(4) },
		      (const u64[]){ MIB(1), MIB(1), MIB(1), MIB(1) }, 4);
}

/* EL2 maps it by pages: each block that it touches takes a table. */
static void a_piece_of_pages_stays_in_one_block(void **state)
{
	(void)state;
	assert_pieces((struct range){ GIB(1) + MIB(2) - KIB(256), KIB(256) + MIB(2) + KIB(640) },
		      (const u64[]){ KIB(256), MIB(1), MIB(1), KIB(512), KIB(128) }, 5);
}

static void without_pages_to_see_it_nothing_is_begun(void **state)
{
	(void)state;
	page_pool.nr_free = 2;
	assert_int_equal(work_add((struct range){ GIB(1), MIB(1) }), -ENOMEM);
	assert_true(work_is_done());
}

static unsigned nr_then;

static void note_then(void)
{
	nr_then++;
	assert_true(work_is_done());
}

static void what_is_to_follow_follows_the_last_piece(void **state)
{
	(void)state;
	nr_then = 0;
	assert_int_equal(work_add((struct range){ GIB(1), MIB(2) }), 0);
	assert_int_equal(work_add((struct range){ GIB(2), MIB(2) }), 0);
	work_then(note_then);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(nr_then, 0);
		assert_false(work_step());
	}
	assert_true(work_step() && work_step());
	assert_int_equal(nr_then, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(whole_blocks_go_by_the_mebibyte, setup),
		cmocka_unit_test_setup(a_piece_of_pages_stays_in_one_block, setup),
		cmocka_unit_test_setup(without_pages_to_see_it_nothing_is_begun, setup),
		cmocka_unit_test_setup(what_is_to_follow_follows_the_last_piece, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
