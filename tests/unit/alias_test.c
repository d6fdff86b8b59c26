/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/errno.h"
#include "mm/region.h"
#include "tests/unit/test.h"

static const struct mm_caps fwb = { .pa_bits = 40, .fwb = true };
static struct region_table table;
static struct diag diag;

static int setup(void **state)
{
	(void)state;
	table.nr = 0;
	diag.text[0] = '\0';
	return 0;
}

static struct region *map(const char *name, u64 ipa, u64 pa, u64 size, enum region_type type)
{
	struct region r = { .ipa = IPA(ipa),
			    .pa = PA(pa),
			    .size = size,
			    .type = type,
			    .origin = REGION_FROM_CONFIG };

	snprintf(r.name, sizeof(r.name), "%s", name);
	assert_int_equal(region_add(&table, &r, &diag), 0);
	return &table.region[table.nr - 1];
}

static int finish(void)
{
	return region_table_finish(&table, &fwb, false, &diag);
}

static void assert_refused(const char *one, const char *other)
{
	assert_int_equal(finish(), -EINVAL);
	assert_non_null(strstr(diag.text, one));
	assert_non_null(strstr(diag.text, other));
	assert_non_null(strstr(diag.text, "allow-alias"));
}

static void one_memory_with_two_types_is_refused_by_both_names(void **state)
{
	(void)state;
	map("cached", 0x10000000, 0x40000000, 0x10000, REGION_RAM);
	map("registers", 0x20000000, 0x4000f000, 0x10000, REGION_MMIO);
	assert_refused("cached", "registers");
	assert_non_null(strstr(diag.text, "0x4000f000"));
}

static void as_stage_1_and_force_write_back_mismatch(void **state)
{
	(void)state;
	map("follows", 0x10000000, 0x40000000, 0x10000, REGION_RAM);
	map("forced", 0x40000000, 0x40000000, 0x10000, REGION_DEVICE_MEMORY);
	assert_refused("follows", "forced");
}

static void one_memory_twice_with_one_type_is_fine(void **state)
{
	(void)state;
	map("a", 0x10000000, 0x40000000, 0x10000, REGION_MMIO);
	map("b", 0x20000000, 0x40008000, 0x10000, REGION_MMIO);
	assert_int_equal(finish(), 0);
	assert_int_equal(table.nr, 2);
}

static void neighbours_are_no_aliases(void **state)
{
	(void)state;
	map("low", 0x10000000, 0x40000000, 0x10000, REGION_RAM);
	map("high", 0x20000000, 0x40010000, 0x10000, REGION_MMIO);
	assert_int_equal(finish(), 0);
}

static void allow_alias_on_either_side_is_enough(void **state)
{
	for (unsigned side = 0; side < 2; side++) {
		setup(state);
		map("cached", 0x10000000, 0x40000000, 0x10000, REGION_RAM)->opts.allow_alias =
			side == 0;
		map("registers", 0x20000000, 0x40000000, 0x10000, REGION_MMIO)->opts.allow_alias =
			side == 1;
		assert_int_equal(finish(), 0);
	}
}

static void memory_that_another_region_has_is_not_adjustable(void **state)
{
	for (unsigned which = 0; which < 2; which++) {
		struct region *r[2];

		setup(state);
		r[0] = map("low", 0x10000000, 0x40000000, 0x10000, REGION_MMIO);
		r[1] = map("high", 0x20000000, 0x40008000, 0x10000, REGION_MMIO);
		r[which]->opts.adjustable = true;
		assert_refused(which ? "region high: adjustable" : "region low: adjustable",
			       which ? "low has the same memory" : "high has the same memory");
	}
}

/* What one keeps from the guest or its devices the other would give to them. */
static void what_only_one_may_not_do_is_refused_by_property(void **state)
{
	for (unsigned which = 0; which < 4; which++) {
		const char *prop = which < 2 ? "read-only" : "no-dma";
		struct region *r[2];
		char said[80];

		setup(state);
		r[0] = map("low", 0x10000000, 0x40000000, 0x10000, REGION_DEVICE_MEMORY);
		r[1] = map("high", 0x20000000, 0x40008000, 0x10000, REGION_DEVICE_MEMORY);
		if (which < 2)
			r[which]->opts.read_only = true;
		else
			r[which - 2]->opts.no_dma = true;
		snprintf(said, sizeof(said), "0x40008000, only one %s: make them alike", prop);
		assert_refused("regions low and high: ", said);
		r[0]->opts.allow_alias = true;
		assert_int_equal(finish(), 0);
		r[0]->opts.allow_alias = false;
		for (unsigned i = 0; i < 2; i++)
			r[i]->opts.read_only = r[i]->opts.no_dma = true;
		assert_int_equal(finish(), 0);
	}
}

/* The config's counts where the machine's tree has the same memory: it is no second one. */
static void what_the_machine_has_there_is_no_alias(void **state)
{
	struct region *r;

	(void)state;
	map("flash", 0x40000000, 0x40000000, 0x10000, REGION_MMIO)->origin = REGION_FROM_HOST;
	r = map("card", 0x10000000, 0x40008000, 0x1000, REGION_MMIO);
	r->opts.read_only = r->opts.no_dma = true;
	assert_int_equal(finish(), 0);
}

static void a_long_region_is_compared_beyond_its_neighbour(void **state)
{
	(void)state;
	map("long", 0x10000000, 0x40000000, 0x100000, REGION_RAM);
	map("inside", 0x20000000, 0x40000000, 0x1000, REGION_RAM);
	map("late", 0x30000000, 0x40080000, 0x1000, REGION_MMIO);
	assert_refused("long", "late");
}

/* Against every pair, so that the one pass is shown to find what all pairs would. */
static void random_tables_are_judged_as_by_comparing_all_pairs(void **state)
{
	enum { NR = 6, PAGES = 24 };

	srand(1);
	for (unsigned round = 0; round < 3000; round++) {
		bool mismatch = false;

		setup(state);
		for (unsigned i = 0; i < NR; i++) {
			enum region_type type = rand() % 3 ? REGION_RAM : REGION_MMIO;
			u64 pa = (u64)(rand() % PAGES) << PAGE_SHIFT, size = (1 + (u64)rand() % 6)
									     << PAGE_SHIFT;
			struct region *r = map("x", (i + 1) * 0x1000000, pa, size, type);

			r->opts.allow_alias = rand() % 6 == 0;
			r->opts.adjustable = rand() % 8 == 0;
			r->opts.read_only = rand() % 4 == 0;
			r->opts.no_dma = rand() % 4 == 0;
			for (unsigned j = 0; j < i; j++) {
				const struct region *o = &table.region[j];

				mismatch |= (o->type != type || o->opts.adjustable ||
					     o->opts.read_only != r->opts.read_only ||
					     o->opts.no_dma != r->opts.no_dma ||
					     r->opts.adjustable) &&
					    !o->opts.allow_alias && !r->opts.allow_alias &&
					    ranges_overlap((struct range){ o->pa.v, o->size },
							   (struct range){ pa, size });
			}
		}
		assert_int_equal(finish(), mismatch ? -EINVAL : 0);
	}
}

static void the_table_stays_sorted_by_ipa(void **state)
{
	(void)state;
	map("a", 0x30000000, 0x40000000, 0x1000, REGION_RAM);
	map("b", 0x20000000, 0x50000000, 0x1000, REGION_RAM);
	map("c", 0x10000000, 0x60000000, 0x1000, REGION_RAM);
	assert_int_equal(finish(), 0);
	assert_string_equal(table.region[0].name, "c");
	assert_string_equal(table.region[2].name, "a");
}

#define test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(one_memory_with_two_types_is_refused_by_both_names),
		test(as_stage_1_and_force_write_back_mismatch),
		test(one_memory_twice_with_one_type_is_fine),
		test(neighbours_are_no_aliases),
		test(allow_alias_on_either_side_is_enough),
		test(memory_that_another_region_has_is_not_adjustable),
		test(what_only_one_may_not_do_is_refused_by_property),
		test(what_the_machine_has_there_is_no_alias),
		test(a_long_region_is_compared_beyond_its_neighbour),
		test(random_tables_are_judged_as_by_comparing_all_pairs),
		test(the_table_stays_sorted_by_ipa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
