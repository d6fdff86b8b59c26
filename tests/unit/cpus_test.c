/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for many CPUs. The machine has 64 MiB at 1 and at 2 GiB. */
#include "boot/guest/cpus.h"

#include "lib/errno.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/test.h"
#include "tests/unit/two_banks.h"

static int setup(void **state)
{
	(void)state;
	two_banks(128);
	fake_el2_reset(16);
	page_pool.nr_free = 460;
	return 0;
}

static void few_cpus_need_nothing(void **state)
{
	(void)state;
	config.cpus = 60;
	assert_int_equal(cpus_make_room(&host, &config, &d), 0);
	assert_int_equal(fake_el2.grown.size, 0);
	assert_int_equal(host.nr_reserved, 0);
}

static void many_get_the_highest_memory_that_is_free(void **state)
{
	(void)state;
	assert_int_equal(cpus_make_room(&host, &config, &d), 0);
	assert_int_equal(fake_el2.grown.base, GIB(2) + MIB(60));	/* of whole 2 MiB */
	assert_int_equal(fake_el2.grown.size, MIB(2));
	assert_int_equal(host.nr_reserved, 1);
	assert_int_equal(host.reserved[0].range.base, fake_el2.grown.base);
	assert_int_equal(host.reserved[0].range.size, fake_el2.grown.size);
	assert_true(host.reserved[0].firmware);		/* and so not the guest's */

	setup(state);
	host.nr_cpus = 512;
	assert_int_equal(cpus_make_room(&host, &config, &d), 0);
	assert_int_equal(fake_el2.grown.size, MIB(8));	/* 511 times 4 pages, and for tables */
}

static void without_memory_for_them_it_is_said(void **state)
{
	(void)state;
	host.bundle = (struct range){ GIB(1), GIB(2) };
	assert_int_equal(cpus_make_room(&host, &config, &d), -ENOSPC);
	assert_non_null(strstr(d.text, "stacks of 128 CPUs: no memory"));
	assert_non_null(strstr(d.text, "`cpus`"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(few_cpus_need_nothing, setup),
		cmocka_unit_test_setup(many_get_the_highest_memory_that_is_free, setup),
		cmocka_unit_test_setup(without_memory_for_them_it_is_said, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
