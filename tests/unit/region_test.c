/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/errno.h"
#include "mm/region.h"
#include "tests/unit/test.h"

static const struct mm_caps caps = { .pa_bits = 40 };
static struct region_table table;
static struct diag diag;

static int setup(void **state)
{
	(void)state;
	table.nr = 0;
	diag.text[0] = '\0';
	return 0;
}

static int add_at(const char *name, u64 ipa, u64 pa, u64 size, enum region_type type,
		  enum region_origin origin)
{
	struct region r = {
		.ipa = IPA(ipa), .pa = PA(pa), .size = size, .type = type, .origin = origin
	};

	snprintf(r.name, sizeof(r.name), "%s", name);
	return region_add(&table, &r, &diag);
}

static void host(const char *name, u64 base, u64 size, enum region_type type)
{
	assert_int_equal(add_at(name, base, base, size, type, REGION_FROM_HOST), 0);
}

static void config(const char *name, u64 base, u64 size, enum region_type type)
{
	assert_int_equal(add_at(name, base, base, size, type, REGION_FROM_CONFIG), 0);
}

static void finish(void)
{
	assert_int_equal(region_table_finish(&table, &caps, false, &diag), 0);
	for (unsigned i = 1; i < table.nr; i++)
		assert_true(table.region[i - 1].ipa.v + table.region[i - 1].size <=
			    table.region[i].ipa.v);
}

static void expect(unsigned i, const char *name, u64 base, u64 size)
{
	assert_true(i < table.nr);
	assert_string_equal(table.region[i].name, name);
	assert_int_equal(table.region[i].ipa.v, base);
	assert_int_equal(table.region[i].size, size);
}

static void regions_come_out_sorted(void **state)
{
	(void)state;
	host("c", 0x30000, 0x1000, REGION_MMIO);
	host("a", 0x10000, 0x1000, REGION_MMIO);
	host("d", 0x40000, 0x1000, REGION_RAM);
	host("b", 0x20000, 0x1000, REGION_MMIO);
	finish();
	assert_int_equal(table.nr, 4);
	expect(0, "a", 0x10000, 0x1000);
	expect(1, "b", 0x20000, 0x1000);
	expect(2, "c", 0x30000, 0x1000);
	expect(3, "d", 0x40000, 0x1000);
}

static void a_config_region_displaces_the_hosts(void **state)
{
	(void)state;
	host("memory", 0x40000000, 0x10000000, REGION_RAM);
	config("scratch", 0x44000000, 0x1000000, REGION_RAM);
	finish();
	assert_int_equal(table.nr, 3);
	expect(0, "memory", 0x40000000, 0x4000000);
	expect(1, "scratch", 0x44000000, 0x1000000);
	expect(2, "memory", 0x45000000, 0xb000000);
}

static void a_region_seen_elsewhere_takes_both_places_from_the_host(void **state)
{
	(void)state;
	host("memory", 0x40000000, 0x10000000, REGION_RAM);
	assert_int_equal(
		add_at("moved", 0x80000000, 0x48000000, 0x1000000, REGION_RAM, REGION_FROM_CONFIG),
		0);
	host("device", 0x80800000, 0x1000000, REGION_MMIO);
	finish();
	assert_int_equal(table.nr, 4);
	expect(0, "memory", 0x40000000, 0x8000000);
	expect(1, "memory", 0x49000000, 0x7000000);
	expect(2, "moved", 0x80000000, 0x1000000);
	assert_int_equal(table.region[2].pa.v, 0x48000000);
	expect(3, "device", 0x81000000, 0x800000);
}

static void many_config_regions_in_one_bank_leave_the_gaps(void **state)
{
	(void)state;
	host("memory", 0x40000000, 0x10000000, REGION_RAM);
	for (unsigned i = 0; i < 500; i++)
		config("x", 0x40000000 + (499 - i) * 0x4000, 0x1000, REGION_MMIO);
	finish();
	assert_int_equal(table.nr, 1000);
	for (unsigned i = 0; i < 499; i++) {
		expect(2 * i, "x", 0x40000000 + i * 0x4000, 0x1000);
		expect(2 * i + 1, "memory", 0x40001000 + i * 0x4000, 0x3000);
	}
}

static void overlapping_config_regions_are_refused_by_both_names(void **state)
{
	(void)state;
	config("first", 0x10000, 0x2000, REGION_MMIO);
	config("second", 0x11000, 0x2000, REGION_MMIO);
	assert_int_equal(region_table_finish(&table, &caps, false, &diag), -EEXIST);
	assert_non_null(strstr(diag.text, "region second: reg: "));
	assert_non_null(strstr(diag.text, "overlap region first"));

	setup(state);
	config("first", 0x10000, 0x2000, REGION_MMIO);
	assert_int_equal(add_at("second", 0x11000, 0x80000, 0x2000, REGION_MMIO,
				REGION_FROM_CONFIG), 0);
	assert_int_equal(region_table_finish(&table, &caps, false, &diag), -EEXIST);
	assert_non_null(strstr(diag.text, "region second: ipa: "));
}

static void devices_that_share_a_page_share_a_region(void **state)
{
	(void)state;
	host("one", 0x10000, 0x1000, REGION_MMIO);
	host("two", 0x10000, 0x1000, REGION_MMIO);
	host("three", 0x10000, 0x3000, REGION_MMIO);
	host("four", 0x12000, 0x2000, REGION_MMIO);
	finish();
	assert_int_equal(table.nr, 3);
	expect(0, "one", 0x10000, 0x1000);
	expect(1, "three", 0x11000, 0x2000);
	expect(2, "four", 0x13000, 0x1000);
}

static void what_mavis_keeps_is_cut_out(void **state)
{
	(void)state;
	host("memory", 0x40000000, 0x10000000, REGION_RAM);
	host("inside", 0x20001000, 0x1000, REGION_MMIO);
	assert_int_equal(
		region_carve(&table, (struct range){ 0x40200000, 0x300000 }, "Mavis", &diag), 0);
	assert_int_equal(
		region_carve(&table, (struct range){ 0x20000000, 0x10000 }, "Mavis", &diag), 0);
	finish();
	assert_int_equal(table.nr, 2);
	expect(0, "memory", 0x40000000, 0x200000);
	expect(1, "memory", 0x40500000, 0xfb00000);
}

static void a_config_region_over_mavis_is_refused_with_both_addresses(void **state)
{
	(void)state;
	config("greedy", 0x40100000, 0x200000, REGION_RAM);
	assert_int_equal(
		region_carve(&table, (struct range){ 0x40200000, 0x300000 }, "Mavis itself", &diag),
		-EBUSY);
	assert_non_null(strstr(diag.text, "greedy"));
	assert_non_null(strstr(diag.text, "0x40100000"));
	assert_non_null(strstr(diag.text, "Mavis itself"));
	assert_non_null(strstr(diag.text, "0x40200000"));
}

static void part_pages_and_wrapping_ranges_are_refused(void **state)
{
	(void)state;
	assert_int_equal(add_at("odd", 0x10800, 0x10800, 0x1000, REGION_MMIO, REGION_FROM_CONFIG),
			 -EINVAL);
	assert_non_null(strstr(diag.text, "odd"));
	assert_int_equal(add_at("empty", 0x10000, 0x10000, 0, REGION_MMIO, REGION_FROM_CONFIG),
			 -EINVAL);
	assert_int_equal(add_at("wraps", ~0xffful, 0, 0x2000, REGION_MMIO, REGION_FROM_CONFIG),
			 -EINVAL);
	assert_int_equal(table.nr, 0);
}

static void what_the_cpu_cannot_address_is_refused_or_dropped(void **state)
{
	(void)state;
	host("window", BIT(39), BIT(41), REGION_MMIO);
	host("beyond", BIT(41), 0x1000, REGION_MMIO);
	finish();
	assert_int_equal(table.nr, 1);
	expect(0, "window", BIT(39), BIT(39));

	setup(state);
	config("far", BIT(40) - 0x1000, 0x2000, REGION_MMIO);
	assert_int_equal(region_table_finish(&table, &caps, false, &diag), -ERANGE);
	assert_non_null(strstr(diag.text, "region far: reg: "));
	assert_non_null(strstr(diag.text, "40 bits"));

	setup(state);
	assert_int_equal(add_at("far", BIT(40), 0, 0x1000, REGION_MMIO, REGION_FROM_CONFIG), 0);
	assert_int_equal(region_table_finish(&table, &caps, false, &diag), -ERANGE);
	assert_non_null(strstr(diag.text, "region far: ipa: 0x1000 bytes at 0x10000000000 "));
}

static void a_full_table_says_so(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REGION_MAX; i++)
		host("x", i * 0x2000, 0x1000, REGION_MMIO);
	assert_int_equal(
		add_at("last", 0x80000000, 0x80000000, 0x1000, REGION_MMIO, REGION_FROM_HOST),
		-ENOSPC);
	assert_non_null(strstr(diag.text, "last"));
}

static void an_address_finds_its_region(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		host("x", 0x10000 + i * 0x3000, 0x1000, REGION_MMIO);
	finish();
	for (unsigned i = 0; i < 100; i++) {
		assert_ptr_equal(region_find(&table, IPA(0x10000 + i * 0x3000)), &table.region[i]);
		assert_ptr_equal(region_find(&table, IPA(0x10fff + i * 0x3000)), &table.region[i]);
		assert_null(region_find(&table, IPA(0x11000 + i * 0x3000)));
	}
	assert_null(region_find(&table, IPA(0)));
	assert_null(region_find(&table, IPA(~0ul)));
}

/*
 * Against a map of pages: whoever comes last in this order has the page: host by base, config, what
 * Mavis keeps.
 */
static void random_tables_equal_a_page_map(void **state)
{
	enum { PAGES = 256 };

	(void)state;
	srand(1);
	for (unsigned round = 0; round < 2000; round++) {
		char owner[PAGES] = { 0 };
		unsigned kept = (unsigned)rand() % PAGES;
		bool refused = false;

		setup(state);
		host("m", 0, (1 + (u64)rand() % PAGES) << PAGE_SHIFT, REGION_RAM);
		memset(owner, 'm', table.region[0].size >> PAGE_SHIFT);
		assert_int_equal(region_carve(&table,
					      (struct range){ (u64)kept << PAGE_SHIFT, PAGE_SIZE },
					      "k", &diag),
				 0);
		owner[kept] = 0;
		for (unsigned i = 0; i < 6; i++) {
			unsigned base = (unsigned)rand() % PAGES, size = 1 + (unsigned)rand() % 20;
			char name[2] = { (char)('a' + i) };

			size = MIN(size, PAGES - base);
			config(name, (u64)base << PAGE_SHIFT, (u64)size << PAGE_SHIFT, REGION_MMIO);
			for (unsigned p = base; p < base + size; p++) {
				refused |= owner[p] && owner[p] != 'm';
				owner[p] = name[0];
			}
		}
		if (refused) {
			assert_int_equal(region_table_finish(&table, &caps, false, &diag), -EEXIST);
			continue;
		}
		finish();
		for (unsigned p = 0; p < PAGES; p++) {
			const struct region *r = region_find(&table, IPA((u64)p << PAGE_SHIFT));

			assert_int_equal(r ? r->name[0] : 0, owner[p]);
		}
	}
}

static void memory_follows_stage_1_and_devices_are_device_memory(void **state)
{
	struct mm_caps fwb = { .pa_bits = 40, .fwb = true };

	(void)state;
	host("memory", 0x40000000, 0x1000, REGION_RAM);
	host("uart", 0x9000000, 0x1000, REGION_MMIO);
	finish();
	assert_int_equal(table.region[0].attr.memattr, S2_DEVICE_nGnRE);
	assert_false(table.region[0].attr.exec);
	assert_int_equal(table.region[1].attr.memattr, S2_NORMAL_WB);
	assert_true(table.region[1].attr.exec);
	assert_int_equal(region_table_finish(&table, &fwb, false, &diag), 0);
	assert_int_equal(table.region[0].attr.memattr, S2_DEVICE_nGnRE);
	assert_int_equal(table.region[1].attr.memattr, S2_FWB_STAGE1);
}

#define test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(regions_come_out_sorted),
		test(a_config_region_displaces_the_hosts),
		test(a_region_seen_elsewhere_takes_both_places_from_the_host),
		test(many_config_regions_in_one_bank_leave_the_gaps),
		test(overlapping_config_regions_are_refused_by_both_names),
		test(devices_that_share_a_page_share_a_region),
		test(what_mavis_keeps_is_cut_out),
		test(a_config_region_over_mavis_is_refused_with_both_addresses),
		test(part_pages_and_wrapping_ranges_are_refused),
		test(what_the_cpu_cannot_address_is_refused_or_dropped),
		test(a_full_table_says_so),
		test(an_address_finds_its_region),
		test(random_tables_equal_a_page_map),
		test(memory_follows_stage_1_and_devices_are_device_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
