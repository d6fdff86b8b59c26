/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/errno.h"
#include "lib/format.h"
#include "tests/unit/test.h"

/* The C library is the model: every form that lib/format.h names must come out the same. */
#define same(...) do {								\
	char mine[128], theirs[128];						\
	int n = format(mine, sizeof(mine), __VA_ARGS__);			\
	assert_int_equal(n, snprintf(theirs, sizeof(theirs), __VA_ARGS__));	\
	assert_string_equal(mine, theirs);					\
} while (0)

static void formats_as_the_c_library_does(void **state)
{
	(void)state;
	same("plain 100%%");
	same("[%s] [%8s] [%-8s] [%.3s] [%8.3s] [%.*s]", "text", "text", "text", "text", "text", 2,
	     "text");
	same("[%c] [%3c] [%-3c]", 'a', 'b', 'c');
	same("[%d] [%d] [%5d] [%-5d] [%05d]", 0, -17, 42, 42, -42);
	same("[%u] [%lu] [%zu]", 4294967295u, 18446744073709551615ul, (size_t)7);
	same("[%ld]", (long)INT64_MIN);
	same("[%x] [%#x] [%08x] [%#lx] [%#12lx] [%-12lx]", 0xbeefu, 0xbeefu, 0xbeefu,
	     0x123456789abcul, 0x1ul, 0x2ul);
	same("[%*u]", 6, 12u);
}

static void a_long_text_is_cut_and_its_length_told(void **state)
{
	char buf[8];

	(void)state;
	memset(buf, '#', sizeof(buf));
	assert_int_equal(format(buf, 5, "%s", "abcdefgh"), 8);
	assert_string_equal(buf, "abcd");
	assert_int_equal(buf[5], '#');
	assert_int_equal(format(buf, 0, "%u", 123u), 3);
	assert_int_equal(buf[0], 'a');
}

static void a_null_string_is_no_crash(void **state)
{
	char buf[16];
	const char *volatile none = NULL;

	(void)state;
	format(buf, sizeof(buf), "%s", none);
	assert_string_equal(buf, "(null)");
}

static void fail_returns_the_error_it_describes(void **state)
{
	struct diag d;

	(void)state;
	assert_int_equal(fail(&d, -ERANGE, "/guest/%s: %u", "cpus", 9u), -ERANGE);
	assert_string_equal(d.text, "/guest/cpus: 9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_as_the_c_library_does),
		cmocka_unit_test(a_long_text_is_cut_and_its_length_told),
		cmocka_unit_test(a_null_string_is_no_crash),
		cmocka_unit_test(fail_returns_the_error_it_describes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
