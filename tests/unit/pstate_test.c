/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "hyp/pstate.h"

#define DAIF	(PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F)
#define SPAN	BIT(23)
#define DSSBS	BIT(44)
#define SPINT	BIT(62)

static const struct pstate_rules v8_0;
static const struct pstate_rules all = { true, true, true, true, 0 };

static void flags_and_dit_are_kept_and_the_rest_is_as_the_architecture_says(void **state)
{
	u64 from = PSTATE_NZCV | PSTATE_DIT | PSTATE_UAO | PSTATE_BTYPE | PSTATE_SS | PSTATE_IL |
		   PSTATE_SSBS | PSTATE_EL0T;

	(void)state;
	assert_int_equal(pstate_at_exception(from, &v8_0),
			 PSTATE_NZCV | PSTATE_DIT | DAIF | PSTATE_EL1H);
	assert_int_equal(pstate_at_exception(PSTATE_EL1T, &v8_0), DAIF | PSTATE_EL1H);
}

static void pan_follows_span(void **state)
{
	struct pstate_rules r = { .pan = true };

	(void)state;
	assert_true(pstate_at_exception(0, &r) & PSTATE_PAN);
	r.sctlr_el1 = SPAN;
	assert_false(pstate_at_exception(0, &r) & PSTATE_PAN);
	assert_true(pstate_at_exception(PSTATE_PAN, &r) & PSTATE_PAN);
}

static void ssbs_tco_and_allint_come_from_sctlr_el1(void **state)
{
	struct pstate_rules r = all;

	(void)state;
	assert_int_equal(pstate_at_exception(PSTATE_SSBS, &r),
			 DAIF | PSTATE_EL1H | PSTATE_PAN | PSTATE_TCO | PSTATE_ALLINT);
	r.sctlr_el1 = DSSBS | SPINT | SPAN;
	assert_int_equal(pstate_at_exception(0, &r), DAIF | PSTATE_EL1H | PSTATE_TCO | PSTATE_SSBS);
}

static void an_exception_from_aarch32_leaves_nothing_of_it(void **state)
{
	/* IT, GE, Q, E and T, and bit 23, which is SSBS there and UAO here */
	u64 from = PSTATE_AARCH32 | 0x60ffc20 | BIT(27) | BIT(23) | PSTATE_NZCV;

	(void)state;
	assert_int_equal(pstate_at_exception(from, &v8_0) & ~PSTATE_DIT,
			 PSTATE_NZCV | DAIF | PSTATE_EL1H);
}

static void the_vector_depends_on_where_it_came_from(void **state)
{
	(void)state;
	assert_int_equal(pstate_vector(PSTATE_EL1T | PSTATE_NZCV), 0x000);
	assert_int_equal(pstate_vector(PSTATE_EL1H | DAIF), 0x200);
	assert_int_equal(pstate_vector(PSTATE_EL0T), 0x400);
	assert_int_equal(pstate_vector(PSTATE_AARCH32), 0x600);
}

static void a_step_and_a_branch_are_over_after_the_instruction(void **state)
{
	(void)state;
	assert_int_equal(
		pstate_after_instruction(PSTATE_SS | PSTATE_BTYPE | PSTATE_EL1H | PSTATE_NZCV),
		PSTATE_EL1H | PSTATE_NZCV);
}

/* ITSTATE in the form of SPSR_EL2 */
static u64 t32(u64 it)
{
	return PSTATE_AARCH32 | BIT(5) | it >> 2 << 10 | (it & 3) << 25;
}

static void an_it_block_moves_on(void **state)
{
	(void)state;
	assert_int_equal(pstate_after_instruction(t32(0x07)),
			 t32(0x0e)); /* ITTTT? EQ: second instruction */
	assert_int_equal(pstate_after_instruction(t32(0x0e)), t32(0x1c));
	assert_int_equal(pstate_after_instruction(t32(0x1c)), t32(0x18));
	assert_int_equal(pstate_after_instruction(t32(0x18)), t32(0));		/* the last one */
	assert_int_equal(pstate_after_instruction(t32(0xa8)), t32(0));
	assert_int_equal(pstate_after_instruction(t32(0xa4)), t32(0xa8));
	assert_int_equal(pstate_after_instruction(t32(0)), t32(0));
	assert_int_equal(pstate_after_instruction(PSTATE_AARCH32 | PSTATE_SS), PSTATE_AARCH32);
}

static void byte_order_is_each_exception_levels_own(void **state)
{
	(void)state;
	assert_false(pstate_is_big_endian(PSTATE_EL1H, SCTLR_E0E));
	assert_true(pstate_is_big_endian(PSTATE_EL1H, SCTLR_EE));
	assert_true(pstate_is_big_endian(PSTATE_EL1T, SCTLR_EE));
	assert_false(pstate_is_big_endian(PSTATE_EL0T, SCTLR_EE));
	assert_true(pstate_is_big_endian(PSTATE_EL0T, SCTLR_E0E));
	assert_false(pstate_is_big_endian(PSTATE_AARCH32, SCTLR_EE | SCTLR_E0E));
	assert_true(pstate_is_big_endian(PSTATE_AARCH32 | PSTATE_AARCH32_E, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_and_dit_are_kept_and_the_rest_is_as_the_architecture_says),
		cmocka_unit_test(pan_follows_span),
		cmocka_unit_test(ssbs_tco_and_allint_come_from_sctlr_el1),
		cmocka_unit_test(an_exception_from_aarch32_leaves_nothing_of_it),
		cmocka_unit_test(the_vector_depends_on_where_it_came_from),
		cmocka_unit_test(a_step_and_a_branch_are_over_after_the_instruction),
		cmocka_unit_test(an_it_block_moves_on),
		cmocka_unit_test(byte_order_is_each_exception_levels_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
