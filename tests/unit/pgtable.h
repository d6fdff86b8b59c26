/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of translation tables share: a watched table, and short names for its use. */
#ifndef TESTS_UNIT_PGTABLE_H
#define TESTS_UNIT_PGTABLE_H

#include "lib/errno.h"
#include "mm/pgtable.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

#define A	MIB(64)			/* an address with room around it, and where it leads */
#define OUT	(GIB(16) + A)
#define RED	(5ull << 2)		/* attributes: any that are not alike */
#define BLUE	(BIT(54) | 1ull << 2)

static struct pool pool;
static struct pgtable pt;

static inline void start_with(enum pt_stage stage, unsigned bits, unsigned pages)
{
	fake_reset(&pool, pages);
	assert_int_equal(pt_init(&pt, stage, bits, &pool), 0);
	fake_watch(&pt);
}

static inline int start(void **state)
{
	(void)state;
	start_with(PT_STAGE2, 40, 64);
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	fake_settle();
	return 0;
}

static inline void map(u64 in, u64 out, u64 size, u64 attrs)
{
	assert_int_equal(pt_map(&pt, in, PA(out), size, attrs, PT_LARGEST), 0);
	fake_settle();
}

static inline void unmap(u64 in, u64 size)
{
	assert_int_equal(pt_unmap(&pt, in, size), 0);
	fake_settle();
}

static inline void change(u64 in, u64 size, u64 attrs)
{
	assert_int_equal(pt_change(&pt, in, size, attrs), 0);
	fake_settle();
}

static inline struct pt_leaf leaf_at(u64 in)
{
	struct pt_leaf leaf;

	assert_int_equal(pt_lookup(&pt, in, &leaf), 0);
	assert_int_equal(leaf.nr, 1);
	assert_true(leaf.in <= in && in - leaf.in < leaf.size);
	return leaf;
}

static inline void assert_hole(u64 in, u64 size)
{
	struct pt_leaf leaf;

	assert_int_equal(pt_lookup(&pt, in, &leaf), -ENOENT);
	assert_int_equal(leaf.in, ALIGN_DOWN(in, size));
	assert_int_equal(leaf.size, size);
}

static inline void assert_leaf(u64 in, u64 size, bool contiguous, u64 out, u64 attrs)
{
	struct pt_leaf leaf = leaf_at(in);

	assert_int_equal(leaf.in, in);
	assert_int_equal(leaf.size, size);
	assert_int_equal(leaf.contiguous, contiguous);
	assert_int_equal(leaf.out.v, out);
	assert_int_equal(leaf.attrs, attrs);
}

#define test(name)	cmocka_unit_test_setup_teardown(name, start, end)

#endif
