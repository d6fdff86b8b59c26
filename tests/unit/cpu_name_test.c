/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/cpu_name.h"
#include "tests/unit/test.h"

static void a_core_has_its_name_and_revision(void **state)
{
	static const struct { u64 midr; const char *name; } cases[] = {
		{ 0x410fd083, "Cortex-A72 r0p3" },
		{ 0x413fd0c1, "Neoverse N1 r3p1" },
		{ 0x410fd034, "Cortex-A53 r0p4" },
		{ 0xc00fac40, "Ampere-1A r0p0" },
		{ 0x000f0510, "QEMU's max CPU" },
		{ 0x411fd993, "Arm part 0xd99 r1p3" },
		{ 0x990f0010, "implementer 0x99 part 0x1 r0p0" },
		{ 0x000f0520, "implementer 0x0 part 0x52 r0p0" },
		{ 0xffffffff410fd083, "Cortex-A72 r0p3" },	/* [63:32] are RES0 today */
	};
	char text[48];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		cpu_name(text, sizeof(text), cases[i].midr);
		assert_string_equal(text, cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_core_has_its_name_and_revision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
