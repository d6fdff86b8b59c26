/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of TLBI by range: all of a range, in few instructions, and nothing behind it. */
#include "mm/tlb_range.h"

#include "mm/pgtable.h"
#include "tests/unit/test.h"

/* As the Arm ARM takes one apart. */
static void parts_are(u64 operand, u64 page, u64 nr)
{
	assert_int_equal(FIELD(operand, 47, 46), 1);
	assert_int_equal(FIELD(operand, 38, 37) | FIELD(operand, 63, 48), 0);	/* TTL, ASID */
	assert_int_equal(FIELD(operand, 36, 0), page);
	assert_int_equal((FIELD(operand, 43, 39) + 1) << (5 * FIELD(operand, 45, 44) + 1), nr);
}

static void a_range_is_covered_and_no_more(void **state)
{
	static const u64 sizes[] = {
		1, 2, 3, 64, 65, 66, 512, 16384, 16385, 262144, 2097152, 2097153, 0x1fffffff
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		u64 page = 0x40000 + i, end = page + sizes[i];
		unsigned n = 0;

		for (u64 nr; page < end; page += nr, n++) {
			u64 operand = tlb_range(page, end - page, &nr);

			if (nr > 1)
				parts_are(operand, page, nr);
			else
				assert_int_equal(operand, page);
		}
		assert_int_equal(page, end);
		assert_true(n <= 5 + sizes[i] / (32 << 16));
	}
}

static void blocks_of_64_mib_take_one(void **state)
{
	u64 nr;

	(void)state;
	tlb_range(0x78000, MIB(64) >> PAGE_SHIFT, &nr);
	assert_int_equal(nr, MIB(64) >> PAGE_SHIFT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_covered_and_no_more),
		cmocka_unit_test(blocks_of_64_mib_take_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
