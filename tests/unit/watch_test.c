/* SPDX-License-Identifier: Apache-2.0 */
/* What is watched has no leaf that an access finds, whatever happens to it; and the ring. */
#include "hyp/watch.h"

#include "boot/guest/map.h"
#include "boot/guest/watch.h"
#include "hyp/control.h"
#include "hyp/cpu.h"
#include "hyp/ecam.h"
#include "hyp/fixup.h"
#include "hyp/guest.h"
#include "lib/errno.h"
#include "mm/resolve.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

#define MEMORY	0x80000000ul
#define WINDOW	0x90000000ul
#define PLACE	(WINDOW + MIB(3))
#define SIZE	MIB(1)

static struct diag d;
static const struct mm_caps caps = { .pa_bits = 40 };
static struct region *window;
static struct bar *bar;

static struct region *add(const char *name, u64 at, u64 size, enum region_type type)
{
	struct region *r = &guest_regions.region[guest_regions.nr++];
	bool hides;

	*r = (struct region){ .ipa = IPA(at), .pa = PA(at), .size = size, .type = type,
			      .origin = REGION_FROM_CONFIG, .opts.adjustable = true };
	snprintf(r->name, sizeof(r->name), "%s", name);
	assert_int_equal(region_resolve(r, &caps, false, &hides, &d), 0);
	return r;
}

static int make(void **state)
{
	(void)state;
	fake_machine_reset();
	fake_el2_reset(128);
	fake_this_cpu = &cpus[0];
	guest_regions.nr = 0;
	add("memory", MEMORY, MIB(2), REGION_RAM);
	window = add("window", WINDOW, MIB(16), REGION_PREFETCHABLE);
	assert_int_equal(guest_map(&guest_regions, &caps, &d), 0);
	bars.nr = 1;
	bar = &bars.bar[0];
	*bar = (struct bar){ .region = { .name = "bar", .size = SIZE, .type = REGION_MMIO,
					 .attr = { S2_DEVICE_nGnRE, SH_INNER, true, true, false },
					 .opts.adjustable = true } };
	return 0;
}

static bool traps(u64 at)
{
	struct s2_leaf leaf;

	assert_int_equal(stage2_lookup(&guest.s2, IPA(at), &leaf), 0);
	return leaf.broken;
}

static u8 memattr(u64 at)
{
	struct s2_leaf leaf;

	assert_int_equal(stage2_lookup(&guest.s2, IPA(at), &leaf), 0);
	return leaf.attr.memattr;
}

static void what_the_config_says_begins_at_boot(void **state)
{
	(void)state;
	window->opts.watch = bar->region.opts.watch = true;
	assert_int_equal(watch_begin(&d), 0);
	assert_true(window->watched && bar->region.watched);
	assert_true(traps(WINDOW));
	guest_regions.region[0].opts.watch = true;	/* as if it were no memory for the config */
	assert_int_equal(watch_begin(&d), -EACCES);
	assert_non_null(strstr(d.text, "memory: watch: "));
}

static void all_of_a_region_traps_until_it_is_over(void **state)
{
	(void)state;
	assert_int_equal(watch_start(window), 0);
	for (u64 at = WINDOW; at < WINDOW + MIB(16); at += MIB(1))
		assert_true(traps(at));
	assert_false(traps(MEMORY));
	assert_int_equal(watch_start(window), 0);
	watch_stop(window);
	for (u64 at = WINDOW; at < WINDOW + MIB(16); at += MIB(1))
		assert_false(traps(at));
	assert_int_equal(memattr(WINDOW), S2_NORMAL_NC);
}

static void memory_of_the_kernels_is_refused(void **state)
{
	(void)state;
	assert_int_equal(watch_start(&guest_regions.region[0]), -EACCES);
	assert_false(traps(MEMORY));
	assert_false(guest_regions.region[0].watched);
}

/* A page of a function that is hidden has no leaf either: the end of a watch must not make it. */
static void configuration_space_is_refused(void **state)
{
	(void)state;
	ecam.nr = 1;
	ecam.page[0] = (struct ecam_page){ .space = { .base = WINDOW + MIB(15), .last = 3 } };
	assert_int_equal(watch_start(window), -EACCES);
	assert_false(window->watched || traps(WINDOW));
	ecam.page[0].space.base = WINDOW + MIB(16);
	assert_int_equal(watch_start(window), 0);
	/* It is in no BAR that has no place yet, not even at address 0. */
	ecam.page[0].space.base = 0;
	assert_int_equal(watch_start(&bar->region), 0);
	ecam.nr = 0;
}

static void a_bar_traps_wherever_it_is(void **state)
{
	(void)state;
	assert_int_equal(watch_start(&bar->region), 0);
	assert_int_equal(bar_place(bar, PLACE), 0);
	bar_touch(PLACE);
	assert_true(bar->touched && traps(PLACE));
	assert_int_equal(memattr(PLACE), S2_DEVICE_nGnRE);
	assert_false(traps(PLACE - MIB(1)) || traps(PLACE + SIZE));
	bar_unplace(bar);
	assert_int_equal(bar_place(bar, PLACE + MIB(4)), 0);
	bar_touch(PLACE + MIB(4));
	assert_true(traps(PLACE + MIB(4)));
	assert_false(traps(PLACE));
	watch_stop(&bar->region);
	assert_false(traps(PLACE + MIB(4)));
}

static void a_bar_that_nobody_has_touched_stays_broken(void **state)
{
	(void)state;
	assert_int_equal(bar_place(bar, PLACE), 0);
	assert_int_equal(watch_start(&bar->region), 0);
	watch_stop(&bar->region);
	assert_true(traps(PLACE));
	bar_touch(PLACE);
	assert_false(traps(PLACE));
}

/* The first test of all: later ones have the ring. */
static void a_watch_that_cannot_begin_changes_nothing(void **state)
{
	pa_t page;

	(void)state;
	assert_int_equal(bar_place(bar, PLACE), 0);
	while (page_pool.nr_free)
		assert_int_equal(pool_alloc(&page_pool, 1, &page), 0);
	assert_int_equal(watch_start(&bar->region), -ENOMEM);
	assert_false(bar->region.watched || bar->touched);
	assert_true(traps(PLACE));
	bar_touch(PLACE);
	assert_int_equal(watch_start(&bar->region), -ENOMEM);
	assert_false(traps(PLACE));
}

/* It is not taken for one that is at address 0. */
static void a_bar_that_is_nowhere_hides_nothing(void **state)
{
	struct region *rom = add("rom", 0, MIB(4), REGION_MMIO);

	(void)state;
	assert_int_equal(stage2_map(&guest.s2, rom->ipa, rom->pa, rom->size, rom->attr), 0);
	assert_int_equal(watch_start(rom), 0);
	for (u64 at = 0; at < MIB(4); at += KIB(512))
		assert_true(traps(at));
	watch_stop(rom);
	for (u64 at = 0; at < MIB(4); at += KIB(512))
		assert_false(traps(at));
}

static void a_window_is_watched_around_its_bars(void **state)
{
	(void)state;
	assert_int_equal(bar_place(bar, PLACE), 0);
	bar_touch(PLACE);
	assert_int_equal(watch_start(window), 0);
	assert_false(traps(PLACE));
	assert_true(traps(PLACE - MIB(1)) && traps(PLACE + SIZE) && traps(WINDOW));
	bar_unplace(bar);
	bar_retire(bar);
	assert_true(traps(PLACE));		/* the window's again */
	assert_int_equal(memattr(PLACE), S2_NORMAL_NC);
	assert_int_equal(bar_place(bar, PLACE), 0);
	watch_stop(window);
	assert_true(traps(PLACE));		/* as nobody has touched it */
	assert_false(traps(PLACE - MIB(1)) || traps(PLACE + SIZE));
}

/* What the BAR's leaves are cut from stays as it was. */
static void a_bar_that_comes_leaves_the_window_watched(void **state)
{
	(void)state;
	assert_int_equal(watch_start(window), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(bar_place(bar, PLACE + i * MIB(4)), 0);
		bar_touch(PLACE + i * MIB(4));
		for (u64 at = WINDOW; at < WINDOW + MIB(16); at += MIB(1))
			assert_int_equal(traps(at), at != PLACE + i * MIB(4));
		bar_unplace(bar);
	}
	watch_stop(window);
	assert_false(traps(PLACE - MIB(1)) || traps(PLACE));
}

/* Its leaves wait there for it, of its own type: the end of a watch of the window leaves them. */
static void what_a_bar_has_left_is_not_the_windows_yet(void **state)
{
	(void)state;
	assert_int_equal(bar_place(bar, PLACE), 0);
	bar_touch(PLACE);
	bar_unplace(bar);
	assert_int_equal(watch_start(window), 0);
	watch_stop(window);
	assert_true(traps(PLACE));
	assert_int_equal(memattr(PLACE), S2_DEVICE_nGnRE);
	assert_false(traps(PLACE - MIB(1)) || traps(PLACE + SIZE));
}

/* As by an instruction that was let through, on a CPU that has not come back yet. */
static void what_is_open_stays_so_when_a_watch_begins_again(void **state)
{
	(void)state;
	assert_int_equal(watch_start(window), 0);
	window->opened = 1;
	watch_make(window);
	watch_stop(window);
	assert_int_equal(watch_start(window), 0);
	assert_true(window->watched && !traps(WINDOW));
}

static void a_change_of_type_keeps_the_watch(void **state)
{
	static const struct control_setup setup = { .offered = true };
	u64 args[] = { 1, S2_DEVICE_GRE, CONTROL_KEEP_SH }, r[CONTROL_NR_RESULTS];

	(void)state;
	control_init(&setup);
	for (unsigned i = 0; i < 2; i++) {
		bool watched = i == 0;

		args[1] = i ? S2_DEVICE_nGnRnE : S2_DEVICE_GRE;
		if (watched)
			assert_int_equal(watch_start(window), 0);
		else
			watch_stop(window);
		assert_int_equal(control_run(CONTROL_SET, args, r), 0);
		assert_int_equal(memattr(WINDOW), args[1]);
		assert_int_equal(traps(WINDOW), watched);
	}
	/* with caches to clean in between */
	args[1] = S2_NORMAL_WB;
	assert_int_equal(watch_start(window), 0);
	do {
		fake_this_cpu->again = false;
		control_run(CONTROL_SET, args, r);
	} while (fake_this_cpu->again);
	assert_int_equal(memattr(WINDOW), S2_NORMAL_WB);
	assert_true(traps(WINDOW) && fake_el2.nr_cleaned);
}

static void the_ring_keeps_the_last_and_counts_the_rest(void **state)
{
	struct watch_record rec = { 0 };
	u64 seq = 0, first, end;

	(void)state;
	assert_int_equal(watch_start(window), 0);
	seq = ~0ull;
	assert_int_equal(watch_get(&seq, &rec), -ENOENT);
	first = seq;
	for (u64 i = 0; i < 100000; i++) {
		rec.val = i;
		watch_add(&rec);
		seq = first + i;
		assert_int_equal(watch_get(&seq, &rec), 0);
		assert_int_equal(seq, first + i);
		assert_int_equal(rec.val, i);
	}
	seq = first;
	assert_int_equal(watch_get(&seq, &rec), 0);
	assert_true(seq > first && rec.val == seq - first);
	end = first + 100000;
	assert_true(end - seq >= 1000);
	seq = end;
	assert_int_equal(watch_get(&seq, &rec), -ENOENT);
	assert_int_equal(seq, end);
}

static void unaligned_accesses_are_counted_by_instruction(void **state)
{
	u64 others = 0;

	(void)state;
	assert_null(fixup_get(0));
	for (unsigned round = 0; round < 3; round++)
		for (u64 pc = 0x1000; pc < 0x1000 + 4 * (FIXUP_MAX + 10); pc += 4)
			fixup_count(pc, 7);
	for (unsigned i = 0; i < FIXUP_MAX; i++) {
		assert_int_equal(fixup_get(i)->pc, 0x1000 + 4 * i);
		assert_int_equal(fixup_get(i)->count, 3);
		assert_int_equal(fixup_get(i)->region, 7);
	}
	others = fixup_get(FIXUP_MAX)->count;
	assert_int_equal(fixup_get(FIXUP_MAX)->pc, 0);
	assert_int_equal(others, 3 * 10);
	assert_null(fixup_get(FIXUP_MAX + 1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_watch_that_cannot_begin_changes_nothing, make),
		cmocka_unit_test_setup(what_the_config_says_begins_at_boot, make),
		cmocka_unit_test_setup(all_of_a_region_traps_until_it_is_over, make),
		cmocka_unit_test_setup(memory_of_the_kernels_is_refused, make),
		cmocka_unit_test_setup(configuration_space_is_refused, make),
		cmocka_unit_test_setup(a_bar_traps_wherever_it_is, make),
		cmocka_unit_test_setup(a_bar_that_nobody_has_touched_stays_broken, make),
		cmocka_unit_test_setup(a_bar_that_is_nowhere_hides_nothing, make),
		cmocka_unit_test_setup(a_window_is_watched_around_its_bars, make),
		cmocka_unit_test_setup(a_bar_that_comes_leaves_the_window_watched, make),
		cmocka_unit_test_setup(what_a_bar_has_left_is_not_the_windows_yet, make),
		cmocka_unit_test_setup(what_is_open_stays_so_when_a_watch_begins_again, make),
		cmocka_unit_test_setup(a_change_of_type_keeps_the_watch, make),
		cmocka_unit_test_setup(the_ring_keeps_the_last_and_counts_the_rest, make),
		cmocka_unit_test(unaligned_accesses_are_counted_by_instruction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
