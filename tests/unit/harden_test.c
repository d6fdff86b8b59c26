/* SPDX-License-Identifier: Apache-2.0 */
/* What is done about branch predictors at each entry from the guest, by core and firmware. */
#include "hyp/harden.h"

#include "drivers/firmware.h"
#include "tests/unit/test.h"

#define ARM(part)	(0x41ull << 24 | 0xf << 16 | (part) << 4)
#define A53		ARM(0xd03)
#define A72		ARM(0xd08)
#define A73		ARM(0xd09)
#define A76		ARM(0xd0b)
#define V2		ARM(0xd4f)
#define KUNPENG		(0x48ull << 24 | 0xf << 16 | 0xd01 << 4)
#define HIP09		(0x48ull << 24 | 0xf << 16 | 0xd02 << 4)
#define COBALT_100	(0x6dull << 24 | 0xf << 16 | 0xd49 << 4)
#define X1C		ARM(0xd4c)
#define A720AE		ARM(0xd89)
#define UNKNOWN		ARM(0xfff)

#define CSV2(n)		((u64)(n) << 56)
#define NO		{ PSCI_NOT_SUPPORTED, PSCI_NOT_SUPPORTED }

static const struct {
	u64 midr, pfr0, isar2, mmfr1;
	struct workarounds has;
	u32 want;
	const char *why;
} cases[] = {
	{ A53, 0, 0, 0, NO, HARDEN_NONE, "it does not speculate so" },
	{ A53, 0, 0, 0, { 0, 0 }, HARDEN_NONE, "nor with firmware that would help" },
	{ A72, 0, 0, 0, NO, 8, "no firmware: at least the history" },
	{ A72, 0, 0, 0, { 0, PSCI_NOT_SUPPORTED }, ARCH_WORKAROUND_1, "targets as well" },
	{ A72, 0, 0, 0, { 0, 0 }, ARCH_WORKAROUND_3, "both at once" },
	{ A72, 0, 0, 0, { 1, PSCI_NOT_SUPPORTED }, 8, "the firmware says: not this CPU" },
	{ A72, CSV2(1), 0, 0, { 0, 0 }, 8, "targets are its own, and branches are cheaper" },
	{ A73, CSV2(1), 0, 0, { 0, 0 }, ARCH_WORKAROUND_3, "no number of branches helps" },
	{ A73, CSV2(1), 0, 0, NO, HARDEN_NONE, "nothing helps" },
	{ A76, CSV2(1), 0, 0, NO, 24, "by the table" },
	{ A76, CSV2(1), 1ull << 28, 0, NO, HARDEN_CLRBHB, "CLRBHB" },
	{ A76, CSV2(1), 0, 1ull << 60, NO, HARDEN_NONE, "ECBHB" },
	{ A76, CSV2(3), 0, 0, NO, HARDEN_NONE, "CSV2_3" },
	{ V2, CSV2(2), 0, 0, NO, 132, "by the table" },
	{ KUNPENG, CSV2(1), 0, 0, { 0, 0 }, 32, "by the table, of others than Arm's too" },
	{ HIP09, CSV2(1), 0, 0, NO, 24, "the next of the same maker" },
	{ COBALT_100, CSV2(2), 0, 0, NO, 32, "a core of Arm's by another name" },
	{ X1C, CSV2(1), 0, 0, NO, 32, "as the X1" },
	{ A720AE, CSV2(2), 0, 0, NO, 38, "as the A720" },
	{ UNKNOWN, CSV2(2), 0, 0, { 0, 0 }, ARCH_WORKAROUND_3, "what the firmware offers" },
	{ UNKNOWN, CSV2(2), 1ull << 28, 0, { 0, 0 }, HARDEN_CLRBHB, "what the CPU offers" },
};

static void it_goes_by_core_registers_and_firmware(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct idregs raw = { 0 };
		u32 got;

		raw.at[ID_AA64PFR0 - IDREG_FIRST] = cases[i].pfr0;
		raw.at[ID_AA64ISAR2 - IDREG_FIRST] = cases[i].isar2;
		raw.at[ID_AA64MMFR1 - IDREG_FIRST] = cases[i].mmfr1;
		got = harden_choose(cases[i].midr, &raw, &cases[i].has);
		if (got != cases[i].want)
			fail_msg("row %u (%s): %#x, not %#x", i, cases[i].why, got, cases[i].want);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_goes_by_core_registers_and_firmware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
