/* SPDX-License-Identifier: Apache-2.0 */
/* `mavisctl at` of a kernel's address, where the kernel hides its tables from programs (KPTI). */
#include "lib/arch.h"
#include "tests/unit/fake_mavisctl.h"
#include "tests/unit/test.h"

static char kernel_va[] = "0xffff80000803f000";
static char *const args[] = { kernel_va };

/* Normal-WB at 0x40000000, inner shareable; and level 0 has no entry. */
#define MAPPED		(0xfful << 56 | 3 << 7 | 0x40000000)
#define NOT_MAPPED	(PAR_F | 4 << 1)

static int hide(void **state)
{
	(void)state;
	fake_mavisctl = (struct fake_mavisctl){
		.at = { .r = { NOT_MAPPED, NOT_MAPPED, 0xff } },
		.later = { .r = { MAPPED, MAPPED, 0xff } },
	};
	return 0;
}

static void a_kernels_address_is_found_at_the_next_call(void **state)
{
	(void)state;
	fake_mavisctl.after_call_in = 1;
	assert_int_equal(at(1, (char **)args), 0);
}

static void an_answer_that_an_interrupt_brings_at_once_counts(void **state)
{
	(void)state;
	fake_mavisctl.at_once_in = 1;
	assert_int_equal(at(1, (char **)args), 0);
	assert_int_equal(fake_mavisctl.nr_read, 0);
}

static void a_wait_that_ends_without_an_answer_begins_again(void **state)
{
	(void)state;
	fake_mavisctl.after_call_in = 3;
	assert_int_equal(at(1, (char **)args), 0);
	assert_int_equal(fake_mavisctl.nr_asked, 3);
}

static void an_address_that_no_table_has_is_not_mapped(void **state)
{
	(void)state;
	assert_int_equal(at(1, (char **)args), 1);
	assert_int_equal(fake_mavisctl.nr_asked, AT_ATTEMPTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_kernels_address_is_found_at_the_next_call, hide),
		cmocka_unit_test_setup(an_answer_that_an_interrupt_brings_at_once_counts, hide),
		cmocka_unit_test_setup(a_wait_that_ends_without_an_answer_begins_again, hide),
		cmocka_unit_test_setup(an_address_that_no_table_has_is_not_mapped, hide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
