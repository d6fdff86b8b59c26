/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "tests/unit/test.h"

static u64 handler(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	return write ? val : (u64)arg + offset * size;
}

/* The table has no way to forget: each test has its own part of the address space. */
static void a_page_is_found_by_any_address_in_it(void **state)
{
	static const u64 order[] = { 5, 1, 9, 3, 7 };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(order); i++)
		assert_int_equal(
			mmio_register(IPA(order[i] * PAGE_SIZE), handler, (void *)order[i]), 0);
	for (u64 n = 0; n < 11; n++) {
		const struct mmio_page *first = mmio_find(IPA(n * PAGE_SIZE));
		const struct mmio_page *last = mmio_find(IPA(n * PAGE_SIZE + PAGE_SIZE - 1));

		assert_ptr_equal(first, last);
		if (n & 1) {
			assert_non_null(first);
			assert_int_equal(first->arg, n);
		} else {
			assert_null(first);
		}
	}
	assert_null(mmio_find(IPA(~0ull)));
}

static void a_page_has_one_handler(void **state)
{
	(void)state;
	assert_int_equal(mmio_register(IPA(GIB(1)), handler, NULL), 0);
	assert_int_equal(mmio_register(IPA(GIB(1)), handler, NULL), -EEXIST);
	assert_int_equal(mmio_register(IPA(GIB(1) + 8), handler, NULL), -EINVAL);
}

static void a_load_fills_its_register_as_the_instruction_says(void **state)
{
	(void)state;
	assert_int_equal(mmio_loaded(0x123456789abcdef0, 1, false, false), 0xf0);
	assert_int_equal(mmio_loaded(0x123456789abcdef0, 1, true, false),
			 0xfffffff0); /* LDRSB Wt */
	assert_int_equal(mmio_loaded(0x123456789abcdef0, 1, true, true), ~0xfull); /* LDRSB Xt */
	assert_int_equal(mmio_loaded(0x70, 1, true, true), 0x70);
	assert_int_equal(mmio_loaded(0x8000, 2, true, false), 0xffff8000);
	assert_int_equal(mmio_loaded(0x80000000, 4, true, true), 0xffffffff80000000);	/* LDRSW */
	assert_int_equal(mmio_loaded(0x180000000, 4, false, false), 0x80000000);
	assert_int_equal(mmio_loaded(0x8000000000000000, 8, false, true), 0x8000000000000000);
}

/* Last: it fills the table. */
static void a_full_table_says_so(void **state)
{
	u64 page = GIB(2);

	(void)state;
	while (!mmio_register(IPA(page), handler, NULL))
		page += PAGE_SIZE;
	assert_int_equal(mmio_register(IPA(page), handler, NULL), -ENOSPC);
	assert_non_null(mmio_find(IPA(page - PAGE_SIZE)));
	assert_non_null(mmio_find(IPA(GIB(2))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_found_by_any_address_in_it),
		cmocka_unit_test(a_page_has_one_handler),
		cmocka_unit_test(a_load_fills_its_register_as_the_instruction_says),
		cmocka_unit_test(a_full_table_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
