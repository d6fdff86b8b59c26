/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/worked.h"

#include "hyp/mmio.h"
#include "lib/errno.h"
#include "tests/unit/test.h"

#define PAGE	0x80a0000ul

static struct region_table table;
static struct diag d;

static u64 handler(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	(void)arg, (void)offset, (void)size, (void)write;
	return val;
}

static int check(u64 ipa, u64 pa, u64 size)
{
	table.nr = 1;
	table.region[0] = (struct region){ .name = "alias", .ipa = IPA(ipa), .pa = PA(pa),
					   .size = size };
	return worked_check(&table, &d);
}

static void another_way_to_them_is_refused_by_name(void **state)
{
	(void)state;
	assert_int_equal(mmio_register(IPA(PAGE), handler, NULL), 0);
	assert_int_equal(check(GIB(3), PAGE - KIB(8), KIB(16)), -EACCES);
	assert_non_null(strstr(d.text, "alias: ipa: 0xc0002000 leads to the registers"));
	assert_non_null(strstr(d.text, "at 0x80a0000, which Mavis works"));
	assert_int_equal(check(GIB(3), PAGE, KIB(4)), -EACCES);
	assert_int_equal(check(PAGE + KIB(4), PAGE, KIB(4)), -EACCES);
}

/* The page's own address traps, whatever region is there; beside it there is nothing to hide. */
static void other_regions_are_none_of_its_business(void **state)
{
	(void)state;
	assert_int_equal(check(PAGE, PAGE, KIB(4)), 0);
	assert_int_equal(check(PAGE - KIB(64), PAGE - KIB(64), MIB(1)), 0);
	assert_int_equal(check(GIB(3), PAGE + KIB(4), KIB(4)), 0);
	assert_int_equal(check(GIB(3), PAGE - KIB(4), KIB(4)), 0);
	assert_int_equal(check(PAGE, GIB(3), KIB(4)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_way_to_them_is_refused_by_name),
		cmocka_unit_test(other_regions_are_none_of_its_business),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
