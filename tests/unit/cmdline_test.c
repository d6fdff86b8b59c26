/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/cmdline.h"
#include "tests/unit/test.h"

static char list[240];

static void a_word_is_found_whole(void **state)
{
	size_t len = 77;

	(void)state;
	assert_true(cmdline_has("verify", CMDLINE_VERIFY));
	assert_true(cmdline_has("  quick verify ", CMDLINE_VERIFY));
	assert_string_equal(cmdline_find("verify verify on", CMDLINE_VERIFY, &len), " on");
	assert_int_equal(len, 0);
	assert_false(cmdline_has("", CMDLINE_VERIFY));
	assert_false(cmdline_has("verifying", CMDLINE_VERIFY));
	assert_false(cmdline_has("verify=1", CMDLINE_VERIFY));
	assert_false(cmdline_has("noverify", CMDLINE_VERIFY));
}

static void what_is_not_known_is_listed(void **state)
{
	(void)state;
	assert_int_equal(cmdline_unknown("", list, sizeof(list)), 0);
	assert_int_equal(cmdline_unknown(" verify ", list, sizeof(list)), 0);
	assert_string_equal(list, "");
	assert_int_equal(cmdline_unknown("verfy verify console=ttyS0", list, sizeof(list)), 2);
	assert_string_equal(list, "verfy, console=ttyS0");
	cmdline_known(list, sizeof(list));
	assert_non_null(strstr(list, "verify"));
}

static void what_there_is_no_room_for_is_counted(void **state)
{
	char words[40];

	(void)state;
	assert_int_equal(cmdline_unknown("one two three four five", words, sizeof(words)), 5);
	assert_string_equal(words, "one, two, three, four, and 1 more");
	assert_int_equal(cmdline_unknown("1234567890123456789012345678901", words, sizeof(words)),
			 1);
	assert_string_equal(words, "1 more");
}

static void control_characters_are_not_printed(void **state)
{
	(void)state;
	assert_int_equal(cmdline_unknown("a\x1b[2J\xff", list, sizeof(list)), 1);
	assert_string_equal(list, "a?[2J?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_found_whole),
		cmocka_unit_test(what_is_not_known_is_listed),
		cmocka_unit_test(what_there_is_no_room_for_is_counted),
		cmocka_unit_test(control_characters_are_not_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
