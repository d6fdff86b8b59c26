/* SPDX-License-Identifier: Apache-2.0 */
/* The commands, against stage 2 tables in fake memory, and the control page. */
#include "boot/guest/control.h"

#include "hyp/at.h"
#include "hyp/debug.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "tests/unit/control_fixture.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

static u64 r[CONTROL_NR_RESULTS];

static int start(const struct mm_caps *caps)
{
	fake_machine_reset();
	fake_el2_reset(64);
	return offer(caps);
}

static const struct mm_caps plain = { .pa_bits = 40 };
static const struct mm_caps with_mte = { .pa_bits = 40, .mte = true };
static const struct mm_caps with_fwb = { .pa_bits = 40, .fwb = true };

static int make(void **state)
{
	(void)state;
	return start(&plain);
}

static s64 run(u64 command, u64 a0, u64 a1, u64 a2)
{
	u64 args[] = { a0, a1, a2 };

	do {
		fake_this_cpu->again = false;
		s64 status = control_run(command, args, r);

		if (!fake_this_cpu->again)
			return status;
	} while (true);
}

static s64 set(u64 region, u64 memattr)
{
	return run(CONTROL_SET, region, memattr, CONTROL_KEEP_SH);
}

static u8 memattr_at(u64 ipa)
{
	assert_int_equal(run(CONTROL_WALK, ipa, 0, 0), 0);
	return r[4] & 15;
}

static void info_and_regions_say_what_there_is(void **state)
{
	(void)state;
	assert_int_equal(run(CONTROL_INFO, 0, 0, 0), 0);
	assert_int_equal(r[0], NR_TABLE + 1);
	assert_int_equal(r[1] & (CONTROL_INFO_FWB | CONTROL_INFO_MTE), 0);
	assert_int_equal(r[2], 2);
	assert_int_equal(r[5], 1000);
	assert_int_equal(run(CONTROL_REGION, TARGET, 0, 0), 0);
	assert_int_equal(r[0], BASE + MIB(64));
	assert_int_equal(r[1], BASE + MIB(64) + GIB(4));
	assert_int_equal(r[2], MIB(64));
	assert_int_equal(r[3], CONTROL_TYPE_RAW | CONTROL_ORIGIN_CONFIG << 8 |
				       CONTROL_EXPOSE_NONE << 16 |
				       (u64)CONTROL_FLAG_ADJUSTABLE << 32);
	assert_int_equal(r[4], 5 | 3 << 8 | (CONTROL_READ | CONTROL_WRITE) << 16);
	assert_string_equal((char *)&r[5], "target");
	assert_int_equal(run(CONTROL_REGION, FOLLOWER, 0, 0), 0);
	assert_int_equal(r[3] >> 32,
			 CONTROL_FLAG_ADJUSTABLE | CONTROL_FLAG_BAR | CONTROL_FLAG_NO_TAGS);
	assert_int_equal(run(CONTROL_REGION, FOLLOWER + 1, 0, 0), -ENOENT);
	assert_int_equal(run(CONTROL_REGION, ~0ull, 0, 0), -ENOENT);
}

static void a_walk_finds_leaves_and_holes(void **state)
{
	(void)state;
	assert_int_equal(run(CONTROL_WALK, BASE + MIB(64) + 0x123456, 0, 0), 0);
	assert_int_equal(r[1], BASE + MIB(64) + 0x123456 + GIB(4));
	assert_int_equal(r[2], MIB(2));
	assert_int_equal(r[3] & 255, 2);
	assert_int_equal(run(CONTROL_WALK, BASE + MIB(4), 0, 0), -ENOENT);
	assert_int_equal(r[0], BASE + MIB(4));
	assert_int_equal(r[2], MIB(2));
	assert_int_equal(run(CONTROL_WALK, BIT(40), 0, 0), -EINVAL);
	assert_int_equal(run(CONTROL_WALK, ~0ull, 0, 0), -EINVAL);
}

static void a_change_keeps_what_is_mapped_and_who_may_access_it(void **state)
{
	(void)state;
	guest_checks[TARGET].checked = 5;
	assert_int_equal(set(TARGET, S2_DEVICE_GRE), 0);
	assert_int_equal(r[0], S2_NORMAL_NC | SH_INNER << 8);
	assert_int_equal(r[1], 0);
	for (u64 at = 0; at < MIB(64); at += MIB(2)) {
		assert_int_equal(memattr_at(BASE + MIB(64) + at), S2_DEVICE_GRE);
		assert_int_equal(r[1], BASE + MIB(64) + at + GIB(4));
		assert_int_equal(r[4] >> 16, CONTROL_READ | CONTROL_WRITE);
	}
	assert_int_equal(memattr_at(BASE), S2_NORMAL_WB);
	assert_int_equal(memattr_at(BASE + MIB(128)), S2_NORMAL_NC);
	assert_int_equal(run(CONTROL_CHECK, TARGET, 0, 0), 0);
	assert_int_equal(r[0], 0);
	assert_int_equal(run(CONTROL_COUNTER, COUNT_CHANGE, 0, 0), 0);
	assert_int_equal(r[0], 1);
}

static void shareability_changes_on_request(void **state)
{
	(void)state;
	assert_int_equal(run(CONTROL_SET, TARGET, S2_NORMAL_NC, SH_OUTER), 0);
	assert_int_equal(memattr_at(BASE + MIB(64)), S2_NORMAL_NC);
	assert_int_equal(r[4] >> 8 & 3, SH_OUTER);
	assert_int_equal(run(CONTROL_SET, TARGET, S2_NORMAL_NC, 1), -EINVAL);
	assert_int_equal(run(CONTROL_SET, TARGET, S2_NORMAL_NC, 0x100000002), -EINVAL);
}

static void caches_are_cleaned_between_break_and_make(void **state)
{
	unsigned flushes;

	(void)state;
	assert_int_equal(set(TARGET, S2_DEVICE_nGnRE), 0);
	assert_int_equal(r[1], 0);
	assert_int_equal(fake_el2.nr_cleaned, 0);
	flushes = fake_tlb.flushes;
	assert_int_equal(set(TARGET, S2_NORMAL_WB), 0);
	assert_int_equal(r[0] & 15, S2_DEVICE_nGnRE);
	assert_int_equal(r[1], 1);
	assert_int_equal(fake_el2.nr_cleaned, 64);
	assert_int_equal(fake_el2.cleaned, BASE + MIB(127) + GIB(4));
	assert_int_equal(fake_el2.cleaned_size, MIB(1));
	assert_int_equal(fake_el2.flushes, flushes + 1);
	assert_int_equal(fake_tlb.flushes, flushes + 1);
}

/* In between no access reaches it, and whoever comes does a piece. */
static void a_large_region_is_cleaned_in_pieces(void **state)
{
	u64 to_wb[] = { TARGET, S2_NORMAL_WB, CONTROL_KEEP_SH }, walk[] = { BASE + MIB(64), 0, 0 };
	struct s2_leaf leaf;

	(void)state;
	assert_int_equal(set(TARGET, S2_DEVICE_nGnRE), 0);
	control_run(CONTROL_SET, to_wb, r);
	assert_true(fake_this_cpu->again);
	assert_int_equal(fake_el2.nr_cleaned, 0);
	assert_int_equal(stage2_lookup(&guest.s2, IPA(BASE + MIB(100)), &leaf), 0);
	assert_true(leaf.broken);
	fake_this_cpu->again = false;
	control_run(CONTROL_WALK, walk, r);
	assert_true(fake_this_cpu->again);
	assert_int_equal(fake_el2.nr_cleaned, 1);
	fake_this_cpu->again = false;
	assert_int_equal(control_run(CONTROL_INFO, walk, r), 0);
	assert_false(fake_this_cpu->again);
	/* another one that has it all done, and then the first comes for what it has asked for */
	assert_int_equal(memattr_at(BASE + MIB(64)), S2_NORMAL_WB);
	assert_int_equal(fake_el2.nr_cleaned, 64);
	assert_int_equal(control_run(CONTROL_SET, to_wb, r), 0);
	assert_false(fake_this_cpu->again);
	assert_int_equal(r[0] & 15, S2_DEVICE_nGnRE);
	assert_int_equal(r[1], 1);
	assert_int_equal(fake_el2.nr_cleaned, 64);
	/* once */
	assert_int_equal(control_run(CONTROL_SET, to_wb, r), 0);
	assert_int_equal(r[0] & 15, S2_NORMAL_WB);
	assert_int_equal(r[1], 0);
}

/* A result that nobody has fetched is not mistaken for that of a later command. */
static void a_result_that_was_left_is_not_a_later_ones(void **state)
{
	u64 to_wb[] = { TARGET, S2_NORMAL_WB, CONTROL_KEEP_SH };

	(void)state;
	assert_int_equal(set(TARGET, S2_DEVICE_nGnRE), 0);
	control_run(CONTROL_SET, to_wb, r);
	assert_int_equal(memattr_at(BASE + MIB(64)), S2_NORMAL_WB);
	assert_int_equal(set(TARGET, S2_NORMAL_NC), 0);
	assert_int_equal(set(TARGET, S2_NORMAL_WB), 0);
	assert_int_equal(r[0] & 15, S2_NORMAL_NC);
	assert_int_equal(memattr_at(BASE + MIB(64)), S2_NORMAL_WB);
}

static void cacheability_that_changes_is_cleaned(void **state)
{
	static const struct {
		u8 from, to;
		bool cleaned;
	} cases[] = {
		{ S2_NORMAL_WB, S2_NORMAL_WT, true },
		{ S2_NORMAL_WB, S2_NORMAL_NC, true },
		{ S2_NORMAL_WT, S2_DEVICE_nGnRnE, true },
		{ S2_NORMAL_WT, S2_NORMAL_WB, true },
		{ S2_NORMAL_NC, S2_NORMAL_WB, true },
		{ S2_DEVICE_nGnRE, S2_NORMAL_WB, true },
		{ S2_DEVICE_nGnRE, S2_DEVICE_nGnRnE, false },
		{ S2_DEVICE_nGnRnE, S2_NORMAL_NC, false },
		{ S2_NORMAL_WB, S2_NORMAL_WB, false },
		{ S2_NORMAL_WB, 0x7, true },
		{ 0x7, S2_NORMAL_NC, true },
		{ 0xd, S2_NORMAL_NC, true },
		{ 0x7, 0xd, true },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(set(TARGET, cases[i].from), 0);
		assert_int_equal(set(TARGET, cases[i].to), 0);
		assert_int_equal(r[1], cases[i].cleaned);
	}
	assert_int_equal(set(TARGET, S2_NORMAL_WB), 0);
	assert_int_equal(run(CONTROL_SET, TARGET, S2_NORMAL_WB, SH_NONE), 0);
	assert_int_equal(r[1], 1);
}

static void forced_write_back_is_cleaned_for_stage_1s_own(void **state)
{
	(void)state;
	assert_int_equal(start(&with_fwb), 0);
	assert_int_equal(set(TARGET, S2_FWB_FORCE_WB), 0);
	assert_int_equal(set(TARGET, S2_FWB_STAGE1), 0);
	assert_int_equal(r[1], 1);
	assert_int_equal(set(TARGET, S2_FWB_FORCE_WB), 0);
	assert_int_equal(r[1], 1);
	assert_int_equal(set(TARGET, S2_NORMAL_WT), -EINVAL);
}

static void a_change_that_cannot_clean_is_none(void **state)
{
	(void)state;
	assert_int_equal(set(TARGET, S2_NORMAL_WB), 0);
	page_pool.nr_free = 2;
	assert_int_equal(set(TARGET, S2_NORMAL_NC), -ENOMEM);
	assert_int_equal(memattr_at(BASE + MIB(64)), S2_NORMAL_WB);
	assert_int_equal(memattr_at(BASE + MIB(128) - 1), S2_NORMAL_WB);
	assert_int_equal(guest_regions.region[TARGET].attr.memattr, S2_NORMAL_WB);
}

static void what_may_not_be_changed_is_not(void **state)
{
	(void)state;
	assert_int_equal(set(FIXED, S2_NORMAL_WB), -EPERM);
	assert_int_equal(set(MEMORY, S2_NORMAL_WB), -EPERM);
	assert_int_equal(set(TARGET, 0x4), -EINVAL);
	assert_int_equal(set(TARGET, 0xc), -EINVAL);
	assert_int_equal(set(TARGET, 16), -EINVAL);
	assert_int_equal(set(TARGET, 0x100000005), -EINVAL);
	assert_int_equal(set(FOLLOWER + 1, 0), -ENOENT);
	assert_int_equal(set(FOLLOWER, 0), -EBUSY);
	assert_int_equal(memattr_at(BASE + MIB(128)), S2_NORMAL_NC);
	assert_int_equal(memattr_at(BASE + MIB(64)), S2_NORMAL_NC);
	assert_int_equal(run(7, 0, 0, 0), CONTROL_NOT_SUPPORTED);
	assert_int_equal(run(CONTROL_FIXUPS + 1, 0, 0, 0), CONTROL_NOT_SUPPORTED);
	assert_int_equal(run(~0ull, 0, 0, 0), CONTROL_NOT_SUPPORTED);
}

static void a_guest_with_mte_does_not_get_at_tags_that_are_not_there(void **state)
{
	(void)state;
	assert_int_equal(start(&with_mte), 0);
	assert_int_equal(set(NO_TAGS, S2_NORMAL_WB), -EACCES);
	assert_int_equal(set(NO_TAGS, S2_NORMAL_WT), 0);
	assert_int_equal(set(TARGET, S2_NORMAL_WB), 0);
	guest_regions.region[NO_TAGS].opts.untagged = UNTAGGED_TRUSTED;
	assert_int_equal(set(NO_TAGS, S2_NORMAL_WB), 0);
}

static void at_asks_both_stages_only_where_stage_2_lets_it(void **state)
{
	const struct s2_attr read_only = { S2_NORMAL_WB, SH_INNER, .read = true };

	(void)state;
	machine.at_stage1 = (BASE + MIB(64)) | 0xffull << 56;
	machine.at_both = 0x44ull << 56;
	assert_int_equal(run(CONTROL_AT, 0x1234, 0, 0), 0);
	assert_int_equal(machine.at_va, 0x1234);
	assert_int_equal(r[0], machine.at_stage1);
	assert_int_equal(r[1], machine.at_both);
	assert_int_equal(machine.at_ops, BIT(AT_S1E1R) | BIT(AT_S12E1R));

	machine.at_ops = 0;
	machine.at_stage1 = BASE + MIB(4); /* nothing is mapped */
	assert_int_equal(run(CONTROL_AT, 0, 1, 0), -EFAULT);
	assert_int_equal(machine.at_ops, BIT(AT_S1E1W));

	machine.at_ops = 0;
	machine.at_stage1 = BASE + MIB(64);
	assert_int_equal(stage2_change(&guest.s2, IPA(BASE + MIB(64)), MIB(2), read_only), 0);
	assert_int_equal(run(CONTROL_AT, 0, 1, 0), -EFAULT);
	assert_int_equal(machine.at_ops, BIT(AT_S1E1W));
	assert_int_equal(run(CONTROL_AT, 0, 0, 0), 0);
	assert_int_equal(stage2_break(&guest.s2, IPA(BASE + MIB(64)), MIB(2), NULL), 0);
	assert_int_equal(run(CONTROL_AT, 0, 0, 0), -EFAULT);
	assert_int_equal(machine.at_ops, BIT(AT_S1E1W) | BIT(AT_S1E1R) | BIT(AT_S12E1R));

	/* A BAR is broken until somebody touches it. */
	machine.at_stage1 = BASE;
	assert_int_equal(bar_place(&bars.bar[0], BASE), 0);
	assert_int_equal(run(CONTROL_AT, 0, 0, 0), 0);

	machine.at_ops = 0;
	machine.at_stage1 = PAR_F;
	assert_int_equal(run(CONTROL_AT, 0, 1, 0), 0);
	assert_int_equal(r[1], PAR_F);
	assert_int_equal(machine.at_ops, BIT(AT_S1E1W));
	assert_int_equal(run(CONTROL_AT, 0, 2, 0), -EINVAL);
}

static void at_has_the_bytes_of_stage_1s_attributes(void **state)
{
	(void)state;
	machine.at_stage1 = PAR_F;
	machine.mair = 0x40044ff;
	assert_int_equal(run(CONTROL_AT, 0, 0, 0), 0);
	assert_int_equal(r[2], 0x40044ff);
}

/* When the event comes is the hardware's: tests/system/test_control.py. */
static void at_later_waits_and_answers_in_the_page(void **state)
{
	const u64 results[CONTROL_NR_RESULTS] = { 0x11, 0x22 };

	(void)state;
	assert_int_equal(run(CONTROL_AT_LATER, 0x1234, 0, CONTROL_LATER_DC), -EAGAIN);
	assert_int_equal(machine.at_va, 0x1234);
	assert_int_equal(run(CONTROL_AT_LATER, 0x1234, 2, CONTROL_LATER_DC), -EINVAL);
	machine.at_va = 0x1234;
	control_page_access(NULL, CONTROL_PAGE_COMMAND, 4, true, CONTROL_INFO);
	assert_int_equal(machine.at_va, 0); /* the wait has ended */
	control_page_answer(-EFAULT, results);
	assert_int_equal(control_page_access(NULL, CONTROL_PAGE_STATUS, 8, false, 0),
			 (u64)-EFAULT);
	assert_int_equal(control_page_access(NULL, CONTROL_PAGE_RESULTS + 8, 8, false, 0), 0x22);
}

static void counters_are_of_all_cpus(void **state)
{
	(void)state;
	cpus[0].count[COUNT_HVC] = 5;
	cpus[1].count[COUNT_HVC] = 7;
	assert_int_equal(run(CONTROL_COUNTER, COUNT_HVC, 0, 0), 0);
	assert_int_equal(r[0], 12);
	assert_string_equal((char *)&r[1], "exits: hvc");
	assert_int_equal(run(CONTROL_COUNTER, NR_CPU_COUNTERS, 0, 0), -ENOENT);
	control_count_abort(BASE + MIB(64));
	fake_this_cpu = &cpus[1];
	control_count_abort(BASE + MIB(128) - 1);
	control_count_abort(1); /* of no region */
	assert_int_equal(run(CONTROL_ABORTS, TARGET, 0, 0), 0);
	assert_int_equal(r[0], 2);
	assert_int_equal(run(CONTROL_ABORTS, FOLLOWER + 1, 0, 0), -ENOENT);
}

static void debug_adds_its_commands_where_it_is_asked_for(void **state)
{
	struct frame f = { .x = { CONTROL_CALL_COUNT } };

	(void)state;
	control_call(&f);
	assert_int_equal(f.x[0], 16);
	for (unsigned i = CONTROL_DEBUG; i <= CONTROL_POKE; i++)
		assert_int_equal(run(i, 0, 4, 0), CONTROL_NOT_SUPPORTED);
	debug_asked = true;
	f.x[0] = CONTROL_CALL_COUNT;
	control_call(&f);
	assert_int_equal(f.x[0], 19);
	machine.debugger = false;
	assert_int_equal(run(CONTROL_DEBUG, 0, 0, 0), -ENOENT);
	assert_false(cpus[0].debug);
	machine.debugger = true;
	assert_int_equal(run(CONTROL_DEBUG, 0, 0, 0), 0);
	assert_true(cpus[0].debug);
	cpus[0].debug = debug_asked = false;
}

/* The tests' memory is where its addresses say. */
static void peek_and_poke_are_single_accesses(void **state)
{
	static _Alignas(PAGE_SIZE) u8 page[PAGE_SIZE];
	u64 at = (u64)page;
	struct region *memory = &guest_regions.region[MEMORY];

	(void)state;
	debug_asked = true;
	guest.caps.pa_bits = 48;
	machine.answers = (struct range){ at, sizeof(page) };
	memcpy(page, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
	assert_int_equal(run(CONTROL_PEEK, at, 8, 0), 0);
	assert_int_equal(r[0], 0x8877665544332211);
	assert_int_equal(run(CONTROL_PEEK, at + 4, 4, 0), 0);
	assert_int_equal(r[0], 0x88776655);
	assert_int_equal(run(CONTROL_PEEK, at + 2, 2, 0), 0);
	assert_int_equal(r[0], 0x4433);
	assert_int_equal(run(CONTROL_PEEK, at + 1, 1, 0), 0);
	assert_int_equal(r[0], 0x22);
	assert_int_equal(fake_el2.borrowed_as, S1_DEVICE);
	assert_int_equal(fake_el2.borrowed, 0);
	assert_int_equal(run(CONTROL_POKE, at + 1, 1, 0xaabb), 0);
	assert_int_equal(run(CONTROL_POKE, at + 4, 4, 0x1ffffffff), 0);
	assert_memory_equal(page, "\x11\xbb\x33\x44\xff\xff\xff\xff\0", 9);

	/* The guest's memory is reached through the caches, as the guest does. */
	memory->pa = PA(at);
	assert_int_equal(run(CONTROL_POKE, at, 2, 0x0102), 0);
	assert_int_equal(fake_el2.borrowed_as, S1_DATA);

	/* A BAR that is nowhere has no memory, not that at address 0. */
	assert_int_equal(run(CONTROL_POKE, MIB(1), 4, 1), -EFAULT);
	assert_int_equal(fake_el2.borrowed_as, S1_DEVICE);
	memory->attr.memattr = S2_DEVICE_nGnRE;
	assert_int_equal(run(CONTROL_PEEK, at, 2, 0), 0);
	assert_int_equal(r[0], 0x0102);
	assert_int_equal(fake_el2.borrowed_as, S1_DEVICE);
	debug_asked = false;
}

static void peek_and_poke_refuse_what_cannot_be(void **state)
{
	static _Alignas(PAGE_SIZE) u8 page[PAGE_SIZE];
	u64 at = (u64)page;
	static const u64 sizes[] = { 0, 3, 5, 6, 7, 9, 16, 1ull << 32 };

	(void)state;
	debug_asked = true;
	guest.caps.pa_bits = 48;
	machine.answers = (struct range){ at, sizeof(page) };
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++)
		assert_int_equal(run(CONTROL_PEEK, at, sizes[i], 0), -EINVAL);
	assert_int_equal(run(CONTROL_PEEK, at + 1, 2, 0), -EINVAL);
	assert_int_equal(run(CONTROL_POKE, at + 4, 8, 0), -EINVAL);
	assert_int_equal(run(CONTROL_PEEK, 1ull << 48, 4, 0), -EINVAL);
	assert_int_equal(run(CONTROL_POKE, ~7ull, 8, 0), -EINVAL);
	assert_int_equal(fake_el2.nr_borrowed, 0);

	/* Mavis's own pages, but for devices that it works with the guest. */
	fake_el2.seen = at;
	assert_int_equal(run(CONTROL_PEEK, at, 4, 0), -EACCES);
	assert_int_equal(run(CONTROL_POKE, at + 8, 8, 1), -EACCES);
	assert_int_equal(page[8], 0);
	fake_el2.seen_device = true;
	assert_int_equal(run(CONTROL_POKE, at + 8, 8, 1), 0);
	assert_int_equal(page[8], 1);
	assert_int_equal(fake_el2.nr_borrowed, 0);
	fake_el2.seen = 0;

	fake_el2.borrow_result = -ENOMEM;
	assert_int_equal(run(CONTROL_PEEK, at, 4, 0), -ENOMEM);
	fake_el2.borrow_result = 0;

	memset(page, 0xff, sizeof(page));
	assert_int_equal(run(CONTROL_PEEK, at, 4, 0), 0);
	machine.answers.size = 0;
	assert_int_equal(run(CONTROL_PEEK, at, 4, 0), -EFAULT);
	assert_int_equal(run(CONTROL_POKE, at, 4, 0), -EFAULT);
	debug_asked = false;
}

static void a_call_is_a_command(void **state)
{
	struct frame f = { .x = { CONTROL_CALL(CONTROL_SET), FIXED, 0, CONTROL_KEEP_SH } };

	(void)state;
	control_call(&f);
	assert_int_equal(f.x[0], -EPERM);
	f.x[0] = CONTROL_CALL_REVISION;
	control_call(&f);
	assert_int_equal(f.x[0] << 16 | f.x[1], CONTROL_MAJOR << 16 | CONTROL_MINOR);
	f.x[0] = CONTROL_CALL_UID;
	control_call(&f);
	assert_int_equal(f.x[3], CONTROL_UID_3);
	f.x[0] = CONTROL_CALL(100);
	control_call(&f);
	assert_int_equal(f.x[0], CONTROL_NOT_SUPPORTED);
	f.x[0] = 0xc5000000;
	control_call(&f);
	assert_int_equal(f.x[0], CONTROL_NOT_SUPPORTED);
}

static u64 page_read(u64 offset, unsigned size)
{
	return control_page_access(NULL, offset, size, false, 0);
}

static void page_write(u64 offset, unsigned size, u64 val)
{
	control_page_access(NULL, offset, size, true, val);
}

static void the_page_has_registers_for_each_cpu(void **state)
{
	(void)state;
	assert_int_equal(page_read(CONTROL_PAGE_MAGIC, 4), CONTROL_MAGIC);
	assert_int_equal(page_read(CONTROL_PAGE_MAGIC, 8), 0x100015356414d);
	assert_int_equal(page_read(CONTROL_PAGE_REGIONS, 8), 2ull << 32 | (NR_TABLE + 1));
	page_write(CONTROL_PAGE_ARGS, 4, TARGET);
	page_write(CONTROL_PAGE_ARGS + 4, 4, 0);
	page_write(CONTROL_PAGE_COMMAND, 4, CONTROL_REGION);
	assert_int_equal(page_read(CONTROL_PAGE_STATUS, 8), 0);
	assert_int_equal(page_read(CONTROL_PAGE_RESULTS, 8), BASE + MIB(64));
	assert_int_equal(page_read(CONTROL_PAGE_RESULTS + 12, 4), (BASE + MIB(64) + GIB(4)) >> 32);

	fake_this_cpu = &cpus[1];
	page_write(CONTROL_PAGE_ARGS, 8, 1ull << 32 | TARGET);
	page_write(CONTROL_PAGE_COMMAND, 8, CONTROL_REGION);
	assert_int_equal(page_read(CONTROL_PAGE_STATUS, 8), -ENOENT);
	assert_int_equal(page_read(CONTROL_PAGE_RESULTS, 8), 0);
	fake_this_cpu = &cpus[0];
	assert_int_equal(page_read(CONTROL_PAGE_RESULTS, 8), BASE + MIB(64));
}

static void nothing_else_is_in_the_page(void **state)
{
	(void)state;
	for (u64 offset = 0; offset < PAGE_SIZE; offset += 4) {
		bool known = offset < 0x10 || (offset >= CONTROL_PAGE_STATUS && offset < 0x38) ||
			     (offset >= CONTROL_PAGE_RESULTS && offset < 0xa0);

		if (offset != CONTROL_PAGE_COMMAND)
			page_write(offset, 4, ~0u);
		page_write(offset, 2, 1);
		assert_int_equal(page_read(offset, 1), 0);
		if (!known)
			assert_int_equal(page_read(offset, 4), 0);
	}
	assert_int_equal(page_read(CONTROL_PAGE_MAGIC, 4), CONTROL_MAGIC);
	assert_int_equal(page_read(PAGE_SIZE - 8, 8), 0);
}

static void the_page_lies_where_nothing_is(void **state)
{
	static struct host host;

	(void)state;
	host.nr_memory = host.nr_mmio = 0;
	guest_regions.nr = 1;
	guest_regions.region[0] = (struct region){ .ipa = IPA(GIB(3)), .size = GIB(2) };
	assert_int_equal(control_place(&host).v, GIB(3) - PAGE_SIZE);
	host.nr_memory = 1;
	host.memory[0] = (struct range){ GIB(1), GIB(2) };
	host.nr_mmio = 1;
	host.mmio[0].range = (struct range){ GIB(1) - PAGE_SIZE, PAGE_SIZE };
	assert_int_equal(control_place(&host).v, GIB(1) - 2 * PAGE_SIZE);
	host.mmio[0].range = (struct range){ 0, GIB(1) };
	guest.s2.pt.bits = 40;
	assert_int_equal(control_place(&host).v, BIT(40) - PAGE_SIZE);
	guest.s2.pt.bits = 32;
	assert_int_equal(control_place(&host).v, 0);
}

static int start_again(void)
{
	return control_offer(IPA(0), 1000, &d);
}

static u64 no_handler(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	(void)arg, (void)offset, (void)size, (void)write;
	return val;
}

static void registers_that_el2_has_mapped_are_not_adjustable(void **state)
{
	(void)state;
	fake_el2.seen = BASE + MIB(66) + GIB(4);
	assert_int_equal(start_again(), -EINVAL);
	assert_non_null(strstr(d.text, "target: adjustable: Mavis itself works registers in it"));
}

/* Last: the table of pages has no way to forget. */
static void registers_that_el2_works_are_not_adjustable(void **state)
{
	(void)state;
	assert_int_equal(mmio_register(IPA(BASE + MIB(66)), no_handler, NULL), 0);
	assert_int_equal(start_again(), -EINVAL);
	assert_non_null(strstr(d.text, "Mavis works the registers at 0x84200000"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(info_and_regions_say_what_there_is, make),
		cmocka_unit_test_setup(a_walk_finds_leaves_and_holes, make),
		cmocka_unit_test_setup(a_change_keeps_what_is_mapped_and_who_may_access_it, make),
		cmocka_unit_test_setup(shareability_changes_on_request, make),
		cmocka_unit_test_setup(caches_are_cleaned_between_break_and_make, make),
		cmocka_unit_test_setup(a_large_region_is_cleaned_in_pieces, make),
		cmocka_unit_test_setup(a_result_that_was_left_is_not_a_later_ones, make),
		cmocka_unit_test_setup(cacheability_that_changes_is_cleaned, make),
		cmocka_unit_test_setup(forced_write_back_is_cleaned_for_stage_1s_own, make),
		cmocka_unit_test_setup(a_change_that_cannot_clean_is_none, make),
		cmocka_unit_test_setup(what_may_not_be_changed_is_not, make),
		cmocka_unit_test_setup(a_guest_with_mte_does_not_get_at_tags_that_are_not_there,
				       make),
		cmocka_unit_test_setup(at_asks_both_stages_only_where_stage_2_lets_it, make),
		cmocka_unit_test_setup(at_has_the_bytes_of_stage_1s_attributes, make),
		cmocka_unit_test_setup(at_later_waits_and_answers_in_the_page, make),
		cmocka_unit_test_setup(counters_are_of_all_cpus, make),
		cmocka_unit_test_setup(debug_adds_its_commands_where_it_is_asked_for, make),
		cmocka_unit_test_setup(peek_and_poke_are_single_accesses, make),
		cmocka_unit_test_setup(peek_and_poke_refuse_what_cannot_be, make),
		cmocka_unit_test_setup(a_call_is_a_command, make),
		cmocka_unit_test_setup(the_page_has_registers_for_each_cpu, make),
		cmocka_unit_test_setup(nothing_else_is_in_the_page, make),
		cmocka_unit_test_setup(the_page_lies_where_nothing_is, make),
		cmocka_unit_test_setup(registers_that_el2_has_mapped_are_not_adjustable, make),
		cmocka_unit_test_setup(registers_that_el2_works_are_not_adjustable, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
