/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sort.h"
#include "tests/unit/test.h"

#define MAX_NR	600

static unsigned compared;

static bool less_u16(const void *a, const void *b, const void *arg)
{
	const u32 *key = arg;

	compared++;
	return key[*(const u16 *)a] < key[*(const u16 *)b];
}

static u64 seed = 1;

static u32 any(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (u32)(seed >> 33);
}

/* An index of @nr keys, sorted: each number once, their keys in order. */
static void check_index(unsigned nr, const u32 *key)
{
	u16 index[MAX_NR];
	bool seen[MAX_NR] = { false };

	for (unsigned i = 0; i < nr; i++)
		index[i] = (u16)i;
	sort(index, nr, sizeof(index[0]), less_u16, key);
	for (unsigned i = 0; i < nr; i++) {
		assert_in_range(index[i], 0, nr - 1);
		assert_false(seen[index[i]]);
		seen[index[i]] = true;
		if (i)
			assert_true(key[index[i - 1]] <= key[index[i]]);
	}
}

static void an_index_of_any_length_is_sorted(void **state)
{
	u32 key[MAX_NR];

	(void)state;
	for (unsigned nr = 0; nr < 70; nr++)
		for (u32 kinds = 1; kinds < 1000000; kinds *= 10) {
			for (unsigned i = 0; i < nr; i++)
				key[i] = any() % kinds;
			check_index(nr, key);
		}
}

/* @arg: the size. */
static bool less_text(const void *a, const void *b, const void *arg)
{
	return memcmp(a, b, *(const size_t *)arg) < 0;
}

static void elements_of_any_size_are_moved_whole(void **state)
{
	char text[] = "foxbatantcatbat";
	char lines[] = "the last of these lines|a line, which comes 1st|one line in the middle |";
	size_t size = 3;

	(void)state;
	sort(text, 5, size, less_text, &size);
	assert_string_equal(text, "antbatbatcatfox");
	size = 24;
	sort(lines, 3, size, less_text, &size);
	assert_string_equal(lines, "a line, which comes 1st|one line in the middle |the last of these lines|");
}

/* log2(512) is 9; heap sort takes two comparisons for each level. */
static void no_order_takes_more_than_n_log_n(void **state)
{
	u32 key[512];

	(void)state;
	for (unsigned how = 0; how < 4; how++) {
		for (u32 i = 0; i < ARRAY_SIZE(key); i++)
			key[i] = how == 0 ? i : how == 1 ? 512 - i : how == 2 ? any() : i & 1;
		compared = 0;
		check_index(ARRAY_SIZE(key), key);
		assert_in_range(compared, 1, 2 * 512 * 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_of_any_length_is_sorted),
		cmocka_unit_test(elements_of_any_size_are_moved_whole),
		cmocka_unit_test(no_order_takes_more_than_n_log_n),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
