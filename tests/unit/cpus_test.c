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

static struct region regions[100];

static u64 pages_with(unsigned nr)
{
	struct config with = { .regions = regions, .nr_regions = nr }, without = { .cpus = 0 };

	return cpus_pool_pages(&host, &with) - cpus_pool_pages(&host, &without);
}

static void put_regions(u64 stride, u64 size)
{
	for (u64 i = 0; i < ARRAY_SIZE(regions); i++)
		regions[i] = (struct region){ .ipa = IPA(i * stride), .pa = PA(i * stride),
					      .size = size };
}

/* A table for each end in each of two levels, but no more than the addresses between them have. */
static void regions_that_share_tables_need_no_more(void **state)
{
	(void)state;
	put_regions(GIB(4), PAGE_SIZE);
	assert_int_equal(pages_with(100), 400);
	put_regions(KIB(64), KIB(64));
	/* 4 of 2 MiB and 1 of 1 GiB, for the guest and for an SMMU */
	assert_int_equal(pages_with(100), 2 * 5);
	assert_int_equal(pages_with(1), 4);
	/* ... and those of what a region takes from the machine's memory */
	regions[0].pa = PA(GIB(100));
	assert_int_equal(pages_with(100), 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(few_cpus_need_nothing, setup),
		cmocka_unit_test_setup(many_get_the_highest_memory_that_is_free, setup),
		cmocka_unit_test_setup(without_memory_for_them_it_is_said, setup),
		cmocka_unit_test_setup(regions_that_share_tables_need_no_more, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
