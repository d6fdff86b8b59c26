/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for many CPUs. The machine has 64 MiB at 1 and at 2 GiB. */
#include "boot/guest/cpus.h"

#include <libfdt.h>

#include "lib/errno.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/test.h"

static u8 fdt[256];
static struct host host;
static struct config config;
static struct region region;
static struct diag d;

static int setup(void **state)
{
	(void)state;
	fdt_create_empty_tree(fdt, sizeof(fdt));
	memset(&host, 0, sizeof(host));
	host.fdt = fdt;
	host.nr_cpus = 128;
	host.memory[0] = (struct range){ GIB(1), MIB(64) };
	host.memory[1] = (struct range){ GIB(2), MIB(64) - PAGE_SIZE };
	host.nr_memory = 2;
	config = (struct config){ .regions = &region };
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
