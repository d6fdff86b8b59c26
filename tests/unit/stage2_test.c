/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/errno.h"
#include "mm/stage2.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

static struct pool pool;
static struct stage2 s2;

static int init(u8 pa_bits, unsigned pages)
{
	struct mm_caps caps = { .pa_bits = pa_bits };

	fake_reset(&pool, pages);
	return stage2_init(&s2, &caps, pa_bits, &pool);
}

static int start(void **state)
{
	(void)state;
	assert_int_equal(init(40, 32), 0);
	fake_watch(&s2.pt);
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_settle();
	return 0;
}

static const struct s2_attr ram = { S2_NORMAL_WB, SH_INNER, true, true, true };
static const struct s2_attr mmio = { S2_DEVICE_nGnRE, SH_OUTER, true, true, false };

static void assert_same_attr(struct s2_attr a, struct s2_attr b)
{
	assert_int_equal(a.memattr, b.memattr);
	assert_int_equal(a.sh, b.sh);
	assert_int_equal(a.read, b.read);
	assert_int_equal(a.write, b.write);
	assert_int_equal(a.exec, b.exec);
}

/* The two registers, for every physical address size: what the CPU makes of them is the table. */
static void the_registers_describe_the_table(void **state)
{
	static const struct { u8 bits, ps, level, tables; } sizes[] = {
		{ 32, 0, 2, 4 }, { 36, 1, 1, 1 }, { 40, 2, 1, 2 },
		{ 42, 3, 1, 8 }, { 44, 4, 0, 1 }, { 48, 5, 0, 1 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_int_equal(init(sizes[i].bits, 32), 0);
		assert_int_equal(FIELD(s2.vtcr, 5, 0), 64 - sizes[i].bits);
		assert_int_equal(FIELD(s2.vtcr, 7, 6), 2 - sizes[i].level);	/* SL0 */
		assert_int_equal(FIELD(s2.vtcr, 9, 8), 1);			/* IRGN0 */
		assert_int_equal(FIELD(s2.vtcr, 11, 10), 1);			/* ORGN0 */
		assert_int_equal(FIELD(s2.vtcr, 13, 12), 3);			/* SH0 */
		assert_int_equal(FIELD(s2.vtcr, 15, 14), 0);			/* TG0 */
		assert_int_equal(FIELD(s2.vtcr, 18, 16), sizes[i].ps);		/* PS */
		assert_int_equal(s2.vtcr >> 19, BIT(31 - 19));			/* RES1 */
		assert_int_equal(FIELD(s2.vttbr, 47, 0), s2.pt.root.v);
		assert_int_equal(s2.vttbr >> 48, 1);
		assert_true(IS_ALIGNED(s2.pt.root.v, sizes[i].tables * PAGE_SIZE));
		assert_int_equal(pool.nr_free, 32 - sizes[i].tables);
	}
}

/* The guest's addresses need not have the size of the CPU's. */
static void input_and_output_have_sizes_of_their_own(void **state)
{
	struct mm_caps caps = { .pa_bits = 48 };

	(void)state;
	fake_reset(&pool, 32);
	assert_int_equal(stage2_init(&s2, &caps, 40, &pool), 0);
	assert_int_equal(FIELD(s2.vtcr, 5, 0), 64 - 40);
	assert_int_equal(FIELD(s2.vtcr, 7, 6), 1);			/* SL0: level 1 */
	assert_int_equal(FIELD(s2.vtcr, 18, 16), 5);			/* PS */
	assert_int_equal(pool.nr_free, 30);
	assert_int_equal(stage2_map(&s2, IPA(0), PA(BIT(47)), PAGE_SIZE, ram), 0);
	assert_int_equal(stage2_map(&s2, IPA(BIT(40)), PA(0), PAGE_SIZE, ram), -EINVAL);

	caps.pa_bits = 36;
	assert_int_equal(stage2_init(&s2, &caps, 40, &pool), -EINVAL);
	caps.pa_bits = 40;
	assert_int_equal(stage2_init(&s2, &caps, 39, &pool), -EINVAL);
}

static void an_address_size_that_no_cpu_has_is_refused(void **state)
{
	(void)state;
	assert_int_equal(init(52, 32), -EINVAL);
	assert_int_equal(init(39, 32), -EINVAL);
	assert_int_equal(init(0, 32), -EINVAL);
	assert_int_equal(init(42, 7), -ENOMEM);
}

static void every_attribute_comes_back_as_it_was_given(void **state)
{
	static const u8 sh[] = { SH_NONE, SH_OUTER, SH_INNER };
	struct s2_leaf leaf;

	(void)state;
	assert_int_equal(stage2_map(&s2, IPA(0), PA(0), PAGE_SIZE, mmio), 0);
	for (unsigned i = 0; i < 16 * 3 * 8; i++) {
		struct s2_attr attr = {
			.memattr = i % 16, .sh = sh[i / 16 % 3],
			.read = i / 48 & 1, .write = i / 48 & 2, .exec = i / 48 & 4,
		};

		assert_int_equal(stage2_change(&s2, IPA(0), PAGE_SIZE, attr), 0);
		fake_settle();
		assert_int_equal(stage2_lookup(&s2, IPA(0), &leaf), 0);
		assert_same_attr(leaf.attr, attr);
	}
}

static void attributes_are_where_the_architecture_has_them(void **state)
{
	struct s2_attr read_only = { 0xa, SH_NONE, true, false, false };
	struct pt_leaf leaf;

	(void)state;
	assert_int_equal(stage2_map(&s2, IPA(0), PA(0), PAGE_SIZE, ram), 0);
	assert_int_equal(stage2_map(&s2, IPA(KIB(4)), PA(0), PAGE_SIZE, mmio), 0);
	assert_int_equal(stage2_map(&s2, IPA(KIB(8)), PA(0), PAGE_SIZE, read_only), 0);
	assert_int_equal(pt_lookup(&s2.pt, 0, &leaf), 0);
	assert_int_equal(leaf.attrs, 0xf << 2 | 3 << 6 | 3 << 8);
	assert_int_equal(pt_lookup(&s2.pt, KIB(4), &leaf), 0);
	assert_int_equal(leaf.attrs, 0x1 << 2 | 3 << 6 | 2 << 8 | 2ull << 53);
	assert_int_equal(pt_lookup(&s2.pt, KIB(8), &leaf), 0);
	assert_int_equal(leaf.attrs, 0xa << 2 | 1 << 6 | 2ull << 53);
}

static void attributes_that_are_no_encoding_are_refused(void **state)
{
	struct s2_attr reserved = { .memattr = S2_NORMAL_WB, .sh = 1 };
	struct s2_attr too_large = { .memattr = 16 };

	(void)state;
	assert_int_equal(stage2_map(&s2, IPA(0), PA(0), PAGE_SIZE, ram), 0);
	assert_int_equal(stage2_map(&s2, IPA(KIB(4)), PA(0), PAGE_SIZE, reserved), -EINVAL);
	assert_int_equal(stage2_map(&s2, IPA(KIB(4)), PA(0), PAGE_SIZE, too_large), -EINVAL);
	assert_int_equal(stage2_change(&s2, IPA(0), PAGE_SIZE, reserved), -EINVAL);
	assert_int_equal(stage2_change(&s2, IPA(0), PAGE_SIZE, too_large), -EINVAL);
}

static void a_leaf_says_where_it_leads(void **state)
{
	struct s2_leaf leaf;

	(void)state;
	assert_int_equal(stage2_map(&s2, IPA(GIB(1)), PA(GIB(3)), MIB(32), ram), 0);
	assert_int_equal(stage2_lookup(&s2, IPA(GIB(1) + MIB(5)), &leaf), 0);
	assert_int_equal(leaf.ipa.v, GIB(1) + MIB(4));
	assert_int_equal(leaf.pa.v, GIB(3) + MIB(4));
	assert_int_equal(leaf.size, MIB(2));
	assert_int_equal(leaf.level, 2);
	assert_true(leaf.contiguous);

	assert_int_equal(stage2_unmap(&s2, IPA(GIB(1)), MIB(32)), 0);
	assert_int_equal(stage2_lookup(&s2, IPA(GIB(1) + MIB(5)), &leaf), -ENOENT);
	assert_int_equal(leaf.ipa.v, GIB(1));
	assert_int_equal(leaf.size, GIB(1));
	assert_int_equal(stage2_lookup(&s2, IPA(BIT(40)), &leaf), -EINVAL);
}

static int add_up(const struct s2_leaf *leaf, void *arg)
{
	assert_same_attr(leaf->attr, leaf->ipa.v < GIB(1) ? mmio : ram);
	assert_int_equal(leaf->pa.v, leaf->ipa.v + GIB(1));
	*(u64 *)arg += leaf->size * leaf->nr;
	return 0;
}

static void leaves_can_be_gone_through(void **state)
{
	u64 sum = 0;

	(void)state;
	assert_int_equal(stage2_map(&s2, IPA(MIB(144)), PA(GIB(1) + MIB(144)), KIB(68), mmio), 0);
	assert_int_equal(stage2_map(&s2, IPA(GIB(1)), PA(GIB(2)), MIB(70), ram), 0);
	assert_int_equal(stage2_for_each_leaf(&s2, IPA(0), BIT(40), add_up, &sum), 0);
	assert_int_equal(sum, KIB(68) + MIB(70));
}

#define test(name)	cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_registers_describe_the_table),
		cmocka_unit_test(input_and_output_have_sizes_of_their_own),
		cmocka_unit_test(an_address_size_that_no_cpu_has_is_refused),
		test(every_attribute_comes_back_as_it_was_given),
		test(attributes_are_where_the_architecture_has_them),
		test(attributes_that_are_no_encoding_are_refused),
		test(a_leaf_says_where_it_leads),
		test(leaves_can_be_gone_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
