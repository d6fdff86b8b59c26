/* SPDX-License-Identifier: Apache-2.0 */
/* Stream tables, queues and the way up of an SMMUv3, against registers that answer. */
#include "boot/guest/streams.h"
#include "boot/machine/smmu_hw.h"
#include "lib/errno.h"
#include "mm/phys.h"
#include "mm/pool.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/fake_smmu.h"
#include "tests/unit/test.h"

#define CR0_ON	0xd			/* SMMUEN, EVENTQEN, CMDQEN */

static struct smmu s;
static struct smmu_caps caps;
static struct host_smmu node;
static struct host host;
static struct pool pool;
static u64 commands[512] __attribute__((aligned(4096)));
static u64 events[512] __attribute__((aligned(4096)));
static struct range cleaned[64];
static unsigned nr_cleaned;

static void note_clean(u64 start, u64 end)
{
	if (nr_cleaned < ARRAY_SIZE(cleaned))
		cleaned[nr_cleaned++] = (struct range){ start, end - start };
}

static bool was_cleaned(const void *at, u64 size)
{
	for (unsigned i = 0; i < nr_cleaned; i++)
		if (range_contains(cleaned[i], (struct range){ (u64)at, size }))
			return true;
	return false;
}

static const char *probe(void)
{
	return smmu_probe(&s, &node, &caps);
}

/* Blocked, with queues of @log2 commands and events. */
static void make(u8 log2)
{
	assert_null(probe());
	s.commands = commands;
	s.events = events;
	s.log2_commands = s.log2_events = log2;
	assert_int_equal(smmu_block(&s), 0);
}

static int setup(void **state)
{
	(void)state;
	fake_machine_reset();
	fake_reset(&pool, 1024);
	node = (struct host_smmu){ .regs = { fake_smmu_reset(), 0x20000 }, .enabled = true,
				   .coherent = true };
	host.nr_streams = nr_cleaned = 0;
	machine.on_clean = note_clean;
	return 0;
}

static void what_it_can_do_is_read(void **state)
{
	(void)state;
	assert_null(probe());
	assert_true(s.coherent);
	assert_int_equal(caps.stream_bits, 16);
	assert_int_equal(caps.pa_bits, 44);
	assert_true(caps.two_levels && !caps.hyp && !caps.ats);
	assert_int_equal(caps.log2_commands, 19);
	assert_int_equal(s.page1 - s.base, 0x10000);

	node.one_page = true;
	assert_null(probe());
	assert_int_equal(s.page1, s.base);
}

/* Whatever IDR0.COHACC says. */
static void the_tree_says_whether_it_looks_into_caches(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		*fake_smmu_reg(0) = (*fake_smmu_reg(0) & ~(u32)BIT(4)) | (i & 1) << 4;
		node.coherent = i & 2;
		assert_null(probe());
		assert_int_equal(s.coherent, node.coherent);
	}
}

static void one_that_cannot_contain_anything_is_of_no_use(void **state)
{
	static const struct { unsigned reg; u32 clear, set; const char *why; } cases[] = {
		{ 0x00, 0, ~0u, "external abort" },
		{ 0x00, BIT(0), 0, "stage 2" },
		{ 0x00, BIT(3), 0, "VMSAv8-64" },
		{ 0x00, 0, 3 << 21, "big-endian" },
		{ 0x00, BIT(24), BIT(25), "stalls" },
		{ 0x04, 0, BIT(30), "place of their own" },
		{ 0x04, 0, BIT(29), "place of their own" },
		{ 0x14, BIT(4), 0, "VMSAv8-64" },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 *reg = fake_smmu_reg(cases[i].reg), was = *reg;
		const char *why;

		*reg = (was & ~cases[i].clear) | cases[i].set;
		why = probe();
		if (!why || !strstr(why, cases[i].why))
			fail_msg("case %u: %s", i, why ? why : "it is taken");
		*reg = was;
	}
	node.regs.size = 0x10000;
	assert_non_null(strstr(probe(), "128 KiB"));
}

/* In between nothing passes: ABORT is there before what was set up is turned off. */
static void blocked_is_gbpa_then_cr0(void **state)
{
	(void)state;
	*fake_smmu_reg(0x20) = *fake_smmu_reg(0x24) = CR0_ON;
	*fake_smmu_reg(0x44) = 0x1000;
	*fake_smmu_reg(0x50) = *fake_smmu_reg(0x54) = 5;
	make(8);
	assert_true(fake_smmu.aborts_before_off);
	assert_int_equal(*fake_smmu_reg(0x44), 0x101000);
	assert_int_equal(*fake_smmu_reg(0x24), 0);
	assert_int_equal(*fake_smmu_reg(0x54), 0);

	smmu_bypass(&s);
	assert_int_equal(*fake_smmu_reg(0x44), 0x1000);
}

static void one_that_does_not_turn_off_is_an_error(void **state)
{
	(void)state;
	make(8);
	machine.on_write = NULL;
	assert_int_equal(smmu_block(&s), -ETIMEDOUT);
}

static u8 opcode(unsigned i)
{
	return (u8)fake_smmu.command[i][0];
}

static void it_forgets_what_it_knew_before_it_translates(void **state)
{
	(void)state;
	*fake_smmu_reg(0) |= BIT(10) | BIT(9);
	*fake_smmu_reg(0x60) = 0x15;
	make(8);
	assert_int_equal(smmu_start(&s, &caps, PA(0x40002000), 0x10210), 0);
	assert_int_equal(fake_smmu.commands_before_smmuen, 6);
	assert_int_equal(opcode(0), 0x04);
	assert_int_equal(fake_smmu.command[0][1], 31);
	assert_int_equal(opcode(2), 0x20);
	assert_int_equal(opcode(4), 0x30);
	for (unsigned i = 1; i < 6; i += 2)		/* MMU-700: 2812531 */
		assert_int_equal(opcode(i), 0x46);
	assert_int_equal(*fake_smmu_reg(0x24), CR0_ON | 0x10);	/* ATSCHK */
	assert_int_equal(*fake_smmu_reg(0x28), 0xd75);
	assert_int_equal(*fake_smmu_reg(0x2c), 6);		/* RECINVSID, PTM */
	assert_int_equal(*fake_smmu_reg(0x80), 0x40002000);
	assert_int_equal(*fake_smmu_reg(0x88), 0x10210);
	assert_int_equal(*fake_smmu_reg(0x64), 0x15);		/* no error is left over */
	assert_false(smmu_has_news(&s));
}

static void without_ats_there_is_nothing_to_check(void **state)
{
	(void)state;
	make(8);
	assert_int_equal(smmu_start(&s, &caps, PA(0x40002000), 0), 0);
	assert_int_equal(*fake_smmu_reg(0x24), CR0_ON);
	assert_int_equal(fake_smmu.nr_commands, 4);		/* no TLBI_EL2_ALL */
}

static void start(u8 log2)
{
	make(log2);
	assert_int_equal(smmu_start(&s, &caps, PA(0x40002000), 0), 0);
	fake_smmu.nr_commands = 0;
}

static void a_small_queue_goes_round(void **state)
{
	(void)state;
	start(1);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(smmu_command(&s, 0x30, i), 0);
		assert_int_equal(fake_smmu.nr_commands, i + 1);
		assert_int_equal(fake_smmu.command[i][1], i);
	}
	assert_int_equal(smmu_sync(&s), 0);
}

static void a_full_queue_is_waited_for(void **state)
{
	(void)state;
	start(2);
	fake_smmu.deaf = true;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(smmu_command(&s, 0x30, i), 0);
	assert_int_equal(smmu_command(&s, 0x30, 4), -ETIMEDOUT);
	assert_int_equal(smmu_sync(&s), -ETIMEDOUT);
}

static void a_refused_command_is_an_error_and_then_all_aborts(void **state)
{
	(void)state;
	start(8);
	fake_smmu.refuses = true;
	assert_int_equal(smmu_drop(&s, 1, 0x1000, 0x1000, 0x1000), -EIO);
	assert_int_equal(smmu_kill(&s), 0);
	assert_int_equal(*fake_smmu_reg(0x24), 0);
	assert_true(*fake_smmu_reg(0x44) & BIT(20));
	assert_int_equal(smmu_command(&s, 0x30, 0), -EIO);
	assert_false(smmu_has_news(&s));
}

static void one_that_stays_on_when_killed_says_so(void **state)
{
	(void)state;
	start(8);
	fake_smmu.stuck = true;
	assert_int_equal(smmu_kill(&s), -ETIMEDOUT);
	assert_int_equal(smmu_command(&s, 0x30, 0), -EIO);
}

static void what_changed_is_dropped_by_address_or_as_a_whole(void **state)
{
	(void)state;
	start(8);
	assert_int_equal(smmu_drop(&s, 7, 0x80300000, MIB(4), MIB(2)), 0);
	assert_int_equal(fake_smmu.nr_commands, 4);	/* from the block that holds the start */
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fake_smmu.command[i][0], 7ul << 32 | 0x2a);
		assert_int_equal(fake_smmu.command[i][1], 0x80200000 + i * MIB(2));
	}
	assert_int_equal(opcode(3), 0x46);

	fake_smmu.nr_commands = 0;
	assert_int_equal(smmu_drop(&s, 7, 0x80000000, MIB(1), KIB(4)), 0);
	assert_int_equal(fake_smmu.nr_commands, 2);
	assert_int_equal(fake_smmu.command[0][0], 7ul << 32 | 0x28);
	assert_int_equal(opcode(1), 0x46);
}

static void events_come_in_order_round_and_round(void **state)
{
	u64 e[4];

	(void)state;
	start(2);
	for (unsigned i = 0; i < 20; i += 2) {
		assert_true(fake_smmu_event(i, 1, 2, 3) && fake_smmu_event(i + 1, 1, 2, 4));
		assert_true(smmu_has_news(&s));
		assert_true(smmu_next_event(&s, e));
		assert_int_equal(e[0], i);
		assert_int_equal(e[3], 3);
		assert_true(smmu_next_event(&s, e));
		assert_int_equal(e[0], i + 1);
		assert_false(smmu_next_event(&s, e));
		assert_false(smmu_has_news(&s));
	}
}

static void lost_events_are_told_once(void **state)
{
	u64 e[4];

	(void)state;
	start(1);
	assert_true(fake_smmu_event(1, 0, 0, 0) && fake_smmu_event(2, 0, 0, 0));
	assert_false(fake_smmu_event(3, 0, 0, 0));
	assert_true(smmu_next_event(&s, e) && smmu_next_event(&s, e));
	assert_int_equal(e[0], 2);
	assert_true(smmu_lost_events(&s));
	assert_false(smmu_lost_events(&s));
	assert_false(smmu_has_news(&s));
	assert_true(fake_smmu_event(4, 0, 0, 0));
	assert_true(smmu_next_event(&s, e));
	assert_int_equal(e[0], 4);
}

static void a_position_that_no_queue_has_gives_nothing(void **state)
{
	u64 e[4];

	(void)state;
	start(2);
	*fake_smmu_reg(0x100a8) = 5;
	assert_false(smmu_next_event(&s, e));
}

static void errors_are_acknowledged(void **state)
{
	(void)state;
	start(8);
	*fake_smmu_reg(0x60) ^= 0x4;
	assert_true(smmu_has_news(&s));
	assert_int_equal(smmu_errors(&s), 4);
	assert_int_equal(*fake_smmu_reg(0x64), *fake_smmu_reg(0x60));
	assert_false(smmu_has_news(&s));
}

/* What it reads is in memory, and what is read of it was not in a cache. */
static void one_that_looks_past_the_caches_finds_all_in_memory(void **state)
{
	u64 e[4];

	(void)state;
	node.coherent = false;
	start(8);
	assert_int_equal(*fake_smmu_reg(0x28), 0x820);
	nr_cleaned = 0;
	assert_int_equal(smmu_command(&s, 0x30, 0), 0);
	assert_true(was_cleaned(&commands[4 * 2], 16));
	assert_true(fake_smmu_event(1, 2, 3, 4));
	assert_true(smmu_next_event(&s, e));
	assert_true(was_cleaned(events, 32));
}

/* Streams */

static struct streams plan;
static u64 ste[8];

static void bind(u32 first, u64 nr, u8 smmu)
{
	host.streams[host.nr_streams++] =
		(struct dma_streams){ .first = first, .nr = nr, .smmu = smmu };
}

static void write_streams(void)
{
	assert_null(probe());
	streams_plan(&plan, &host, 0, &caps);
	assert_int_equal(pool_alloc(&pool, (unsigned)(plan.size / PAGE_SIZE), &plan.table), 0);
	streams_entry(ste, 0x80023594, 1ul << 48 | 0x40005000, true);
	assert_int_equal(streams_write(&plan, &host, 0, ste, &pool), 0);
	*(u64 *)fake_smmu_reg(0x80) = plan.table.v;
	*fake_smmu_reg(0x88) = streams_config(&plan);
}

static bool is_valid(u32 stream)
{
	const u64 *entry = fake_smmu_entry(stream);

	if (!entry || !(entry[0] & 1))
		return false;
	assert_memory_equal(entry, ste, sizeof(ste));
	return true;
}

static void the_entry_is_stage_2_alone(void **state)
{
	(void)state;
	/* T0SZ 20, SL0 2, walks Write-Back, Inner Shareable, PS 2 */
	streams_entry(ste, 0x80023594, 7ul << 48 | 0x40005000, true);
	assert_int_equal(ste[0], 0xd);
	assert_int_equal(ste[1], 1ul << 44 | 1ul << 19);
	assert_int_equal(ste[2], 7 | 0x23594ul << 32 | 1ul << 51 | 1ul << 53 | 1ul << 58);
	assert_int_equal(ste[3], 0x40005000);
	for (unsigned i = 4; i < 8; i++)
		assert_int_equal(ste[i], 0);
	/* walks past the caches: Non-cacheable */
	streams_entry(ste, 0x80023594, 7ul << 48 | 0x40005000, false);
	assert_int_equal(ste[2] >> 40 & 0x3f, 0x20);
}

static void a_linear_table_where_few_streams_are(void **state)
{
	(void)state;
	bind(4, 1, 0);
	bind(17, 2, 0);
	bind(9, 1, 1);			/* another SMMU's */
	write_streams();
	assert_false(plan.two_levels);
	for (u32 i = 0; i < 70000; i++)
		assert_int_equal(is_valid(i), i == 4 || i == 17 || i == 18);
}

static void pci_hosts_share_one_table_of_level_2(void **state)
{
	unsigned before;

	(void)state;
	bind(0, 0x10000, 0);
	bind(0x20, 4, 0);		/* two nodes have these */
	before = pool.nr_free;
	write_streams();
	assert_true(plan.two_levels);
	assert_int_equal(before - pool.nr_free, 1 + 4);
	for (u32 i = 0; i < 0x10000; i += 7)
		assert_true(is_valid(i));
	assert_false(is_valid(0x10000));
}

static void spans_of_which_a_part_is_the_guests_have_tables_of_their_own(void **state)
{
	(void)state;
	bind(0x1f0, 0x220, 0);		/* an end of a span, two whole ones, a start */
	bind(0x410, 1, 0);
	bind(0x200, 0x80, 0);		/* within a whole one */
	bind(0x8000, 1, 0);
	bind(0x9000, 0xff, 0);		/* a span but for its last */
	write_streams();
	for (u32 i = 0; i < 0x10000; i++)
		assert_int_equal(is_valid(i), (i >= 0x1f0 && i <= 0x410) || i == 0x8000 ||
					      (i >= 0x9000 && i < 0x90ff));
}

static void a_span_that_is_filled_later_is_whole(void **state)
{
	(void)state;
	bind(0x310, 1, 0);
	bind(0x300, 0x100, 0);
	write_streams();
	for (u32 i = 0; i < 0x500; i++)
		assert_int_equal(is_valid(i), i >> 8 == 3);
}

static void without_two_levels_the_table_is_linear(void **state)
{
	(void)state;
	*fake_smmu_reg(0) &= ~(3u << 27);
	bind(0x300, 0x100, 0);
	write_streams();
	assert_false(plan.two_levels);
	assert_int_equal(plan.size, 1024 * 64);
	for (u32 i = 0; i < 0x2000; i++)
		assert_int_equal(is_valid(i), i >> 8 == 3);
}

static void streams_that_it_has_no_bits_for_do_not_count(void **state)
{
	(void)state;
	bind(0xff00, 0x20000, 0);
	bind(0xffffffff, 1, 0);
	write_streams();
	assert_int_equal(plan.bits, 16);
	assert_false(is_valid(0xfeff));
	assert_true(is_valid(0xff00));
	assert_true(is_valid(0xffff));
}

static void with_no_streams_none_is_valid(void **state)
{
	(void)state;
	write_streams();
	for (u32 i = 0; i < 0x10000; i++)
		assert_false(is_valid(i));
}

static void tables_are_cleaned_whole(void **state)
{
	(void)state;
	bind(0, 0x100, 0);
	bind(0x8010, 1, 0);
	write_streams();
	nr_cleaned = 0;
	streams_clean(&plan);
	assert_true(was_cleaned(phys(plan.table), plan.size));
	assert_true(was_cleaned(fake_smmu_entry(0), 256 * 64));
	assert_true(was_cleaned(fake_smmu_entry(0x8010), 64));
}

static void the_table_that_many_share_is_cleaned_once(void **state)
{
	(void)state;
	bind(0, 0x10000, 0);
	write_streams();
	nr_cleaned = 0;
	streams_clean(&plan);
	assert_true(was_cleaned(fake_smmu_entry(0xff42), 64));
	assert_int_equal(nr_cleaned, 2);		/* and level 1 */
}

static void no_page_for_a_table_is_an_error(void **state)
{
	(void)state;
	fake_reset(&pool, 5);
	bind(0x8010, 1, 0);
	assert_null(probe());
	streams_plan(&plan, &host, 0, &caps);
	assert_int_equal(pool_alloc(&pool, 1, &plan.table), 0);
	assert_int_equal(pool_alloc(&pool, 1, &(pa_t){ 0 }), 0);
	assert_int_equal(streams_write(&plan, &host, 0, ste, &pool), -ENOMEM);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(what_it_can_do_is_read),
		TEST(the_tree_says_whether_it_looks_into_caches),
		TEST(one_that_cannot_contain_anything_is_of_no_use),
		TEST(blocked_is_gbpa_then_cr0),
		TEST(one_that_does_not_turn_off_is_an_error),
		TEST(it_forgets_what_it_knew_before_it_translates),
		TEST(without_ats_there_is_nothing_to_check),
		TEST(a_small_queue_goes_round),
		TEST(a_full_queue_is_waited_for),
		TEST(a_refused_command_is_an_error_and_then_all_aborts),
		TEST(one_that_stays_on_when_killed_says_so),
		TEST(what_changed_is_dropped_by_address_or_as_a_whole),
		TEST(events_come_in_order_round_and_round),
		TEST(lost_events_are_told_once),
		TEST(a_position_that_no_queue_has_gives_nothing),
		TEST(errors_are_acknowledged),
		TEST(one_that_looks_past_the_caches_finds_all_in_memory),
		TEST(the_entry_is_stage_2_alone),
		TEST(a_linear_table_where_few_streams_are),
		TEST(pci_hosts_share_one_table_of_level_2),
		TEST(spans_of_which_a_part_is_the_guests_have_tables_of_their_own),
		TEST(a_span_that_is_filled_later_is_whole),
		TEST(without_two_levels_the_table_is_linear),
		TEST(streams_that_it_has_no_bits_for_do_not_count),
		TEST(with_no_streams_none_is_valid),
		TEST(tables_are_cleaned_whole),
		TEST(the_table_that_many_share_is_cleaned_once),
		TEST(no_page_for_a_table_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
