/* SPDX-License-Identifier: Apache-2.0 */
/* Unmap and change: what is split, flushed and freed. */
#include "tests/unit/pgtable.h"

/* Unmap */

static void a_partial_unmap_splits_the_block(void **state)
{
	(void)state;
	map(GIB(1), GIB(5), GIB(1), RED);
	unmap(GIB(1) + MIB(6) + KIB(20), KIB(4));
	assert_hole(GIB(1) + MIB(6) + KIB(20), KIB(4));
	assert_leaf(GIB(1) + MIB(6) + KIB(16), KIB(4), false, GIB(5) + MIB(6) + KIB(16), RED);
	assert_leaf(GIB(1) + MIB(6) + KIB(24), KIB(4), false, GIB(5) + MIB(6) + KIB(24), RED);
	assert_leaf(GIB(1) + MIB(6) + KIB(64), KIB(4), true, GIB(5) + MIB(6) + KIB(64), RED);
	assert_leaf(GIB(1) + MIB(4), MIB(2), false, GIB(5) + MIB(4), RED);
	assert_leaf(GIB(1) + MIB(32), MIB(2), true, GIB(5) + MIB(32), RED);
	/* One flush for each leaf that was split, and one for what was unmapped. */
	assert_int_equal(fake_tlb.flushes, 3);
}

static void a_partial_unmap_takes_the_hint_from_the_group_alone(void **state)
{
	(void)state;
	map(A, OUT, KIB(192), RED);
	unmap(A + KIB(68), KIB(4));
	assert_leaf(A, KIB(4), true, OUT, RED);
	assert_leaf(A + KIB(64), KIB(4), false, OUT + KIB(64), RED);
	assert_leaf(A + KIB(124), KIB(4), false, OUT + KIB(124), RED);
	assert_leaf(A + KIB(128), KIB(4), true, OUT + KIB(128), RED);
}

/* How many pages a split may need: the pool holds exactly those, or one less. */
static void a_split_takes_what_it_needs_or_changes_nothing(void **state)
{
	static const struct { u64 in, size; unsigned pages; } cuts[] = {
		{ 0, MIB(2), 1 },			/* one end, at level 2 */
		{ MIB(2), MIB(2), 1 },			/* both ends, same table */
		{ KIB(4), KIB(4), 2 },			/* both in the same page table */
		{ 0, KIB(4), 2 },
		{ KIB(4), MIB(2), 3 },			/* two page tables */
		{ MIB(4), MIB(2) + KIB(4), 2 },
		{ GIB(1) - MIB(2), MIB(4), 2 },		/* two blocks, down to level 2 */
		{ GIB(1) - KIB(4), KIB(8), 4 },		/* two blocks, down to level 3 */
		{ KIB(4), GIB(2) - KIB(8), 4 },
		{ KIB(4), GIB(1) - KIB(8), 3 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cuts); i++) {
		u64 in = GIB(4) + cuts[i].in;

		start_with(PT_STAGE2, 39, 1 + cuts[i].pages);
		map(GIB(4), GIB(8), GIB(2), RED);
		change(in, cuts[i].size, BLUE);
		assert_int_equal(pool.nr_free, 0);

		start_with(PT_STAGE2, 39, cuts[i].pages);
		map(GIB(4), GIB(8), GIB(2), RED);
		assert_int_equal(pt_unmap(&pt, in, cuts[i].size), -ENOMEM);
		assert_int_equal(pt_change(&pt, in, cuts[i].size, BLUE), -ENOMEM);
		fake_settle();
		assert_int_equal(fake_tlb.flushes, 0);
		assert_leaf(GIB(4), GIB(1), false, GIB(8), RED);
		assert_leaf(GIB(5), GIB(1), false, GIB(9), RED);
	}
}

static void holes_may_be_unmapped(void **state)
{
	(void)state;
	unmap(A, GIB(4));
	assert_int_equal(fake_tlb.flushes, 0);
	map(A + MIB(2), OUT, KIB(4), RED);
	map(A + MIB(8), OUT, MIB(2), RED);
	unmap(A, GIB(4));
	assert_int_equal(fake_tlb.flushes, 1);
	assert_int_equal(fake_tlb.smallest, KIB(4));
	assert_hole(A + MIB(2), GIB(1));
}

static void tables_that_became_empty_go_back_to_the_pool(void **state)
{
	u32 nr_free = pool.nr_free;

	(void)state;
	map(GIB(1) - KIB(12), OUT, KIB(24), RED);
	assert_int_equal(pool.nr_free, nr_free - 4);
	unmap(GIB(1) - KIB(12), KIB(8));
	assert_int_equal(pool.nr_free, nr_free - 4);
	unmap(GIB(1) - KIB(4), KIB(4));
	assert_int_equal(pool.nr_free, nr_free - 2);
	unmap(GIB(1), KIB(12));
	assert_int_equal(pool.nr_free, nr_free);
	assert_int_equal(fake_tlb.flushes, 3);
}

/* Change */

static void a_change_of_64_mib_by_blocks_flushes_once(void **state)
{
	(void)state;
	map(A, OUT, MIB(64), RED);
	change(A, MIB(64), BLUE);
	assert_int_equal(fake_tlb.flushes, 1);
	assert_int_equal(fake_tlb.in, A);
	assert_int_equal(fake_tlb.size, MIB(64));
	assert_int_equal(fake_tlb.smallest, MIB(2));
	for (u64 at = 0; at < MIB(64); at += MIB(2))
		assert_leaf(A + at, MIB(2), true, OUT + at, BLUE);
}

static void a_change_to_what_is_there_touches_nothing(void **state)
{
	(void)state;
	map(GIB(1), GIB(2), GIB(1), RED);
	change(GIB(1) + KIB(4), KIB(4), RED);
	assert_int_equal(fake_tlb.flushes, 0);
	assert_leaf(GIB(1), GIB(1), false, GIB(2), RED);

	map(GIB(2), GIB(8), MIB(2), BLUE);
	change(GIB(1) + KIB(4), GIB(1) + KIB(4), BLUE);	/* ends in a block that is blue already */
	assert_leaf(GIB(2), MIB(2), false, GIB(8), BLUE);
	assert_leaf(GIB(1), KIB(4), false, GIB(2), RED);
}

static void a_partial_change_leaves_the_rest_as_it_was(void **state)
{
	(void)state;
	map(A, OUT, MIB(64), RED);
	change(A + MIB(2) + KIB(64), MIB(2), BLUE);
	assert_leaf(A, MIB(2), false, OUT, RED);
	assert_leaf(A + MIB(2) + KIB(48), KIB(4), true, OUT + MIB(2) + KIB(48), RED);
	assert_leaf(A + MIB(2) + KIB(64), KIB(4), true, OUT + MIB(2) + KIB(64), BLUE);
	assert_leaf(A + MIB(4) + KIB(60), KIB(4), true, OUT + MIB(4) + KIB(60), BLUE);
	assert_leaf(A + MIB(4) + KIB(64), KIB(4), true, OUT + MIB(4) + KIB(64), RED);
	assert_leaf(A + MIB(6), MIB(2), false, OUT + MIB(6), RED);
	assert_leaf(A + MIB(32), MIB(2), true, OUT + MIB(32), RED);
}

static void a_change_over_a_hole_is_refused(void **state)
{
	(void)state;
	map(A, OUT, MIB(2), RED);
	map(A + MIB(2) + KIB(4), OUT, KIB(4), RED);
	assert_int_equal(pt_change(&pt, A, MIB(2) + KIB(8), BLUE), -ENOENT);
	fake_settle();
	assert_int_equal(fake_tlb.flushes, 0);
	assert_leaf(A, MIB(2), false, OUT, RED);
}

static void a_leaf_to_address_0_without_attributes_is_changed_too(void **state)
{
	(void)state;
	map(A, 0, MIB(2), 0);
	change(A, MIB(2), RED);
	assert_leaf(A, MIB(2), false, 0, RED);
}

/* Break, and make again */

static void what_is_broken_is_there_and_not_reached(void **state)
{
	(void)state;
	map(A, OUT, MIB(4), RED);
	assert_int_equal(pt_break(&pt, A, MIB(2), BLUE), 0);
	assert_int_equal(fake_tlb.flushes, 1);
	assert_true(leaf_at(A).broken);
	assert_false(leaf_at(A + MIB(2)).broken);
	assert_int_equal(leaf_at(A).attrs, BLUE);
	assert_int_equal(pt_break(&pt, A, MIB(2), RED), 0);
	assert_int_equal(fake_tlb.flushes, 1);
	assert_int_equal(leaf_at(A).attrs, RED);
	assert_int_equal(pt_make(&pt, A, MIB(2), PT_KEEP_ATTRS), 0);
	assert_leaf(A, MIB(2), false, OUT, RED);
	assert_int_equal(pt_break(&pt, A, MIB(2), PT_KEEP_ATTRS), 0);
	assert_int_equal(leaf_at(A).attrs, RED);
	assert_int_equal(pt_make(&pt, A, MIB(2), BLUE), 0);
	fake_settle();
	assert_leaf(A, MIB(2), false, OUT, BLUE);
	assert_leaf(A + MIB(2), MIB(2), false, OUT + MIB(2), RED);
	assert_int_equal(pt_break(&pt, A, GIB(1), BLUE), -ENOENT);
	assert_int_equal(pt_break(&pt, A, MIB(2), 1), -EINVAL);
	assert_int_equal(pt_make(&pt, A, KIB(2), RED), -EINVAL);
}

static void what_is_cut_from_a_broken_block_leaves_it_broken(void **state)
{
	static const u64 around[] = { 0, MIB(2), MIB(4) - KIB(4), MIB(4) + KIB(4), MIB(512) };

	(void)state;
	map(GIB(1), GIB(17), GIB(1), RED);
	assert_int_equal(pt_break(&pt, GIB(1), GIB(1), PT_KEEP_ATTRS), 0);
	assert_int_equal(pt_break(&pt, GIB(1) + MIB(4), KIB(4), BLUE), 0);
	assert_int_equal(pt_make(&pt, GIB(1) + MIB(4), KIB(4), PT_KEEP_ATTRS), 0);
	assert_leaf(GIB(1) + MIB(4), KIB(4), false, GIB(17) + MIB(4), BLUE);
	assert_false(leaf_at(GIB(1) + MIB(4)).broken);
	for (unsigned i = 0; i < ARRAY_SIZE(around); i++) {
		assert_true(leaf_at(GIB(1) + around[i]).broken);
		assert_int_equal(leaf_at(GIB(1) + around[i]).attrs, RED);
	}
	assert_int_equal(pt_unmap(&pt, GIB(1) + MIB(16), KIB(8)), 0);
	assert_hole(GIB(1) + MIB(16), KIB(4));
	assert_true(leaf_at(GIB(1) + MIB(16) + KIB(8)).broken);
	assert_int_equal(pt_unmap(&pt, GIB(1), GIB(1)), 0);
}

/* Join */

struct dump {
	struct pt_leaf leaf[64];
	unsigned nr;
};

static int add_to(const struct pt_leaf *leaf, void *arg)
{
	struct dump *dump = arg;

	assert_true(dump->nr < ARRAY_SIZE(dump->leaf));
	dump->leaf[dump->nr++] = *leaf;
	return 0;
}

static struct dump dump_of(u64 in, u64 size)
{
	struct dump dump;

	memset(&dump, 0, sizeof(dump));
	assert_int_equal(pt_for_each_leaf(&pt, in, size, add_to, &dump), 0);
	return dump;
}

/* Another colour and back, whatever was split: the descriptors are those of before. */
static void what_was_split_is_joined_again(void **state)
{
	static const struct { u64 in, size; } parts[] = {
		{ 0, KIB(4) },
		{ GIB(2) - KIB(4), KIB(4) },
		{ KIB(4), GIB(2) - KIB(8) },
		{ GIB(1) - KIB(4), KIB(8) },
		{ GIB(1) - MIB(2), MIB(4) },
		{ MIB(16), MIB(16) },
		{ GIB(2) + MIB(2), MIB(2) },
		{ GIB(2), MIB(34) },
		{ GIB(2) + MIB(66) + KIB(4), KIB(60) },
	};

	(void)state;
	map(GIB(4), GIB(8), GIB(2), RED);
	map(GIB(6), GIB(1), MIB(66) + KIB(128), RED);

	struct dump before = dump_of(GIB(4), GIB(3));
	u32 nr_free = pool.nr_free;

	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++) {
		u64 in = GIB(4) + parts[i].in;

		change(in, parts[i].size, BLUE);
		assert_int_equal(pt_join(&pt, in, parts[i].size), 0);
		fake_settle();
		assert_int_equal(leaf_at(in).attrs, BLUE);
		change(in, parts[i].size, RED);
		assert_int_equal(pt_join(&pt, in, parts[i].size), 0);
		fake_settle();

		struct dump after = dump_of(GIB(4), GIB(3));

		assert_memory_equal(&before, &after, sizeof(before));
		assert_int_equal(pool.nr_free, nr_free);
	}
}

/* A hole, another colour, another output, one that is broken; and an output that is not aligned. */
static void what_is_not_alike_is_not_joined(void **state)
{
	(void)state;
	map(A, OUT, MIB(2) - KIB(4), RED);
	map(A + MIB(2), OUT + KIB(4), MIB(2), RED);
	map(A + MIB(4), OUT, MIB(2) - KIB(4), RED);
	map(A + MIB(6) - KIB(4), GIB(20), KIB(4), RED);
	map(A + MIB(6), OUT + MIB(6), MIB(2), RED);
	change(A + MIB(6), KIB(4), BLUE);
	assert_int_equal(pt_join(&pt, A, MIB(8)), 0);
	fake_settle();
	assert_int_equal(leaf_at(A).size, KIB(4));
	assert_int_equal(leaf_at(A + MIB(2)).size, KIB(4));
	assert_int_equal(leaf_at(A + MIB(4)).size, KIB(4));
	assert_int_equal(leaf_at(A + MIB(6)).size, KIB(4));

	change(A + MIB(6), KIB(4), RED);
	assert_int_equal(pt_break(&pt, A + MIB(6) + KIB(4), KIB(4), PT_KEEP_ATTRS), 0);
	assert_int_equal(pt_join(&pt, A + MIB(6), MIB(2)), 0);
	assert_int_equal(leaf_at(A + MIB(6)).size, KIB(4));
	assert_true(leaf_at(A + MIB(6) + KIB(4)).broken);
	assert_int_equal(pt_make(&pt, A + MIB(6) + KIB(4), KIB(4), PT_KEEP_ATTRS), 0);
	assert_int_equal(pt_join(&pt, A + MIB(6), MIB(2)), 0);
	fake_settle();
	assert_leaf(A + MIB(6), MIB(2), false, OUT + MIB(6), RED);
	assert_int_equal(pt_join(&pt, A, KIB(2)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_partial_unmap_splits_the_block),
		test(a_partial_unmap_takes_the_hint_from_the_group_alone),
		test(a_split_takes_what_it_needs_or_changes_nothing),
		test(holes_may_be_unmapped),
		test(tables_that_became_empty_go_back_to_the_pool),
		test(a_change_of_64_mib_by_blocks_flushes_once),
		test(a_change_to_what_is_there_touches_nothing),
		test(a_partial_change_leaves_the_rest_as_it_was),
		test(a_change_over_a_hole_is_refused),
		test(a_leaf_to_address_0_without_attributes_is_changed_too),
		test(what_is_broken_is_there_and_not_reached),
		test(what_is_cut_from_a_broken_block_leaves_it_broken),
		test(what_was_split_is_joined_again),
		test(what_is_not_alike_is_not_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
