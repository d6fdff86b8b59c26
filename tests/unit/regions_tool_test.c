// SPDX-License-Identifier: Apache-2.0
/* What the host tool prints, as its users read it: tools/regions is built before this test runs. */
#include "tests/unit/test.h"

#define TOOL "'" MAVIS_BUILD "/tools/regions'"
#define CSV "tests/data/stage1-stage2.csv"

/* 4 Device, 15 x 15 Normal, Tagged; MemAttr defined for FWB, MTE_PERM = 00, 01, 10, 11. */
#define MATRIX_ROWS ((4 + 15 * 15 + 1) * (13 + 14 + 7 + 9))

static char matrix[MATRIX_ROWS + 2][48]; /* a header, and room to see one row too many */
static unsigned rows;

static int read_the_matrix(void **state)
{
	FILE *p = popen(TOOL " --combine", "r");

	(void)state;
	if (!p)
		return -1;
	while (rows < MATRIX_ROWS + 2 && fgets(matrix[rows], sizeof(matrix[0]), p))
		rows++;
	return pclose(p);
}

static void combine_prints_each_defined_pair_once_in_order(void **state)
{
	(void)state;
	assert_int_equal(rows, MATRIX_ROWS + 1);
	assert_string_equal(matrix[0], "fwb,mte_perm,s1_mair,s2_memattr,par_attr\n");
	for (unsigned i = 2; i < rows; i++)
		assert_true(strcmp(matrix[i - 1], matrix[i]) < 0);
}

static void combine_prints_the_architecture_table_as_it_is_written(void **state)
{
	char line[200], want[64];
	FILE *f = fopen(CSV, "r");

	(void)state;
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f)) {
		char *col[8], *rest = line;
		unsigned found = 0;

		for (unsigned i = 0; i < 8; i++)
			assert_non_null(col[i] = strsep(&rest, ","));
		snprintf(want, sizeof(want), "%s,%s,%s,%s,%s", col[0], col[1], col[2], col[4],
			 col[7]);
		for (unsigned i = 1; i < rows; i++)
			found += strcmp(matrix[i], want) == 0;
		assert_int_equal(found, 1);
	}
	fclose(f);
}

static void a_wrong_option_is_a_failure_with_nothing_on_standard_output(void **state)
{
	static const char *const wrong[] = { "", "--combined", "--combine x" };
	char command[256], c;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		FILE *p;

		snprintf(command, sizeof(command), TOOL " %s 2>/dev/null", wrong[i]);
		p = popen(command, "r");
		assert_non_null(p);
		assert_int_equal(fread(&c, 1, 1, p), 0);
		assert_int_not_equal(pclose(p), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(combine_prints_each_defined_pair_once_in_order),
		cmocka_unit_test(combine_prints_the_architecture_table_as_it_is_written),
		cmocka_unit_test(a_wrong_option_is_a_failure_with_nothing_on_standard_output),
	};

	return cmocka_run_group_tests_name("regions tool", tests, read_the_matrix, NULL);
}
