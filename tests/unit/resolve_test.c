/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/errno.h"
#include "mm/resolve.h"
#include "tests/unit/test.h"

static const struct mm_caps plain = { .pa_bits = 40, .mte = true };
static const struct mm_caps fwb = { .pa_bits = 40, .mte = true, .fwb = true };
static const struct mm_caps perm = { .pa_bits = 40, .mte = true, .mte_perm = true };
static const struct mm_caps fwb_perm = {
	.pa_bits = 40, .mte = true, .fwb = true, .mte_perm = true
};

static struct diag diag;

struct resolved {
	struct s2_attr attr;
	const char *reason;
	bool hides_mte;
};

static struct resolved resolve(struct region r, const struct mm_caps *caps, bool mte)
{
	bool hides_mte;

	assert_int_equal(region_resolve(&r, caps, mte, &hides_mte, &diag), 0);
	return (struct resolved){ r.attr, r.reason, hides_mte };
}

static struct region untagged(enum region_type type, u8 how)
{
	return (struct region){
		.type = type,
		.opts = { .tags = TAGS_NO, .untagged = how, .expose = EXPOSE_RESERVED }
	};
}

static void each_type_has_the_attributes_of_the_binding(void **state)
{
	static const struct {
		enum region_type type;
		u8 memattr, memattr_fwb;
		bool exec;
	} table[] = {
		{ REGION_RAM, 0xf, 0x7, true },
		{ REGION_DEVICE_MEMORY, 0xf, 0x6, false },
		{ REGION_PREFETCHABLE, 0x5, 0x5, false },
		{ REGION_MMIO, 0x1, 0x1, false },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		struct region r = { .type = table[i].type };
		struct s2_attr a = resolve(r, &plain, false).attr;

		assert_int_equal(a.memattr, table[i].memattr);
		assert_int_equal(resolve(r, &fwb, false).attr.memattr, table[i].memattr_fwb);
		assert_int_equal(a.sh, SH_INNER);
		assert_true(a.read && a.write);
		assert_int_equal(a.exec, table[i].exec);
		assert_string_equal(resolve(r, &plain, false).reason, "by type");
	}
}

static void a_region_can_be_read_only_and_executable(void **state)
{
	struct region r = { .type = REGION_MMIO, .opts = { .read_only = true, .exec = true } };

	(void)state;
	assert_false(resolve(r, &plain, false).attr.write);
	assert_true(resolve(r, &plain, false).attr.exec);
}

static void mmio_takes_the_device_type_that_is_asked_for(void **state)
{
	(void)state;
	for (u8 type = DEVICE_nGnRnE; type <= DEVICE_GRE; type++) {
		struct region r = { .type = REGION_MMIO,
				    .opts = { .device_type = type, .has_device_type = true } };

		assert_int_equal(resolve(r, &plain, true).attr.memattr, type);
		assert_int_equal(resolve(r, &fwb, true).attr.memattr, type);
	}
}

static void raw_is_taken_as_written_where_the_cpu_has_it(void **state)
{
	struct region r = { .name = "odd",
			    .type = REGION_RAW,
			    .opts = { .memattr = 0x4, .sh = SH_OUTER } };
	bool hides_mte;

	(void)state;
	assert_int_equal(resolve(r, &perm, true).attr.memattr, 0x4);
	assert_int_equal(resolve(r, &perm, true).attr.sh, SH_OUTER);
	assert_int_equal(region_resolve(&r, &plain, true, &hides_mte, &diag), -EINVAL);
	assert_non_null(strstr(diag.text, "odd"));
	assert_non_null(strstr(diag.text, "memattr"));
	assert_int_equal(region_resolve(&r, &fwb_perm, true, &hides_mte, &diag), -EINVAL);

	r.opts.memattr = 0xe;
	assert_int_equal(resolve(r, &fwb_perm, true).attr.memattr, 0xe);
	assert_int_equal(region_resolve(&r, &fwb, true, &hides_mte, &diag), -EINVAL);
}

static void without_mte_in_the_guest_tags_change_nothing(void **state)
{
	(void)state;
	for (u8 how = UNTAGGED_HIDE_MTE; how <= UNTAGGED_TRUSTED; how++) {
		struct resolved out = resolve(untagged(REGION_DEVICE_MEMORY, how), &perm, false);

		assert_int_equal(out.attr.memattr, 0xf);
		assert_false(out.hides_mte);
	}
}

static void general_purpose_memory_without_tags_always_hides_mte(void **state)
{
	static const struct mm_caps *const all[] = { &plain, &fwb, &perm, &fwb_perm };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		for (u8 how = UNTAGGED_HIDE_MTE; how <= UNTAGGED_TRUSTED; how++) {
			struct region r = untagged(REGION_RAM, how);

			r.opts.expose = EXPOSE_BY_TYPE;
			assert_true(resolve(r, all[i], true).hides_mte);
			r.opts.expose = EXPOSE_MEMORY;
			assert_true(resolve(r, all[i], true).hides_mte);
		}
	}
}

static void the_ladder_takes_the_first_rung_that_applies(void **state)
{
	static const struct {
		const struct mm_caps *caps;
		enum region_type type;
		u8 untagged;
		u8 memattr;
		bool hides_mte;
	} table[] = {
		/* NoTagAccess before all else */
		{ &perm, REGION_DEVICE_MEMORY, UNTAGGED_TRUSTED, 0x4, false },
		{ &perm, REGION_RAM, UNTAGGED_NON_CACHEABLE, 0x4, false },
		{ &fwb_perm, REGION_DEVICE_MEMORY, UNTAGGED_HIDE_MTE, 0xe, false },
		{ &fwb_perm, REGION_RAM, UNTAGGED_HIDE_MTE, 0xf, false },
		/* then what the region says; Write-Through is no encoding with FWB */
		{ &plain, REGION_DEVICE_MEMORY, UNTAGGED_WRITE_THROUGH, 0xa, false },
		{ &plain, REGION_RAM, UNTAGGED_WRITE_THROUGH, 0xa, false },
		{ &fwb, REGION_DEVICE_MEMORY, UNTAGGED_WRITE_THROUGH, 0x6, true },
		{ &plain, REGION_DEVICE_MEMORY, UNTAGGED_NON_CACHEABLE, 0x5, false },
		{ &fwb, REGION_RAM, UNTAGGED_NON_CACHEABLE, 0x5, false },
		{ &plain, REGION_RAM, UNTAGGED_TRUSTED, 0xf, false },
		{ &fwb, REGION_DEVICE_MEMORY, UNTAGGED_TRUSTED, 0x6, false },
		/* and at last the whole guest */
		{ &plain, REGION_DEVICE_MEMORY, UNTAGGED_HIDE_MTE, 0xf, true },
		{ &fwb, REGION_RAM, UNTAGGED_HIDE_MTE, 0x7, true },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		struct resolved out = resolve(untagged(table[i].type, table[i].untagged),
					      table[i].caps, true);

		assert_int_equal(out.attr.memattr, table[i].memattr);
		assert_int_equal(out.hides_mte, table[i].hides_mte);
		assert_string_not_equal(out.reason, "by type");
	}
}

static void device_memory_has_no_tags_unless_it_says_so(void **state)
{
	struct region r = { .type = REGION_DEVICE_MEMORY };

	(void)state;
	assert_true(resolve(r, &plain, true).hides_mte);
	r.opts.tags = TAGS_YES;
	assert_false(resolve(r, &plain, true).hides_mte);
	assert_int_equal(resolve(r, &perm, true).attr.memattr, 0xf);
}

static void what_cannot_be_tagged_needs_no_protection(void **state)
{
	(void)state;
	assert_string_equal(resolve(untagged(REGION_PREFETCHABLE, 0), &perm, true).reason,
			    "by type");
	assert_string_equal(resolve(untagged(REGION_MMIO, 0), &fwb_perm, true).reason, "by type");
}

static void raw_without_tags_is_trusted_or_hides_mte_but_keeps_its_encoding(void **state)
{
	struct region r = untagged(REGION_RAW, UNTAGGED_TRUSTED);

	(void)state;
	r.opts.memattr = 0xf;
	assert_int_equal(resolve(r, &perm, true).attr.memattr, 0xf);
	assert_false(resolve(r, &perm, true).hides_mte);
	r.opts.untagged = UNTAGGED_HIDE_MTE;
	assert_int_equal(resolve(r, &perm, true).attr.memattr, 0xf);
	assert_true(resolve(r, &perm, true).hides_mte);
	r.opts.memattr = 0x5;
	assert_false(resolve(r, &perm, true).hides_mte);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_the_attributes_of_the_binding),
		cmocka_unit_test(a_region_can_be_read_only_and_executable),
		cmocka_unit_test(mmio_takes_the_device_type_that_is_asked_for),
		cmocka_unit_test(raw_is_taken_as_written_where_the_cpu_has_it),
		cmocka_unit_test(without_mte_in_the_guest_tags_change_nothing),
		cmocka_unit_test(general_purpose_memory_without_tags_always_hides_mte),
		cmocka_unit_test(the_ladder_takes_the_first_rung_that_applies),
		cmocka_unit_test(device_memory_has_no_tags_unless_it_says_so),
		cmocka_unit_test(what_cannot_be_tagged_needs_no_protection),
		cmocka_unit_test(raw_without_tags_is_trusted_or_hides_mte_but_keeps_its_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
