// SPDX-License-Identifier: Apache-2.0
/* The encodings of memory attributes: all 256 bytes, all MemAttr. */
#include "lib/errno.h"
#include "mm/attr.h"
#include "tests/unit/test.h"

static void a_mair_byte_decodes_or_is_unpredictable_as_the_register_says(void **state)
{
	struct mem_attr a;
	unsigned defined = 0, xs0 = 0;

	(void)state;
	for (int mair = 0; mair < 256; mair++) {
		bool whole = mair == 0x40 || mair == 0xa0 || mair == 0xf0;
		bool reserved = mair & 0xf0 ? !(mair & 0xf) && !whole : mair & 2;

		assert_int_equal(mair_decode(mair, &a), reserved ? -EINVAL : 0);
		if (reserved)
			continue;
		defined++;
		xs0 += a.xs0;
		assert_int_equal(a.type, mair & 0xf0 ? MEM_NORMAL : MEM_DEVICE);
		assert_int_equal(a.tagged, mair == 0xf0);
	}
	assert_int_equal(defined, 8 + 15 * 15 + 3);	/* Device, Normal by halves, whole bytes */
	assert_int_equal(xs0, 4 + 2);
}

static void each_half_of_a_mair_byte_means_what_the_register_says(void **state)
{
	/* policy, read, write, transient: as the Arm ARM lists them, 0b0000 apart */
	static const char *const half[16] = {
		[0x1] = "WT-wt", [0x2] = "WTr-t", [0x3] = "WTrwt", [0x4] = "NC---", [0x5] = "WB-wt",
		[0x6] = "WBr-t", [0x7] = "WBrwt", [0x8] = "WT---", [0x9] = "WT-w-", [0xa] = "WTr--",
		[0xb] = "WTrw-", [0xc] = "WB---", [0xd] = "WB-w-", [0xe] = "WBr--", [0xf] = "WBrw-",
	};
	static const char *const policy[] = { "", "NC", "WT", "WB" };

	(void)state;
	for (int outer = 1; outer < 16; outer++) {
		for (int inner = 1; inner < 16; inner++) {
			struct mem_attr a;
			char text[8];

			assert_int_equal(mair_decode(outer << 4 | inner, &a), 0);
			for (int level = 0; level < 2; level++) {
				struct cache_attr c = level ? a.outer : a.inner;

				snprintf(text, sizeof(text), "%s%c%c%c", policy[c.policy],
					 c.read_alloc ? 'r' : '-', c.write_alloc ? 'w' : '-',
					 c.transient ? 't' : '-');
				assert_string_equal(text, half[level ? outer : inner]);
			}
		}
	}
}

static void encoding_is_the_inverse_of_decoding(void **state)
{
	struct mem_attr a;

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		if (!mair_decode(byte, &a))
			assert_int_equal(mair_encode(&a), byte);
		if (!par_decode(byte, &a))
			assert_int_equal(par_encode(&a), byte);
	}
	for (int fwb = 0; fwb < 2; fwb++) {
		for (int mte_perm = 0; mte_perm < 2; mte_perm++) {
			for (int memattr = 0; memattr < 16; memattr++) {
				const struct s2_mem *s2 = s2_decode(memattr, fwb, mte_perm);

				if (s2)
					assert_int_equal(s2_encode(s2, fwb, mte_perm), memattr);
			}
		}
	}
}

static void par_has_one_encoding_that_stage_1_lacks(void **state)
{
	struct mem_attr a, untouched;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	a = untouched;
	for (int byte = 0; byte < 256; byte++) {
		struct mem_attr m, p;
		int in_mair = mair_decode(byte, &m), in_par = par_decode(byte, &p);

		assert_int_equal(in_par != in_mair, byte == 0xe0);
		if (!in_mair)
			assert_true(mem_attr_equal(&m, &p));
	}
	assert_int_equal(mair_decode(0xe0, &a), -EINVAL);
	assert_int_equal(par_decode(0x02, &a), -EINVAL);
	assert_true(mem_attr_equal(&a, &untouched));
	assert_int_equal(par_decode(0xe0, &a), 0);
	assert_int_equal(mair_encode(&a), -EINVAL);
}

static void an_attribute_without_an_encoding_is_refused(void **state)
{
	struct mem_attr a;

	(void)state;
	assert_int_equal(mair_decode(0xbb, &a), 0);
	a.tagged = true;				/* tags on Write-Through */
	assert_int_equal(mair_encode(&a), -EINVAL);
	assert_int_equal(mair_decode(0x11, &a), 0);
	a.inner.write_alloc = false;			/* transient without a hint: 0x10 */
	assert_int_equal(mair_encode(&a), -EINVAL);
	assert_int_equal(mair_decode(0x55, &a), 0);
	a.inner.write_alloc = false;			/* the bits of NC */
	assert_int_equal(mair_encode(&a), -EINVAL);
	assert_int_equal(mair_decode(0xff, &a), 0);
	a.xs0 = true;					/* Write-Back has no second form */
	assert_int_equal(mair_encode(&a), -EINVAL);
	assert_int_equal(s2_encode(&(struct s2_mem){ .rule = S2_RESERVED }, false, true), -EINVAL);
	assert_int_equal(s2_encode(&(struct s2_mem){ .rule = S2_FORCE_WB }, false, true), -EINVAL);
}

static void par_values_that_differ_in_xs_alone_are_the_same_memory(void **state)
{
	(void)state;
	assert_true(par_same(0x44, 0x40));
	assert_true(par_same(0x05, 0x04));
	assert_true(par_same(0xa0, 0xaa));
	assert_false(par_same(0x00, 0x04));
	assert_false(par_same(0xff, 0xf0));
	assert_false(par_same(0xf0, 0xe0));
	assert_false(par_same(0xbb, 0xa0));
	assert_true(par_same(0x02, 0x02));		/* reserved: only itself */
	assert_false(par_same(0x02, 0x03));
	for (int a = 0; a < 256; a++)
		for (int b = 0; b < 256; b++)
			assert_int_equal(par_same(a, b), par_same(b, a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mair_byte_decodes_or_is_unpredictable_as_the_register_says),
		cmocka_unit_test(each_half_of_a_mair_byte_means_what_the_register_says),
		cmocka_unit_test(encoding_is_the_inverse_of_decoding),
		cmocka_unit_test(par_has_one_encoding_that_stage_1_lacks),
		cmocka_unit_test(an_attribute_without_an_encoding_is_refused),
		cmocka_unit_test(par_values_that_differ_in_xs_alone_are_the_same_memory),
	};

	return cmocka_run_group_tests_name("attr", tests, NULL, NULL);
}
