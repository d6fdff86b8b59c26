/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "guests/linux/ctl/ctl.h"
#include "tests/unit/test.h"

static void a_name_of_any_bytes_is_a_json_string(void **state)
{
	char out[QUOTED_SIZE];

	(void)state;
	assert_string_equal(quoted(out, "memory@40000000", QUOTED_MAX), "\"memory@40000000\"");
	assert_string_equal(quoted(out, "", QUOTED_MAX), "\"\"");
	assert_string_equal(quoted(out, "a\"b\\c\n\x1b\xc3~", QUOTED_MAX),
			    "\"a\\u0022b\\u005cc\\u000a\\u001b\\u00c3~\"");
}

static void a_long_name_is_cut_and_fits(void **state)
{
	char name[2 * QUOTED_MAX + 1] = "", out[QUOTED_SIZE];

	(void)state;
	memset(name, '"', sizeof(name) - 1);
	assert_int_equal(strlen(quoted(out, name, QUOTED_MAX)), QUOTED_SIZE - 1);
	assert_string_equal(quoted(out, "no end", 2), "\"no\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_of_any_bytes_is_a_json_string),
		cmocka_unit_test(a_long_name_is_cut_and_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
