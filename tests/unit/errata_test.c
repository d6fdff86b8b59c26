/* SPDX-License-Identifier: Apache-2.0 */
/* Which cores' errata are worked around, and which CPUs can share a stage 2. */
#include "hyp/errata.h"

#include "hyp/caps.h"
#include "mm/tlb.h"
#include "tests/unit/test.h"

#define MIDR(implementer, part, variant, revision) \
	((u64)(implementer) << 24 | (variant) << 20 | 0xf << 16 | (part) << 4 | (revision))

static void actions_go_by_core_and_revision(void **state)
{
	(void)state;
	assert_int_equal(errata_actions(MIDR(0x41, 0xd0b, 3, 0)), ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x42, 0xd0b, 3, 0)), 0);
	assert_int_equal(errata_actions(MIDR(0x51, 0x804, 0xf, 0xe)), ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x51, 0x804, 0xf, 0xf)), 0);
	assert_int_equal(errata_actions(MIDR(0x51, 0x205, 2, 1)), ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x51, 0x800, 0, 0)), ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x51, 0x800, 1, 0)), 0);
	assert_int_equal(errata_actions(MIDR(0x41, 0xd46, 1, 1)), ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x41, 0xd46, 1, 2)), 0);
	assert_int_equal(errata_actions(MIDR(0x41, 0xd07, 1, 2)), ERRATUM_HPFAR | ERRATUM_DEADLOCK);
	assert_int_equal(errata_actions(MIDR(0x41, 0xd07, 1, 3)), 0);
	assert_int_equal(errata_actions(MIDR(0x41, 0xd0d, 1, 0)),
			 ERRATUM_DEADLOCK | ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x41, 0xd0d, 1, 1)), ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x00, 0x051, 0, 0)), 0);
}

/* From Cortex-A76 to C1-Premium nearly all large cores, whatever their revision. */
static void where_a_tlbi_is_complete_too_early_it_is_done_twice(void **state)
{
	static const u16 parts[] = { 0xd0b, 0xd0c, 0xd0d, 0xd0e, 0xd40, 0xd41, 0xd42,
				     0xd44, 0xd47, 0xd48, 0xd49, 0xd4b, 0xd4c, 0xd4e,
				     0xd4f, 0xd82, 0xd83, 0xd84, 0xd85, 0xd8c, 0xd90 };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		assert_int_equal(errata_actions(MIDR(0x41, parts[i], 0xf, 0xf)),
				 ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x4e, 0x010, 0, 0)), ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x6d, 0xd49, 0, 0)), ERRATUM_TLBI_TWICE);
	assert_int_equal(errata_actions(MIDR(0x41, 0xd03, 0xf, 0xf)), 0);	/* Cortex-A53 */
	assert_int_equal(errata_actions(MIDR(0x41, 0xd81, 0, 0)), 0);		/* Cortex-A720 */
}

static void what_one_cpu_needs_stays_on(void **state)
{
	(void)state;
	errata_at_work = 0;
	tlb_flush_twice = false;
	errata_apply(MIDR(0x41, 0xd05, 2, 0));
	errata_apply(MIDR(0x41, 0xd08, 1, 0));
	assert_int_equal(errata_at_work, ERRATUM_TLBI_TWICE);
	assert_true(tlb_flush_twice);
}

static void a_cpu_that_can_do_less_is_refused_by_what_it_lacks(void **state)
{
	static const struct mm_caps all = { 44, true, true, true, true };
	static const struct mm_caps none = { 44, false, false, false, false };
	static const struct {
		struct mm_caps has;
		const char *why;
	} cases[] = {
		{ { 40, true, true, true, true }, "PARange" },
		{ { 44, false, true, true, true }, "FEAT_S2FWB" },
		{ { 44, true, false, true, true }, "FEAT_MTE2" },
		{ { 48, true, true, false, true }, "FEAT_MTE_PERM" },
	};

	(void)state;
	assert_null(caps_lacking(&all, &all));
	assert_null(caps_lacking(&all, &none));
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++)
		assert_non_null(strstr(caps_lacking(&cases[i].has, &all), cases[i].why));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_go_by_core_and_revision),
		cmocka_unit_test(where_a_tlbi_is_complete_too_early_it_is_done_twice),
		cmocka_unit_test(what_one_cpu_needs_stays_on),
		cmocka_unit_test(a_cpu_that_can_do_less_is_refused_by_what_it_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
