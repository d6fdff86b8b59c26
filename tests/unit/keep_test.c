/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that Mavis keeps beside its image. The machine has 64 MiB at 1 and at 2 GiB. */
#include "boot/guest/keep.h"

#include "lib/errno.h"
#include "lib/sections.h"
#include "tests/unit/test.h"
#include "tests/unit/two_banks.h"

static pa_t at;

static int setup(void **state)
{
	(void)state;
	two_banks(0);
	return 0;
}

static void each_lies_below_the_one_before(void **state)
{
	(void)state;
	assert_int_equal(keep_memory(&host, &config, MIB(2), MIB(2), "one", &at, &d), 0);
	assert_int_equal(at.v, GIB(2) + MIB(60));
	assert_int_equal(keep_memory(&host, &config, 2 * PAGE_SIZE, PAGE_SIZE, "two", &at, &d), 0);
	assert_int_equal(at.v, GIB(2) + MIB(64) - 3 * PAGE_SIZE);	/* what alignment left */
	assert_int_equal(keep_memory(&host, &config, MIB(2), KIB(64), "three", &at, &d), 0);
	assert_int_equal(at.v, GIB(2) + MIB(58));
	assert_int_equal(host.nr_reserved, 3);
	assert_true(host.reserved[2].firmware);		/* and so not the guest's */
	assert_true(host.reserved[2].mavis);
}

static void what_others_have_is_left_alone(void **state)
{
	(void)state;
	region = (struct region){ .pa = PA(GIB(2) + MIB(50)), .size = MIB(20) };
	config.nr_regions = 1;
	host.reserved[0].range = (struct range){ GIB(2) + MIB(48) - PAGE_SIZE, PAGE_SIZE };
	host.nr_reserved = 1;
	host.bundle = (struct range){ GIB(2) + PAGE_SIZE, MIB(45) };
	assert_int_equal(keep_memory(&host, &config, MIB(2), MIB(2), "it", &at, &d), 0);
	assert_int_equal(at.v, GIB(2) + MIB(48));
	assert_int_equal(host.nr_reserved, 2);

	setup(state);
	host.bundle = (struct range){ GIB(2), MIB(64) };
	assert_int_equal(keep_memory(&host, &config, MIB(2), MIB(2), "it", &at, &d), 0);
	assert_int_equal(at.v, GIB(1) + MIB(62));
}

/* It need not be reserved, and is the guest's by the page. */
static void memory_behind_calls_is_left_alone(void **state)
{
	(void)state;
	host.caller[0] = (struct host_caller){ .nr_memory = 1, .name = "scmi" };
	host.caller[0].memory[0] = (struct range){ GIB(2) + MIB(63) + 0x100, 0x80 };
	host.caller[1].nr_memory = 2;
	host.caller[1].memory[1] = (struct range){ GIB(2) + MIB(60) + PAGE_SIZE, PAGE_SIZE };
	host.nr_callers = 2;
	assert_int_equal(keep_find(&host, &config, MIB(1), PAGE_SIZE), GIB(2) + MIB(62));
	assert_int_equal(keep_find(&host, &config, MIB(2), MIB(2)), GIB(2) + MIB(58));
	assert_string_equal(keep_in_the_way(&host, &config, host.memory[1]).name, "scmi");
}

static void an_unaligned_bank_has_no_room_below_itself(void **state)
{
	(void)state;
	host.memory[0] = (struct range){ GIB(1) + PAGE_SIZE, MIB(2) };
	host.nr_memory = 1;
	assert_int_equal(keep_memory(&host, &config, MIB(2), MIB(2), "it", &at, &d), -ENOSPC);
	assert_non_null(strstr(d.text, "it: no memory"));
	assert_non_null(strstr(d.text, "2048 KiB in one piece at a multiple of 2048 KiB"));
	assert_int_equal(host.nr_reserved, 0);
}

static void sizes_that_are_no_pages_are_refused(void **state)
{
	(void)state;
	assert_int_equal(keep_memory(&host, &config, 0, MIB(2), "it", &at, &d), -EINVAL);
	assert_int_equal(keep_memory(&host, &config, 100, MIB(2), "it", &at, &d), -EINVAL);
	assert_int_equal(keep_memory(&host, &config, MIB(2), MIB(3), "it", &at, &d), -EINVAL);
	assert_int_equal(keep_memory(&host, &config, MIB(2), 512, "it", &at, &d), -EINVAL);
}

static void a_machine_with_too_many_reservations_is_said(void **state)
{
	(void)state;
	host.nr_reserved = HOST_MAX_RESERVED;
	assert_int_equal(keep_memory(&host, &config, MIB(2), MIB(2), "it", &at, &d), -ENOSPC);
	assert_non_null(strstr(d.text, "it: the machine has more reservations"));
}

static void a_bundle_below_mavis_or_in_it_is_refused(void **state)
{
	u64 image = image_range().base, bases[] = { image - MIB(1), image + MIB(2) - PAGE_SIZE };

	(void)state;
	image_place.size = MIB(2);
	for (unsigned i = 0; i < ARRAY_SIZE(bases); i++) {
		host.bundle = (struct range){ bases[i], MIB(1) + PAGE_SIZE };
		assert_int_equal(keep_check_bundle(&host, 48, &d), -EBUSY);
		assert_non_null(strstr(d.text, "bundle: the loader has put its 1028 KiB at "));
		assert_non_null(strstr(d.text, "Mavis uses 2048 KiB at "));
	}
	host.bundle = (struct range){ image - MIB(1), MIB(1) };
	assert_int_equal(keep_check_bundle(&host, 48, &d), 0);
	host.bundle = (struct range){ image + MIB(2), MIB(1) };
	assert_int_equal(keep_check_bundle(&host, 48, &d), 0);
	host.bundle = (struct range){ 0x10000000000 - MIB(1), MIB(1) };
	assert_int_equal(keep_check_bundle(&host, 40, &d), 0);
	host.bundle.size += PAGE_SIZE;
	assert_int_equal(keep_check_bundle(&host, 40, &d), -ERANGE);
	assert_non_null(strstr(d.text, "beyond the 40 bits of address that this CPU has"));
	host.bundle.size = 0;
	assert_int_equal(keep_check_bundle(&host, 48, &d), 0);
	image_place.size = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_lies_below_the_one_before, setup),
		cmocka_unit_test_setup(what_others_have_is_left_alone, setup),
		cmocka_unit_test_setup(memory_behind_calls_is_left_alone, setup),
		cmocka_unit_test_setup(an_unaligned_bank_has_no_room_below_itself, setup),
		cmocka_unit_test_setup(sizes_that_are_no_pages_are_refused, setup),
		cmocka_unit_test_setup(a_machine_with_too_many_reservations_is_said, setup),
		cmocka_unit_test_setup(a_bundle_below_mavis_or_in_it_is_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
