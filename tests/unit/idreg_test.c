/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "hyp/idreg.h"

static const struct idreg_policy plain = { .ipa_bits = 48 };
static const struct idreg_policy with_mte = { .ipa_bits = 48, .mte = true };
static const struct idreg_policy with_trace = { .ipa_bits = 48, .trace = true };

static u64 whole(unsigned reg, u64 val, const struct idreg_policy *p)
{
	struct idregs raw = { 0 }, shown;

	raw.at[reg - IDREG_FIRST] = val;
	idregs_show(&shown, &raw, p);
	return idreg(&shown, reg);
}

static u64 field(unsigned reg, unsigned shift, u64 raw_field, const struct idreg_policy *p)
{
	return FIELD(whole(reg, raw_field << shift, p), shift + 3, shift);
}

static void nothing_of_el2_is_shown(void **state)
{
	(void)state;
	assert_int_equal(field(ID_AA64PFR0, 8, 1, &plain), 0);		/* EL2 */
	assert_int_equal(field(ID_AA64MMFR1, 4, 2, &plain), 0);		/* VMIDBits */
	assert_int_equal(field(ID_AA64MMFR1, 8, 1, &plain), 0);		/* VH */
	assert_int_equal(field(ID_AA64MMFR1, 40, 1, &plain), 0);	/* HCX */
	assert_int_equal(field(ID_AA64MMFR2, 24, 2, &plain), 0);	/* NV */
	assert_int_equal(field(ID_AA64MMFR2, 40, 1, &plain), 0);	/* FWB */
	assert_int_equal(field(ID_AA64MMFR0, 56, 2, &plain), 0);	/* FGT */
	assert_int_equal(field(ID_AA64PFR2, 0, 1, &with_mte), 0);	/* MTEPERM */
	assert_int_equal(field(ID_PFR1, 12, 1, &plain), 0);		/* AArch32 Virtualization */
	assert_int_equal(field(ID_AA64MMFR0, 60, 2, &plain), 1); /* ECV without CNTPOFF_EL2 */
}

static void shared_counters_and_ordering_regions_are_hidden(void **state)
{
	(void)state;
	assert_int_equal(field(ID_AA64PFR0, 44, 1, &plain), 0);		/* AMU */
	assert_int_equal(field(ID_PFR0, 20, 1, &plain), 0);		/* AArch32 AMU */
	assert_int_equal(field(ID_AA64PFR0, 40, 1, &plain), 0);		/* MPAM */
	assert_int_equal(field(ID_AA64PFR1, 16, 1, &plain), 0);		/* MPAM_frac */
	assert_int_equal(field(ID_AA64MMFR1, 16, 1, &plain), 0);	/* LO */
}

static void mte_is_shown_to_a_guest_that_has_it(void **state)
{
	(void)state;
	assert_int_equal(field(ID_AA64PFR1, 8, 3, &plain), 0);
	assert_int_equal(field(ID_AA64PFR1, 40, 0xf, &plain), 0);
	assert_int_equal(field(ID_AA64PFR1, 8, 3, &with_mte), 3);
	assert_int_equal(field(ID_AA64PFR1, 40, 0xf, &with_mte), 0xf);
	assert_int_equal(field(ID_AA64PFR2, 8, 1, &plain), 0);
	assert_int_equal(field(ID_AA64PFR2, 8, 1, &with_mte), 1);
}

static void a_value_above_the_known_ones_becomes_the_highest_known(void **state)
{
	(void)state;
	assert_int_equal(field(ID_AA64PFR0, 4, 2, &plain), 1);		/* EL1 in AArch32 */
	assert_int_equal(field(ID_AA64PFR1, 24, 5, &plain), 2);		/* SME */
	assert_int_equal(field(ID_AA64MMFR1, 20, 9, &plain), 3);	/* PAN */
	assert_int_equal(field(ID_AA64DFR0, 8, 12, &plain), 9);		/* PMUVer */
}

static void not_there_stays_not_there_in_signed_fields(void **state)
{
	(void)state;
	assert_int_equal(field(ID_AA64PFR0, 16, 0xf, &plain), 0xf);	/* FP */
	assert_int_equal(field(ID_AA64PFR0, 16, 1, &plain), 1);
	assert_int_equal(field(ID_AA64MMFR0, 28, 0xf, &plain), 0xf);	/* TGran4 */
	assert_int_equal(field(ID_AA64MMFR0, 28, 1, &plain), 1);	/* FEAT_LPA2 */
	assert_int_equal(field(ID_AA64DFR0, 36, 0xf, &plain), 0xf);	/* DoubleLock */
	assert_int_equal(field(ID_AA64DFR0, 8, 0xf, &plain), 0xf); /* a PMU that is not Arm's */
}

/* TraceVer, TraceFilt and TraceBuffer; elsewhere it could trace EL2. */
static void a_trace_unit_is_shown_where_it_can_leave_el2_out(void **state)
{
	u64 all = 1ull << 4 | 1ull << 40 | 1ull << 44;

	(void)state;
	assert_int_equal(whole(ID_AA64DFR0, all, &plain), 0);
	assert_int_equal(whole(ID_AA64DFR0, all, &with_trace), all);
}

/* Beside FEAT_TRBE_EXT (bits [59:56]) the trace buffer can be made to take physical addresses. */
static void a_trace_buffer_that_a_debugger_can_take_is_hidden(void **state)
{
	u64 both = 1ull << 44 | 1ull << 56;

	(void)state;
	assert_int_equal(field(ID_AA64DFR0, 44, 1, &with_trace), 1);
	assert_int_equal(FIELD(whole(ID_AA64DFR0, both, &with_trace), 47, 44), 0);
}

static void the_physical_address_is_no_larger_than_stage_2s_input(void **state)
{
	struct idreg_policy p = plain;

	(void)state;
	assert_int_equal(field(ID_AA64MMFR0, 0, 6, &p), 5); /* 52 bits, of which stage 2 takes 48 */
	assert_int_equal(field(ID_AA64MMFR0, 0, 2, &p), 2);
	p.ipa_bits = 40;
	assert_int_equal(field(ID_AA64MMFR0, 0, 5, &p), 2);
	p.ipa_bits = 41;
	assert_int_equal(field(ID_AA64MMFR0, 0, 5, &p), 2);
}

static void registers_that_are_not_in_the_table_read_as_0(void **state)
{
	(void)state;
	assert_int_equal(whole(IDREG(5, 4), ~0ull, &plain), 0);	/* ID_AA64AFR0_EL1 */
	assert_int_equal(whole(IDREG(4, 3), ~0ull, &plain), 0);
	assert_int_equal(whole(IDREG(7, 7), ~0ull, &plain), 0);
}

/* What Linux makes `Features` of /proc/cpuinfo from, as QEMU 10.0's -cpu max has it. */
static void the_features_of_user_space_are_as_on_the_bare_machine(void **state)
{
	static const struct {
		unsigned reg;
		u64 raw, visible;
	} max[] = {
		{ ID_AA64ISAR0, 0x1221111110212120, ~0ull },
		{ ID_AA64ISAR1, 0x0111211110211502, ~GENMASK(43, 40) },	/* SPECRES */
		{ ID_AA64ISAR2, 0x0000000000110012, ~0ull },
		{ ID_AA64PFR0, 0x1301001121110222,
		  ~(GENMASK(39, 36) | GENMASK(11, 4)) }, /* SEL2, EL2, EL1 */
		{ ID_AA64PFR1, 0x0000001001000321, ~0ull },
		{ ID_AA64ZFR0, 0x0110110100210021, ~0ull },
		{ ID_AA64SMFR0, 0x80f100fd00000000, ~0ull },
		{ ID_AA64MMFR3, 0x1000000000000000, ~0ull },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(max); i++)
		assert_int_equal(whole(max[i].reg, max[i].raw, &with_mte) & max[i].visible,
				 max[i].raw & max[i].visible);
}

/* Whether reads have to be trapped for such a CPU. */
static bool hides(unsigned reg, u64 val, const struct idreg_policy *p)
{
	struct idregs raw = { 0 }, shown;

	raw.at[reg - IDREG_FIRST] = val;
	return idregs_show(&shown, &raw, p);
}

static void reads_are_trapped_only_where_showing_more_would_matter(void **state)
{
	struct idreg_policy small = { .ipa_bits = 40 };

	(void)state;
	assert_false(hides(ID_AA64PFR0, 0x11112222, &plain));		/* Cortex-A72 */
	assert_false(hides(ID_PFR1, 0x10011011, &plain));
	assert_false(hides(ID_AA64MMFR0, 0x1124, &small));
	assert_false(hides(ID_AA64MMFR1, 0x120, &plain));		/* VMIDBits, VH */
	assert_true(hides(ID_AA64PFR0, 1ull << 40, &plain));		/* MPAM */
	assert_true(hides(ID_AA64PFR1, 2ull << 8, &plain));		/* MTE */
	assert_false(hides(ID_AA64PFR1, 2ull << 8, &with_mte));
	assert_true(hides(ID_AA64MMFR1, 1ull << 16, &plain));		/* LO */
	assert_true(hides(ID_AA64DFR0, 1ull << 4, &plain));		/* TraceVer */
	assert_true(hides(IDREG(7, 7), 1, &plain));			/* nobody knows what */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_el2_is_shown),
		cmocka_unit_test(shared_counters_and_ordering_regions_are_hidden),
		cmocka_unit_test(mte_is_shown_to_a_guest_that_has_it),
		cmocka_unit_test(a_value_above_the_known_ones_becomes_the_highest_known),
		cmocka_unit_test(not_there_stays_not_there_in_signed_fields),
		cmocka_unit_test(a_trace_unit_is_shown_where_it_can_leave_el2_out),
		cmocka_unit_test(a_trace_buffer_that_a_debugger_can_take_is_hidden),
		cmocka_unit_test(the_physical_address_is_no_larger_than_stage_2s_input),
		cmocka_unit_test(registers_that_are_not_in_the_table_read_as_0),
		cmocka_unit_test(reads_are_trapped_only_where_showing_more_would_matter),
		cmocka_unit_test(the_features_of_user_space_are_as_on_the_bare_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
