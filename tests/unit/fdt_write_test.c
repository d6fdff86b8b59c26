/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/fdt.h"
#include "boot/guest/fdt_write.h"
#include "lib/errno.h"
#include "tests/unit/test.h"
#include "tests/unit/tree.h"

static void *like;
static u8 *out;
static struct dt_writer w;

static int setup(void **state)
{
	(void)state;
	like = tree_load("virt-gicv3");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(like);
	free(out);
	out = NULL;
	return 0;
}

/* In an allocation of exactly @size bytes. */
static void start(u32 size)
{
	free(out);
	out = malloc(size);
	memset(out, 0xa5, size);
	dt_write_start(&w, out, size, like);
}

/* The name of the root's `compatible` in @like. */
static const char *own_name(void)
{
	const char *name;

	assert_non_null(fdt_getprop_by_offset(like, fdt_first_property_offset(like, 0), &name,
					      NULL));
	return name;
}

static int write_small(void)
{
	dt_write_reservation(&w, (struct range){ 0x123456789000, 0x2000 });
	dt_write_node(&w, "");
	dt_write_prop(&w, own_name(), "abcde", 5);
	dt_write_prop(&w, "mavis,new", "\1\2\3\4", 4);
	dt_write_node(&w, "a@1");
	dt_write_prop(&w, "mavis,new", NULL, 0);
	dt_write_prop(&w, "mavis,other", "x", 2);
	dt_write_end(&w);
	dt_write_end(&w);
	return dt_write_finish(&w);
}

static void what_is_written_is_read_by_libfdt(void **state)
{
	u64 base, size;
	int len;

	(void)state;
	start(KIB(8));
	assert_int_equal(write_small(), 0);
	assert_int_equal(fdt_check_full(out, fdt_totalsize(out)), 0);
	assert_int_equal(fdt_num_mem_rsv(out), 1);
	assert_int_equal(fdt_get_mem_rsv(out, 0, &base, &size), 0);
	assert_int_equal(base, 0x123456789000);
	assert_int_equal(size, 0x2000);
	assert_memory_equal(fdt_getprop(out, 0, own_name(), &len), "abcde", 5);
	assert_int_equal(len, 5);
	assert_memory_equal(fdt_getprop(out, 0, "mavis,new", &len), "\1\2\3\4", 4);
	assert_true(tree_has(out, "/a@1", "mavis,new"));
	assert_string_equal(tree_string(out, "/a@1", "mavis,other"), "x");
}

static void names_of_the_other_tree_cost_nothing_and_new_ones_are_kept_once(void **state)
{
	(void)state;
	start(KIB(8));
	assert_int_equal(write_small(), 0);
	assert_int_equal(fdt_size_dt_strings(out), fdt_size_dt_strings(like) +
			 sizeof("mavis,new") + sizeof("mavis,other"));
}

static void every_size_that_is_too_small_is_told_and_nothing_is_written_beyond(void **state)
{
	u32 need;

	(void)state;
	start(KIB(8));
	assert_int_equal(write_small(), 0);
	need = fdt_totalsize(out);
	for (u32 size = 0; size < need; size += size < need - 64 ? 13 : 1) {
		start(size);
		assert_int_equal(write_small(), -ENOSPC);
	}
	start(need);
	assert_int_equal(write_small(), 0);
}

static void too_many_new_names_are_told(void **state)
{
	static char name[DT_MAX_NEW_NAMES / 8][12];

	(void)state;
	start(KIB(8));
	dt_write_node(&w, "");
	for (unsigned i = 0; i < ARRAY_SIZE(name); i++) {
		snprintf(name[i], sizeof(name[i]), "mavis-%03u", i);
		dt_write_prop(&w, name[i], NULL, 0);
	}
	dt_write_end(&w);
	assert_int_equal(dt_write_finish(&w), -ENOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_by_libfdt),
		TEST(names_of_the_other_tree_cost_nothing_and_new_ones_are_kept_once),
		TEST(every_size_that_is_too_small_is_told_and_nothing_is_written_beyond),
		TEST(too_many_new_names_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
