/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "boot/config/as.h"
#include "boot/json.h"
#include "tests/unit/test.h"

static const struct mm_caps caps = { .pa_bits = 48, .fwb = true, .mte = true, .mte_perm = true };

static void a_string_keeps_its_end_and_no_control_character(void **state)
{
	char text[16];

	(void)state;
	assert_int_equal(json_string(text, sizeof(text), "a\"b\\c\n\x80"), 11);
	assert_string_equal(text, "\"a\\\"b\\\\c??\"");
	/* Cut short it still ends, and not behind a lone backslash. */
	for (size_t n = 3; n < sizeof(text); n++) {
		json_string(text, n, "\\\\\\\\\\\\\\\\\\\\");
		assert_true(strlen(text) < n);
		assert_int_equal(text[strlen(text) - 1], '"');
		assert_int_equal(strlen(text) % 2, 0);
	}
}

static struct region region(const char *name)
{
	struct region r = {
		.ipa = IPA(0x123456789000),
		.pa = PA(0xfffffffff000),
		.size = 0x1000,
		.type = REGION_RAM,
		.attr = { .memattr = 4, .read = true },
		.reason = "by type",
	};

	strncpy(r.name, name, sizeof(r.name) - 1);
	return r;
}

static void a_row_has_what_the_table_has(void **state)
{
	struct region r = region("a");
	char text[JSON_ROW_SIZE];

	(void)state;
	json_row(text, sizeof(text), &r, true, &caps);
	assert_non_null(strstr(text, "\"name\":\"a\",\"ipa\":\"0x123456789000\",\"pa\":\"0xfffffffff000\",\"size\":\"0x1000\",\"type\":\"ram\",\"rights\":\"r--\",\"memattr\":4,\"stage2\":"));
	assert_null(strstr(text, "reason"));
	json_row(text, sizeof(text), &r, false, &caps);
	assert_null(strstr(text, "ipa"));
	r.reason = "device-type";
	json_row(text, sizeof(text), &r, false, &caps);
	assert_non_null(strstr(text, ",\"reason\":\"device-type\""));
}

/* Whatever a region is called, and whatever is said of it. */
static void the_longest_row_fits(void **state)
{
	struct region r = region("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"");
	char text[2 * JSON_ROW_SIZE];

	(void)state;
	r.size = 0xfffffffff000;
	r.opts.adjustable = true;
	r.reason = "no tags: the guest is trusted not to map it Tagged";
	for (unsigned type = 0; type < REGION_NR_TYPES; type++)
		for (unsigned as = 0; as < AS_NR; as++)
			for (unsigned vma = 1; vma < VMA_NR; vma++)
				for (unsigned why = 0; why <= AS_NO_CACHEABLE_PFNMAP; why++) {
					r.type = type;
					r.opts.as = (u8)as;
					r.opts.vma = (u8)vma;
					r.opts.as_refused = (u8)why;
					assert_true(json_row(text, sizeof(text), &r, true, &caps) <
						    JSON_ROW_SIZE);
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_string_keeps_its_end_and_no_control_character),
		cmocka_unit_test(a_row_has_what_the_table_has),
		cmocka_unit_test(the_longest_row_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
