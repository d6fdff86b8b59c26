/* SPDX-License-Identifier: Apache-2.0 */
/* What EL2's controls of the guest become, for CPUs that have much and CPUs that have little. */
#include "hyp/el2_regs.h"

#include "lib/arch.h"
#include "tests/unit/test.h"

#define HCR_EVERYWHERE	(HCR_VM | HCR_SWIO | HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_RW)
#define HCR_TACR	BIT(21)
#define HCR_TERR	BIT(36)
#define MDCR_TDOSA	BIT(10)
#define MDCR_TPMS	BIT(14)
#define MDCR_TTRF	BIT(19)
#define CPTR_TTA	BIT(20)

static struct idregs raw, shown;
static struct el2_input input;

static int reset(void **state)
{
	(void)state;
	raw = shown = (struct idregs){ 0 };
	input = (struct el2_input){ .raw = &raw, .shown = &shown };
	return 0;
}

static void set(struct idregs *ids, unsigned reg, unsigned shift, u64 val)
{
	ids->at[reg - IDREG_FIRST] |= val << shift;
}

static u64 value(enum el2_reg reg)
{
	struct el2_regs regs;

	el2_regs_choose(&regs, &input);
	return regs.at[reg];
}

static void what_every_cpu_gets(void **state)
{
	(void)state;
	assert_int_equal(value(HCR_EL2), HCR_EVERYWHERE);
	assert_int_equal(value(MDCR_EL2), MDCR_TDOSA);
	assert_int_equal(value(CPTR_EL2), CPTR_RES1);
	assert_int_equal(value(CNTHCTL_EL2), 3);
	assert_int_equal(value(HCRX_EL2), 0);
	assert_int_equal(value(HFGxTR_EL2), 0);
}

static void traps_come_with_what_they_hide(void **state)
{
	(void)state;
	input.hides = true;
	set(&raw, ID_AA64MMFR1, 16, 1);		/* LO */
	set(&raw, ID_AA64PFR0, 28, 1);		/* RAS */
	set(&raw, ID_AA64PFR0, 44, 1);		/* AMU */
	set(&raw, ID_AA64PFR1, 8, 2);		/* MTE */
	assert_int_equal(value(HCR_EL2),
			 HCR_EVERYWHERE | HCR_TID3 | HCR_TLOR | HCR_TERR | HCR_TID5);
	assert_int_equal(value(CPTR_EL2), CPTR_RES1 | CPTR_TAM);
	input.mte = true;
	assert_int_equal(value(HCR_EL2) & (HCR_ATA | HCR_TID5), HCR_ATA);
}

/* Not what the CPU has but what the guest sees of it opens the way. */
static void what_the_guest_sees_it_can_use(void **state)
{
	(void)state;
	set(&raw, ID_AA64ISAR1, 4, 1);		/* APA */
	set(&raw, ID_AA64PFR0, 32, 1);		/* SVE */
	set(&raw, ID_AA64MMFR3, 0, 1);		/* TCRX */
	assert_int_equal(value(HCR_EL2), HCR_EVERYWHERE);
	assert_int_equal(value(CPTR_EL2), CPTR_RES1);
	assert_int_equal(value(HCRX_EL2), 0);
	shown = raw;
	assert_int_equal(value(HCR_EL2), HCR_EVERYWHERE | HCR_APK | HCR_API);
	assert_int_equal(value(CPTR_EL2), CPTR_RES1 & ~CPTR_TZ);
	assert_int_equal(value(HCRX_EL2), BIT(14));
	set(&shown, ID_AA64PFR1, 24, 1);	/* SME */
	assert_int_equal(value(CPTR_EL2), CPTR_RES1 & ~(CPTR_TZ | CPTR_TSM));
	assert_int_equal(value(HFGxTR_EL2), GENMASK(55, 54));
	set(&shown, ID_AA64ISAR1, 60, 3);	/* LS64 */
	assert_int_equal(value(HCRX_EL2) & 7, 7);
	assert_int_equal(value(HFGxTR_EL2), GENMASK(55, 54) | BIT(50));
}

static void the_pmu_does_not_count_el2_where_it_can_be_told(void **state)
{
	static const struct {
		u64 version, mdcr;
	} cases[] = {
		{ 1, 0 }, { 4, BIT(17) }, { 5, BIT(17) }, { 6, BIT(17) | BIT(23) },
		{ 9, BIT(17) | BIT(23) }, { 10, BIT(17) | BIT(23) }, { 15, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		reset(NULL);
		input.hpmn = 6;
		set(&raw, ID_AA64DFR0, 8, cases[i].version);
		assert_int_equal(value(MDCR_EL2), MDCR_TDOSA | 6 | cases[i].mdcr);
	}
}

/* FEAT_SPECRES, and SPECRES2: bits of what the CPU does not have are RES0. */
static void prediction_restriction_is_trapped_where_it_is(void **state)
{
	static const u64 traps[] = { 0, GENMASK(50, 48), GENMASK(50, 48) | BIT(60) };

	(void)state;
	for (unsigned version = 0; version < ARRAY_SIZE(traps); version++) {
		reset(NULL);
		set(&raw, ID_AA64ISAR1, 40, version);
		assert_int_equal(value(HFGITR_EL2), traps[version]);
	}
}

/* The guest sees version 9 then, whatever is above: PMUACR_EL1, and PMZR_EL0, which is written. */
static void the_registers_of_pmuv3p9_are_not_trapped(void **state)
{
	static const u64 versions[] = { 8, 9, 10, 15 };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(versions); i++) {
		bool there = versions[i] == 9 || versions[i] == 10;

		reset(NULL);
		set(&raw, ID_AA64DFR0, 8, versions[i]);
		assert_int_equal(value(HDFGxTR2_EL2), there ? BIT(4) : 0);
		assert_int_equal(value(HDFGWTR2_EL2), there ? BIT(21) : 0);
	}
}

/* TraceVer, TraceFilt and TraceBuffer: not even EL2 need be let at TRFCR_EL2. */
static void a_trace_unit_that_nothing_keeps_from_el2_is_trapped(void **state)
{
	struct idreg_policy policy = { .ipa_bits = 48 };

	(void)state;
	set(&raw, ID_AA64DFR0, 4, 1);
	idregs_show(&shown, &raw, &policy);
	assert_int_equal(value(CPTR_EL2), CPTR_RES1 | CPTR_TTA);
	assert_int_equal(value(MDCR_EL2), MDCR_TDOSA);
	set(&raw, ID_AA64DFR0, 40, 1);
	set(&raw, ID_AA64DFR0, 44, 1);
	idregs_show(&shown, &raw, &policy);
	assert_int_equal(value(CPTR_EL2), CPTR_RES1 | CPTR_TTA);
	assert_int_equal(value(MDCR_EL2), MDCR_TDOSA | MDCR_TTRF);
	policy.trace = true;
	idregs_show(&shown, &raw, &policy);
	assert_int_equal(value(CPTR_EL2), CPTR_RES1);
	assert_int_equal(value(MDCR_EL2), MDCR_TDOSA | GENMASK(25, 24));
}

/* PMSVer: elsewhere its registers would take the guest to EL3. */
static void spe_that_is_el3s_is_trapped_and_hidden(void **state)
{
	struct idreg_policy policy = { .ipa_bits = 48 };

	(void)state;
	set(&raw, ID_AA64DFR0, 32, 2);
	idregs_show(&shown, &raw, &policy);
	assert_int_equal(idreg_field(&shown, ID_AA64DFR0, 32), 0);
	assert_int_equal(value(MDCR_EL2), MDCR_TDOSA | MDCR_TPMS);
	policy.spe = true;
	idregs_show(&shown, &raw, &policy);
	assert_int_equal(idreg_field(&shown, ID_AA64DFR0, 32), 2);
	assert_int_equal(value(MDCR_EL2), MDCR_TDOSA | GENMASK(13, 12));
}

static void a_trace_buffer_of_a_debuggers_stays_trapped(void **state)
{
	static const struct idreg_policy policy = { .ipa_bits = 48, .trace = true };

	(void)state;
	set(&raw, ID_AA64DFR0, 40, 1);
	set(&raw, ID_AA64DFR0, 44, 1);
	set(&raw, ID_AA64DFR0, 56, 1);
	idregs_show(&shown, &raw, &policy);
	assert_int_equal(value(MDCR_EL2), MDCR_TDOSA);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_every_cpu_gets, reset),
		cmocka_unit_test_setup(traps_come_with_what_they_hide, reset),
		cmocka_unit_test_setup(what_the_guest_sees_it_can_use, reset),
		cmocka_unit_test_setup(the_pmu_does_not_count_el2_where_it_can_be_told, reset),
		cmocka_unit_test_setup(the_registers_of_pmuv3p9_are_not_trapped, reset),
		cmocka_unit_test_setup(prediction_restriction_is_trapped_where_it_is, reset),
		cmocka_unit_test_setup(a_trace_unit_that_nothing_keeps_from_el2_is_trapped, reset),
		cmocka_unit_test_setup(spe_that_is_el3s_is_trapped_and_hidden, reset),
		cmocka_unit_test_setup(a_trace_buffer_of_a_debuggers_stays_trapped, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
