/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BARs and the regions that follow them. Configuration space here is memory: registers hold what
 * was written. The window is 1 GiB at 0x8000000000, its bus address 0x40000000.
 */
#include "boot/guest/bars.h"
#include "boot/guest/ecam.h"

#include <libfdt.h>

#include "boot/guest/map.h"
#include "boot/machine/pci.h"
#include "hyp/bar.h"
#include "hyp/cpu.h"
#include "hyp/dma.h"
#include "hyp/work.h"
#include "lib/errno.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

#define WINDOW		0x8000000000
#define BUS		0x40000000
#define WINDOW_SIZE	GIB(1)
#define BAR_SIZE	(MIB(1) + MIB(2))	/* no BAR has that size, but it splits a block */

static u8 space[MIB(1)] __attribute__((aligned(4096)));
static u8 fdt[256];
static struct host host;
static struct config config;
static struct region_table table;
static struct diag d;
static struct selfcheck checks[BAR_MAX];

static const struct mm_caps caps = { .pa_bits = 48 };
static const struct s2_attr window_attr = { S2_DEVICE_nGnRE, SH_NONE, true, true, false };

static u64 config_of(unsigned dev, unsigned fn)
{
	return (u64)space + dev * KIB(32) + fn * KIB(4);
}

static u32 *reg(unsigned dev, unsigned fn, unsigned offset)
{
	return (u32 *)(config_of(dev, fn) + offset);
}

static struct bar *follower(const char *name, unsigned dev, unsigned bar, u64 size)
{
	struct bar *b = &bars.bar[bars.nr++];

	*b = (struct bar){
		.region = { .size = size, .type = REGION_DEVICE_MEMORY },
		.bar = (u8)bar,
		.f = { .ecam = config_of(dev, 0), .space = { .base = (u64)space }, .dev = (u8)dev },
	};
	snprintf(b->region.name, sizeof(b->region.name), "%s", name);
	return b;
}

/* Functions 1.0 and 2.0 with these IDs, and 3.0 and 3.5 of one device; the rest is not there. */
static int make(void **state)
{
	(void)state;
	memset(space, 0xff, sizeof(space));
	for (unsigned i = 0; i < 4; i++) {
		static const u8 at[][2] = { { 1, 0 }, { 2, 0 }, { 3, 0 }, { 3, 5 } };

		memset((void *)config_of(at[i][0], at[i][1]), 0, KIB(4));
		*reg(at[i][0], at[i][1], 0) = (0x1110 + i) << 16 | 0x1af4;
	}
	*reg(3, 0, 0x0c) = 0x800000;			/* has more functions */

	fdt_create_empty_tree(fdt, sizeof(fdt));
	host = (struct host){ .fdt = fdt, .nr_mmio = 2 };
	host.mmio[0] = (struct host_mmio){ .range = { (u64)space, sizeof(space) },
					   .kind = HOST_PCI_ECAM };
	host.mmio[1] = (struct host_mmio){ .range = { WINDOW, WINDOW_SIZE },
					   .bus = BUS,
					   .kind = HOST_PCI_MEM64 };

	config = (struct config){ 0 };
	bars.nr = 0;
	assert_int_equal(pci_read_windows(&host, &bars.windows, &d), 0);
	memset(checks, 0, sizeof(checks));
	fake_machine_reset();
	table.nr = 2;
	table.region[0] = (struct region){ .ipa = IPA(WINDOW), .pa = PA(WINDOW),
					   .size = WINDOW_SIZE, .attr = window_attr };
	table.region[1] = (struct region){ .ipa = IPA(space), .pa = PA(space),
					   .size = sizeof(space), .attr = window_attr };
	fake_el2_reset(64);
	assert_int_equal(guest_map(&table, &caps, &d), 0);
	return 0;
}

/* One time of carrying it out; true: it is to be started again. */
static bool store_once(u64 addr, unsigned size, u64 val)
{
	struct mmio_page page;
	bool again;

	assert_true(ecam_find(addr, &page));
	page.handler(page.arg, addr & PAGE_MASK, size, true, val);
	again = fake_this_cpu->again;
	fake_this_cpu->again = false;
	return again;
}

/* How often it was started again. */
static unsigned store(u64 addr, unsigned size, u64 val)
{
	unsigned n = 0;

	while (store_once(addr, size, val))
		n++;
	return n;
}

/* As hyp/fault.c: what an access finds. */
static struct s2_leaf touch(u64 ipa)
{
	struct s2_leaf leaf;

	assert_int_equal(stage2_lookup(&guest.s2, IPA(ipa), &leaf), 0);
	if (leaf.broken) {
		while (!work_step())
			;
		bar_touch(ipa);
		assert_int_equal(stage2_lookup(&guest.s2, IPA(ipa), &leaf), 0);
	}
	assert_false(leaf.broken);
	assert_int_equal(leaf.pa.v, leaf.ipa.v);
	return leaf;
}

static u8 memattr_at(u64 ipa)
{
	return touch(ipa).attr.memattr;
}

static u8 write_back(void)
{
	return guest.caps.fwb ? S2_FWB_FORCE_WB : S2_NORMAL_WB;
}

/* The region is Normal-WB in [at, at + size), and nothing else of the window is. */
static void assert_only(u64 at, u64 size)
{
	for (u64 ipa = WINDOW; ipa < WINDOW + WINDOW_SIZE; ipa += KIB(512))
		assert_int_equal(memattr_at(ipa),
				 ipa - at < size ? write_back() : S2_DEVICE_nGnRE);
}

static void sizes_are_the_lowest_bit_that_can_be_set(void **state)
{
	(void)state;
	assert_int_equal(pci_size_of(0xfffff000, 0), KIB(4));
	assert_int_equal(pci_size_of(0xffffff04 | 8, 0xffffffff), 256);
	assert_int_equal(pci_size_of(0xfc00000c, 0xffffffff), MIB(64));
	assert_int_equal(pci_size_of(0x0000000c, 0xfffffffc), GIB(16));
	assert_int_equal(pci_size_of(0, 0), 0);
	assert_int_equal(pci_size_of(0xc, 0), 0);
}

static void functions_are_found_by_id_and_by_address(void **state)
{
	struct pci_request want = { .vendor = 0x1af4, .device = 0x1113 };
	struct pci_function f;

	(void)state;
	assert_int_equal(pci_find(&host, &want, &f, &d), 0);
	assert_int_equal(f.ecam, config_of(3, 5));
	assert_true(f.dev == 3 && f.fn == 5 && !f.depth);
	want = (struct pci_request){ .by_address = true, .dev = 2 };
	assert_int_equal(pci_find(&host, &want, &f, &d), 0);
	assert_int_equal(f.ecam, config_of(2, 0));
	want.fn = 1;
	assert_int_equal(pci_find(&host, &want, &f, &d), -ENODEV);
	want = (struct pci_request){ .by_address = true, .dev = 2, .segment = 1 };
	assert_int_equal(pci_find(&host, &want, &f, &d), -ENODEV);
	want = (struct pci_request){ .vendor = 0x1af4, .device = 0x1114 };
	assert_int_equal(pci_find(&host, &want, &f, &d), -ENODEV);
}

/* Of the first device on the first bus, as it is on a DesignWare controller. */
static void a_function_that_answers_32_times_is_one(void **state)
{
	struct pci_request want = { .vendor = 0x1af4, .device = 0x1110 };
	struct pci_function f;

	(void)state;
	for (unsigned dev = 0; dev < 32; dev++)
		memcpy((void *)config_of(dev, 0), (void *)config_of(1, 0), KIB(4));
	assert_int_equal(pci_find(&host, &want, &f, &d), -EEXIST);
	host.mmio[0].echoes = true;
	assert_int_equal(pci_find(&host, &want, &f, &d), 0);
	assert_int_equal(f.ecam, config_of(0, 0));
	assert_true(f.space.echoes);
}

static void bus_addresses_become_the_cpus_by_the_window(void **state)
{
	(void)state;
	assert_int_equal(pci_to_cpu(&bars.windows, 0, BUS, MIB(1)), WINDOW);
	assert_int_equal(pci_to_cpu(&bars.windows, 0, BUS + WINDOW_SIZE - MIB(1), MIB(1)),
			 WINDOW + WINDOW_SIZE - MIB(1));
	assert_int_equal(pci_to_cpu(&bars.windows, 0, BUS + WINDOW_SIZE - KIB(4), MIB(1)), 0);
	assert_int_equal(pci_to_cpu(&bars.windows, 0, BUS - 1, 1), 0);
	assert_int_equal(pci_to_cpu(&bars.windows, 0, ~0ull - MIB(1) + 1, MIB(1)), 0);
	assert_int_equal(pci_to_cpu(&bars.windows, 1, BUS, MIB(1)), 0);
}

static void bars_that_are_none_are_refused(void **state)
{
	struct pci_function f = { .ecam = config_of(1, 0) };
	u64 size;

	(void)state;
	*reg(1, 0, 0x10) = 0x1001;
	*reg(1, 0, 0x14) = 0x4000000c;
	assert_int_equal(pci_bar_size(&f, 0, &size), -EINVAL);
	assert_int_equal(pci_bar_size(&f, 2, &size), -ENOENT);
	assert_int_equal(*reg(1, 0, 0x14), 0x4000000c);
}

static u64 checked_at;

static void see_check(const struct region *r)
{
	assert_only(r->ipa.v, r->size);
	assert_int_equal(r->pa.v, r->ipa.v);
	checked_at = r->ipa.v;
}

static struct bar *blank_follower(unsigned dev, u64 size)
{
	memset((void *)config_of(dev, 0), 0, KIB(4));
	*reg(dev, 0, 0x18) = 4;
	machine.during_selfcheck = see_check;
	return follower("gpu", dev, 2, size);
}

/* The highest place that no region of the config has. */
static void one_that_follows_is_checked_at_a_place_of_its_window(void **state)
{
	const struct bar *p = blank_follower(5, MIB(4));

	(void)state;
	table.region[2] = table.region[1];
	table.region[0].size -= MIB(6);
	table.region[1] = (struct region){ .ipa = IPA(WINDOW + WINDOW_SIZE - MIB(6)),
					   .pa = PA(WINDOW + WINDOW_SIZE - MIB(6)),
					   .size = MIB(6),
					   .origin = REGION_FROM_CONFIG };
	table.nr = 3;
	assert_int_equal(bars_trap(checks, &d), 0);
	assert_int_equal(checks[0].checked, 1);
	assert_int_equal(checked_at, WINDOW + WINDOW_SIZE - MIB(12));
	assert_int_equal(p->region.ipa.v, 0);
	assert_only(0, 0);
}

/* ... nor at address 0, which is the guest's here. */
static void one_without_a_window_is_not_checked(void **state)
{
	(void)state;
	memmove(&table.region[1], &table.region[0], 2 * sizeof(table.region[0]));
	table.region[0] = (struct region){ .size = MIB(4), .attr = window_attr };
	table.nr = 3;
	fake_el2_reset(64);
	assert_int_equal(guest_map(&table, &caps, &d), 0);
	blank_follower(6, MIB(4))->f.bridge = 1;
	assert_int_equal(bars_trap(checks, &d), 0);
	assert_int_equal(checks[0].checked, 0);
}

static void a_region_follows_its_bar(void **state)
{
	const struct bar *p = follower("gpu", 1, 2, BAR_SIZE);

	(void)state;
	*reg(1, 0, 0x18) = (BUS + (u32)MIB(7)) | 4;
	assert_int_equal(bars_trap(checks, &d), 0);
	assert_only(0, 0);

	store(config_of(1, 0) + 4, 2, 2);			/* decode on */
	assert_int_equal(*reg(1, 0, 4), 2);
	assert_only(WINDOW + MIB(7), BAR_SIZE);
	assert_int_equal(p->region.ipa.v, WINDOW + MIB(7));

	store(config_of(1, 0) + 0x18, 4, (BUS + MIB(8)) | 4);	/* moved, over its old place */
	assert_only(WINDOW + MIB(8), BAR_SIZE);
	store(config_of(1, 0) + 0x18, 8, ~0ull << 32 | 4);	/* out of all windows */
	assert_only(0, 0);
	store(config_of(1, 0) + 0x1c, 4, 0);
	store(config_of(1, 0) + 0x18, 4, (BUS + MIB(32)) | 4);
	assert_only(WINDOW + MIB(32), BAR_SIZE);
	store(config_of(1, 0) + 4, 1, 0);			/* decode off */
	assert_only(0, 0);
	assert_int_equal(p->region.ipa.v, 0);
}

/* A region of which stage 2 forces Write-Back, at the window's start. */
static struct bar *forced(u64 size)
{
	struct bar *b = follower("gpu", 1, 2, size);

	guest.caps.fwb = true;
	b->f.ecam = config_of(0, 1);
	b->f.dev = 0;
	b->f.fn = 1;
	memset((void *)config_of(0, 1), 0, KIB(4));
	*reg(0, 1, 0x18) = BUS;
	assert_int_equal(bars_trap(checks, &d), 0);
	fake_el2.nr_cleaned = 0;
	return b;
}

/* The function still answers then. */
static void what_caches_hold_is_written_back_before_the_bar_goes(void **state)
{
	(void)state;
	forced(KIB(512));
	store(config_of(0, 1) + 4, 2, 2);
	store(config_of(0, 1) + 0x3c, 1, 7);			/* not one of its registers */
	store(config_of(0, 1) + 0x14, 4, 0);
	touch(WINDOW);
	assert_int_equal(fake_el2.nr_cleaned, 0);
	store(config_of(0, 1) + 0x18, 4, BUS + MIB(4));
	assert_int_equal(fake_el2.cleaned, WINDOW);
	touch(WINDOW + MIB(4));
	store(config_of(0, 1) + 4, 2, 0);
	assert_int_equal(fake_el2.cleaned, WINDOW + MIB(4));
	assert_int_equal(fake_el2.nr_cleaned, 2);
	assert_only(0, 0);
}

/* A MiB for each time that the instruction is carried out, which has no effect before the last. */
static void a_large_bar_is_cleaned_in_pieces(void **state)
{
	struct bar *b = forced(MIB(64));
	unsigned n = 0;

	(void)state;
	store(config_of(0, 1) + 4, 2, 2);
	touch(WINDOW);
	while (store_once(config_of(0, 1) + 4, 2, 0)) {
		assert_int_equal(fake_el2.nr_cleaned, n);
		assert_int_equal(fake_el2.cleaned, n ? WINDOW + (n - 1) * MIB(1) : 0);
		assert_int_equal(fake_el2.cleaned_size, n ? MIB(1) : 0);
		assert_int_equal(*reg(0, 1, 4), 2);
		n++;
	}
	assert_int_equal(n, 65);
	assert_int_equal(fake_el2.nr_cleaned, 64);
	assert_int_equal(*reg(0, 1, 4), 0);
	assert_int_equal(b->region.ipa.v, 0);
}

/* ... as do others that touch it, or write to configuration space, in the meantime. */
static void others_do_a_piece_as_well(void **state)
{
	struct s2_leaf leaf;

	(void)state;
	forced(MIB(4));
	store(config_of(0, 1) + 4, 2, 2);
	touch(WINDOW);
	assert_true(store_once(config_of(0, 1) + 4, 2, 0));
	assert_int_equal(stage2_lookup(&guest.s2, IPA(WINDOW + MIB(3)), &leaf), 0);
	assert_true(leaf.broken);
	assert_true(store_once(config_of(0, 1) + 0x3c, 1, 7));
	assert_int_equal(fake_el2.nr_cleaned, 1);
	assert_int_equal(*reg(0, 1, 0x3c), 0);
	assert_int_equal(memattr_at(WINDOW + MIB(3)), S2_DEVICE_nGnRE);
	assert_int_equal(fake_el2.nr_cleaned, 4);
	assert_int_equal(store(config_of(0, 1) + 4, 2, 0), 0);
	assert_only(0, 0);
}

/* Where a block is not whole EL2 maps pages, and does half as much at a time. */
static void no_byte_is_left_out(void **state)
{
	struct bar *b = forced(BAR_SIZE);

	(void)state;
	*reg(0, 1, 0x18) = (BUS + (u32)MIB(1) + (u32)KIB(4)) | 4;
	store(config_of(0, 1) + 4, 2, 2);
	touch(WINDOW + MIB(2));
	assert_int_equal(store(config_of(0, 1) + 4, 2, 0), 6);
	assert_int_equal(fake_el2.nr_cleaned, 5);
	assert_int_equal(fake_el2.total_cleaned, b->region.size);
}

/* A function in reset answers nothing, and is left alone. */
static void reset(u64 addr)
{
	u64 function = ALIGN_DOWN(addr, PAGE_SIZE);

	if (addr == function + 0x48)
		memset((void *)function, 0xff, 64);
}

static void after_a_reset_nothing_is_read_before_the_guest_sets_it_up(void **state)
{
	struct bar *b = forced(MIB(4));

	(void)state;
	store(config_of(0, 1) + 4, 2, 2);
	touch(WINDOW);
	machine.on_write = reset;
	store(config_of(0, 1) + 0x48, 2, 0x8000);
	assert_int_equal(b->region.ipa.v, WINDOW);
	assert_int_equal(fake_el2.nr_cleaned, 0);
	memset((void *)config_of(0, 1), 0, 64);
	store(config_of(0, 1) + 0x18, 4, BUS + MIB(8));
	assert_int_equal(b->region.ipa.v, 0);
	assert_int_equal(fake_el2.nr_cleaned, 4);
	store(config_of(0, 1) + 4, 2, 2);
	assert_only(WINDOW + MIB(8), MIB(4));
}

/* It has no BARs that could be read, and is where it was when it answers again. */
static void a_write_to_a_function_that_does_not_answer_is_lost(void **state)
{
	struct bar *b = forced(MIB(4));

	(void)state;
	store(config_of(0, 1) + 4, 2, 2);
	touch(WINDOW);
	memset((void *)config_of(0, 1), 0xff, 64);
	store(config_of(0, 1) + 4, 2, 0);
	store(config_of(0, 1) + 4, 2, 2);
	store(config_of(0, 1) + 0x18, 4, BUS + MIB(8));
	store(config_of(0, 1) + 0x1c, 4, 0);
	assert_int_equal(b->region.ipa.v, WINDOW);
	assert_int_equal(*(u16 *)(config_of(0, 1) + 4), 0xffff);
	assert_int_equal(fake_el2.nr_cleaned, 0);
}

/* As Linux does while it sizes BARs. */
static void a_decode_that_is_toggled_costs_nothing(void **state)
{
	struct bar *b = forced(MIB(64));
	u64 placed = fake_this_cpu->count[COUNT_REMAP];
	unsigned flushes;

	(void)state;
	store(config_of(0, 1) + 4, 2, 2);
	flushes = fake_tlb.flushes;
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(store(config_of(0, 1) + 4, 2, 0), 0);
		assert_int_equal(b->region.ipa.v, 0);
		store(config_of(0, 1) + 0x18, 4, ~0u);
		store(config_of(0, 1) + 0x18, 4, BUS);
		assert_int_equal(store(config_of(0, 1) + 4, 2, 2), 0);
		assert_int_equal(b->region.ipa.v, WINDOW);
	}
	assert_int_equal(fake_el2.nr_cleaned, 0);
	assert_int_equal(fake_tlb.flushes, flushes);
	assert_int_equal(fake_this_cpu->count[COUNT_REMAP], placed + 1);
	assert_only(WINDOW, MIB(64));
}

/* Cleaned once when it goes; the second time nobody has touched it. */
static void one_that_comes_back_is_as_it_was(void **state)
{
	(void)state;
	forced(MIB(4));
	store(config_of(0, 1) + 4, 2, 2);
	touch(WINDOW);
	for (unsigned i = 0; i < 3; i++) {
		store(config_of(0, 1) + 4, 2, 0);
		store(config_of(0, 1) + 4, 2, 2);
		assert_int_equal(fake_el2.nr_cleaned, 4);
	}
	assert_only(WINDOW, MIB(4));
}

static int same_leaf(const struct s2_leaf *leaf, void *arg)
{
	(void)arg;
	assert_int_equal(leaf->attr.memattr, S2_DEVICE_nGnRE);
	assert_false(leaf->broken);
	assert_int_equal(leaf->size, GIB(1));
	return 0;
}

/* Today's place, wherever it was before: no page is left behind. */
static void a_thousand_places_leave_stage_2_as_it_was(void **state)
{
	struct bar *b = forced(KIB(4));
	u32 free, at = BUS;

	(void)state;
	*reg(0, 1, 0x18) = ~0u;				/* nowhere */
	store(config_of(0, 1) + 4, 2, 2);
	free = page_pool.nr_free;
	for (unsigned i = 0; i < 1000; i++) {
		store(config_of(0, 1) + 4, 2, 0);
		at = BUS + (u32)((at + 0x9e3779b1) % WINDOW_SIZE & ~PAGE_MASK);
		store(config_of(0, 1) + 0x18, 4, at);
		store(config_of(0, 1) + 4, 2, 2);
		assert_int_equal(b->region.ipa.v, WINDOW + at - BUS);
		if (i & 1)
			assert_int_equal(memattr_at(WINDOW + at - BUS), write_back());
	}
	store(config_of(0, 1) + 0x18, 4, ~0u);
	assert_int_equal(memattr_at(WINDOW + at - BUS), S2_DEVICE_nGnRE);
	assert_int_equal(page_pool.nr_free, free);
	assert_int_equal(stage2_for_each_leaf(&guest.s2, IPA(WINDOW), WINDOW_SIZE, same_leaf, NULL),
			 0);
}

/* While a BAR is off its leaves wait for it, until another BAR comes. */
static void a_place_that_another_takes_is_its_own(void **state)
{
	const struct bar *two;
	struct s2_leaf leaf;

	(void)state;
	follower("one", 2, 0, MIB(1));
	two = follower("two", 3, 0, MIB(1));
	guest.caps.fwb = true;
	*reg(2, 0, 0x10) = BUS;
	*reg(3, 0, 0x10) = BUS + (u32)MIB(4);
	assert_int_equal(bars_trap(checks, &d), 0);
	store(config_of(2, 0) + 4, 2, 2);
	store(config_of(3, 0) + 4, 2, 2);
	touch(WINDOW);
	store(config_of(2, 0) + 4, 2, 0);
	store(config_of(2, 0) + 0x10, 4, BUS + MIB(8));
	store(config_of(3, 0) + 0x10, 4, BUS);
	touch(WINDOW);
	store(config_of(2, 0) + 4, 2, 2);
	assert_int_equal(two->region.ipa.v, WINDOW);
	assert_int_equal(stage2_lookup(&guest.s2, IPA(WINDOW), &leaf), 0);
	assert_false(leaf.broken);
	assert_int_equal(leaf.attr.memattr, two->region.attr.memattr);
}

/* ... or the second to go would take the pages that cleaning the first one needs. */
static void two_side_by_side_are_not_joined(void **state)
{
	const struct bar *one = follower("one", 2, 0, MIB(1));
	const struct bar *two = follower("two", 2, 1, MIB(1));
	struct s2_leaf leaf;
	u32 free;

	(void)state;
	follower("other", 3, 0, KIB(4));
	guest.caps.fwb = true;
	*reg(2, 0, 0x10) = BUS;
	*reg(2, 0, 0x14) = BUS + (u32)MIB(1);
	*reg(3, 0, 0x10) = BUS + (u32)MIB(4);
	assert_int_equal(bars_trap(checks, &d), 0);
	store(config_of(2, 0) + 4, 2, 2);
	store(config_of(3, 0) + 4, 2, 2);
	touch(WINDOW);
	touch(WINDOW + MIB(1));
	store(config_of(3, 0) + 0x10, 4, BUS + MIB(8));		/* what it left is joined */
	assert_int_equal(stage2_lookup(&guest.s2, IPA(WINDOW), &leaf), 0);
	assert_true(leaf.size < MIB(2));
	fake_el2.nr_cleaned = 0;
	fake_el2.total_cleaned = 0;
	free = page_pool.nr_free = 3;
	assert_true(store(config_of(2, 0) + 4, 2, 0) > 0);
	assert_int_equal(one->region.ipa.v | two->region.ipa.v, 0);
	assert_int_equal(page_pool.nr_free, free);
	assert_int_equal(fake_el2.total_cleaned, MIB(2));
	assert_null(one->note);
	assert_null(two->note);
}

/* One that is what its window is may be joined with it, and goes without a page. */
static void one_like_its_window_goes_without_a_page(void **state)
{
	struct bar *b = follower("regs", 2, 0, KIB(4));

	(void)state;
	b->region.type = REGION_MMIO;
	table.region[0].attr = (struct s2_attr){ S2_DEVICE_nGnRE, SH_NONE, true, true, false };
	*reg(2, 0, 0x10) = BUS;
	assert_int_equal(bars_trap(checks, &d), 0);
	table.region[0].attr = b->region.attr;
	store(config_of(2, 0) + 4, 2, 2);
	touch(WINDOW);
	stage2_join(&guest.s2, IPA(WINDOW), GIB(1));
	page_pool.nr_free = 0;
	store(config_of(2, 0) + 4, 2, 0);
	assert_int_equal(b->region.ipa.v, 0);
	assert_int_equal(b->parked, 0);
	assert_int_equal(touch(WINDOW).attr.memattr, S2_DEVICE_nGnRE);
}

static void of_two_at_one_place_the_first_stays(void **state)
{
	(void)state;
	follower("one", 2, 0, MIB(2));
	follower("two", 2, 1, MIB(2))->region.type = REGION_PREFETCHABLE;
	*reg(2, 0, 0x10) = BUS;
	*reg(2, 0, 0x14) = BUS + (u32)MIB(1);
	assert_int_equal(bars_trap(checks, &d), 0);
	store(config_of(2, 0) + 4, 2, 2);
	assert_only(WINDOW, MIB(2));
	store(config_of(2, 0) + 0x14, 4, BUS + MIB(2));
	assert_int_equal(memattr_at(WINDOW + MIB(2)), S2_NORMAL_NC);
	assert_int_equal(memattr_at(WINDOW), S2_NORMAL_WB);
}

static u32 decoded_while_moved;

static void see_decode(u64 addr)
{
	if (addr == config_of(2, 0) + PCI_BAR(0))
		decoded_while_moved |= *reg(2, 0, 4) & 2;
}

/* Elsewhere it would be read and written by the leaves of others. */
static void what_holds_at_its_place_alone_is_nowhere_else(void **state)
{
	struct bar *two;

	(void)state;
	for (unsigned kind = 0; kind < 2; kind++) {
		make(state);
		follower("one", 1, 0, MIB(2));
		two = follower("two", 2, 0, MIB(2));
		two->region.opts.read_only = !kind;
		two->region.opts.no_dma = kind;
		dma.nr = kind;			/* they are turned on after this */
		*reg(1, 0, 0x10) = *reg(2, 0, 0x10) = BUS;
		*reg(2, 0, 4) = 2;			/* as firmware left it: there */
		assert_int_equal(bars_trap(checks, &d), 0);
		assert_int_equal(two->region.ipa.v, WINDOW);
		store(config_of(1, 0) + 4, 2, 2);	/* the other one may, and has no region */
		assert_int_equal(*reg(1, 0, 4), 2);
		assert_int_equal(bars.bar[0].region.ipa.v, 0);

		machine.on_write = see_decode;
		decoded_while_moved = 0;
		store(config_of(2, 0) + 0x10, 4, BUS + MIB(4));
		assert_int_equal(two->region.ipa.v, WINDOW + MIB(4));
		assert_int_equal(*reg(2, 0, 4), 2);
		assert_int_equal(touch(WINDOW + MIB(4)).attr.write, kind);

		/* this one comes, and that one goes there */
		store(config_of(1, 0) + 0x10, 4, BUS);
		assert_int_equal(bars.bar[0].region.ipa.v, WINDOW);
		store(config_of(2, 0) + 0x10, 4, BUS + MIB(1));
		assert_int_equal(two->region.ipa.v, 0);
		assert_int_equal(*reg(2, 0, 4), 0);
		assert_int_equal(*reg(2, 0, 0x10), BUS + MIB(1));
		store(config_of(2, 0) + 4, 2, 6);
		assert_int_equal(*reg(2, 0, 4), 4);
		store(config_of(2, 0) + 0x10, 4, ~0u);	/* as it is sized */
		assert_int_equal(*reg(2, 0, 4), 4);
		store(config_of(2, 0) + 0x10, 4, BUS + MIB(6));
		assert_int_equal(*reg(2, 0, 4), 6);
		store(config_of(2, 0) + 0x10, 4, BUS + MIB(1));
		assert_int_equal(*reg(2, 0, 4), 4);
		store(config_of(2, 0) + 4, 2, 0);	/* off for the guest, too */
		store(config_of(2, 0) + 0x10, 4, BUS + MIB(6));
		assert_int_equal(*reg(2, 0, 4), 0);
		store(config_of(2, 0), 8, 6ull << 32);
		assert_int_equal(*reg(2, 0, 4), 6);
		assert_int_equal(two->region.ipa.v, WINDOW + MIB(6));
		assert_int_equal(decoded_while_moved, 0);
		dma.nr = 0;
	}
}

/* Where firmware has put it on the bus. */
static void what_strays_when_mavis_begins_is_turned_off(void **state)
{
	struct bar *b = follower("rom", 2, 0, MIB(2));

	(void)state;
	b->region.opts.read_only = true;
	*reg(2, 0, 0x10) = 0;
	*reg(2, 0, 4) = 6;
	assert_int_equal(bars_trap(checks, &d), 0);
	assert_int_equal(b->region.ipa.v, 0);
	assert_int_equal(*reg(2, 0, 4), 4);
}

static void without_pages_the_window_stays_as_it_is(void **state)
{
	(void)state;
	follower("gpu", 3, 0, BAR_SIZE);
	*reg(3, 0, 0x10) = BUS;
	assert_int_equal(bars_trap(checks, &d), 0);
	page_pool.nr_free = 0;
	store(config_of(3, 0) + 4, 2, 2);
	assert_int_equal(*reg(3, 0, 4), 2);
	assert_only(0, 0);
}

static int find(struct pci_request request)
{
	config.nr_bars = 1;
	config.bar[0] = (struct config_bar){ .region.name = "gpu", .request = request };
	return bars_find(&config, &host, &table, &d);
}

static void assert_said(const char *words)
{
	if (!strstr(d.text, words))
		fail_msg("\"%s\" does not say \"%s\"", d.text, words);
}

static const struct pci_request by_ids = { .vendor = 0x1af4, .device = 0x1119 };

static void a_missing_function_is_refused_by_its_cause(void **state)
{
	static const struct { struct pci_request want; const char *why; } none[] = {
		{ { .by_address = true, .dev = 9 }, "nothing answers at 0000:00:09.0: name a" },
		{ { .by_address = true, .segment = 2 },
		  "no host bridge has the domain 0002: the machine has 0000" },
		{ { .by_address = true, .bus = 1 },
		  "no bridge leads to bus 01: name a function on a bus that the firmware" },
		{ { .vendor = 0x1af4, .device = 0x1119 },
		  "no function is 1af4:1119, but 0000:00:01.0 is 1af4:1110: name one" },
		{ { .vendor = 0x8086, .device = 0x1112 },
		  "no function is 8086:1112, but 0000:00:03.0 is 1af4:1112: name one" },
		{ { .vendor = 0x8086, .device = 0x8086 },
		  "no function is 8086:8086 on the buses that the firmware has numbered" },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(none); i++) {
		assert_int_equal(find(none[i].want), -ENODEV);
		assert_said("region gpu: pci: ");
		assert_said(none[i].why);
		assert_null(strstr(d.text, "no bus numbers"));
	}
	host.mmio[0].kind = HOST_MMIO_REG;
	assert_int_equal(find(by_ids), -ENODEV);
	assert_said("no PCI host bridge with an ECAM");

	/* What can be done without one depends on whether there is a window. */
	snprintf(host.mmio[1].name, sizeof(host.mmio[1].name), "pcie@f8000000");
	assert_int_equal(find(by_ids), -ENODEV);
	assert_said("that of pcie@f8000000 is another: give the region `reg` over its window");
	host.mmio[1].kind = HOST_MMIO_REG;
	assert_int_equal(find(by_ids), -ENODEV);
	assert_said("if the firmware has placed the BAR, give its address with `reg`");
}

static void what_is_behind_a_bridge_without_numbers_is_said(void **state)
{
	(void)state;
	*reg(2, 0, 0x0c) = PCI_HEADER_BRIDGE << 16;
	assert_int_equal(find((struct pci_request){ .by_address = true, .bus = 1 }), -ENODEV);
	assert_said("has given the one at 0000:00:02.0 no bus numbers: have it number them");
	assert_int_equal(find(by_ids), -ENODEV);
	assert_said("behind the bridge at 0000:00:02.0");
}

/* Function 1.0 has four virtual functions from 1.1 on, every second one. */
static void a_virtual_function_is_said_to_be_one(void **state)
{
	(void)state;
	*reg(1, 0, 0x100) = 0x1400000b;				/* another capability, at first */
	*reg(1, 0, 0x140) = 0x00010010;
	*reg(1, 0, 0x14c) = 4 << 16;
	*reg(1, 0, 0x154) = 2 << 16 | 1;
	*reg(1, 0, 0x158) = 0x1119 << 16;
	assert_int_equal(find(by_ids), -ENODEV);
	assert_said("that is a virtual function of 0000:00:01.0");
	assert_int_equal(find((struct pci_request){ .by_address = true, .dev = 1, .fn = 7 }),
			 -ENODEV);
	assert_said("that is a virtual function of 0000:00:01.0");
	assert_int_equal(find((struct pci_request){ .by_address = true, .dev = 1, .fn = 2 }),
			 -ENODEV);
	assert_said("nothing answers at 0000:00:01.2");
	assert_int_equal(find((struct pci_request){ .by_address = true, .dev = 2, .fn = 1 }),
			 -ENODEV);
	assert_said("nothing answers at 0000:00:02.1");
}

static void capabilities_in_a_circle_end(void **state)
{
	(void)state;
	*reg(1, 0, 0x100) = 0x1000000b;
	assert_int_equal(find(by_ids), -ENODEV);
}

static void of_two_that_are_equal_none_is_taken(void **state)
{
	(void)state;
	*reg(3, 5, 0) = *reg(2, 0, 0);
	assert_int_equal(find((struct pci_request){ .vendor = 0x1af4, .device = 0x1111 }),
			 -EEXIST);
	assert_said("region gpu: pci: 0000:00:02.0 and 0000:00:03.5 are both 1af4:1111: name one");
}

static void an_optional_function_may_be_missing(void **state)
{
	(void)state;
	config.nr_bars = 1;
	config.bar[0] = (struct config_bar){ .request = { .by_address = true, .dev = 9 },
					     .optional = true };
	assert_int_equal(bars_find(&config, &host, &table, &d), 0);
	assert_int_equal(bars.nr, 0);
}

static void a_bar_that_is_none_is_refused_by_name(void **state)
{
	static const struct { u8 bar; int err; const char *why; } none[] = {
		{ 0, -EINVAL, "region gpu: bar: BAR 0 of 0000:00:01.0 is of I/O ports" },
		{ 2, -ENOENT, "region gpu: bar: BAR 2 of 0000:00:01.0 is not there" },
		{ 5, -ERANGE, "region gpu: bar: BAR 5 of 0000:00:01.0 is smaller than a page" },
	};

	(void)state;
	*reg(1, 0, 0x10) = 0x1001;
	*reg(1, 0, 0x14) = 0x4000000c;
	for (unsigned i = 0; i < ARRAY_SIZE(none); i++) {
		assert_int_equal(find((struct pci_request){ .by_address = true, .dev = 1,
							    .bar = none[i].bar }),
				 none[i].err);
		assert_non_null(strstr(d.text, none[i].why));
	}
}

/* BAR 0 of all functions has 2 MiB. */
static void obey_size(u64 addr)
{
	if ((addr & PAGE_MASK) == PCI_BAR(0))
		*(u32 *)addr &= ~(u32)(MIB(2) - 1);
}

static int find_fixed(u8 bus)
{
	machine.on_write = obey_size;
	config.nr_bars = 1;
	config.bar[0] = (struct config_bar){
		.region = { .name = "gpu", .opts.expose = EXPOSE_RESERVED },
		.request = { .by_address = true, .bus = bus, .dev = 1 },
	};
	return bars_find(&config, &host, &table, &d);
}

/* Bus address 0 is in a window of some machines, but it is not where a BAR is that has no place. */
static void without_a_place_it_is_not_at_bus_address_0(void **state)
{
	(void)state;
	host.mmio[1].bus = 0;
	host.mmio[1].range.size = MIB(8);
	assert_int_equal(find_fixed(0), 0);
	assert_int_equal(table.region[2].pa.v, WINDOW + MIB(6));
	table.region[2].ipa = IPA(WINDOW);
	table.region[2].pa = PA(WINDOW);
	table.region[2].size = MIB(8);
	table.region[2].origin = REGION_FROM_CONFIG;
	*reg(1, 0, PCI_COMMAND) = 0;
	assert_int_equal(find_fixed(0), -ENOSPC);
	assert_said("no window of its host bridge has room");
}

static void behind_a_bridge_only_the_firmware_places(void **state)
{
	static u8 buses[MIB(2)] __attribute__((aligned(4096)));

	(void)state;
	memset(buses, 0xff, sizeof(buses));
	memcpy(buses, space, KIB(64));
	memcpy(buses + MIB(1) + KIB(32), (void *)config_of(1, 0), KIB(4));
	host.mmio[0].range = (struct range){ (u64)buses, sizeof(buses) };
	*(u32 *)(buses + KIB(32) + 0x0c) = PCI_HEADER_BRIDGE << 16;
	*(u32 *)(buses + KIB(32) + 0x18) = 0x010100;
	host.mmio[1].bus = 0;
	for (u32 i = 0; i < 2; i++) {
		/* nowhere; or at a place to which it does not answer */
		*(u32 *)(buses + MIB(1) + KIB(32) + PCI_BAR(0)) = i * (u32)MIB(2);
		*(u16 *)(buses + MIB(1) + KIB(32) + PCI_COMMAND) = 0;
		assert_int_equal(find_fixed(1), -ENOSPC);
		assert_said("has not placed BAR 0 of 0000:01:01.0 in a window and turned it on, ");
	}
}

static void a_function_is_not_hidden_and_followed(void **state)
{
	u8 page;

	(void)state;
	ecam.nr = 0;
	blank_follower(7, MIB(2));
	assert_int_equal(ecam_add("one", &bars.bar[0].f, ECAM_HIDDEN, &page, &d), 0);
	assert_int_equal(ecam_add("gpu", &bars.bar[0].f, ECAM_FOLLOWED, &page, &d), -EEXIST);
	assert_non_null(strstr(d.text, "region gpu: pci: "));
	assert_non_null(strstr(d.text, "one region hides the function, another follows it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_the_lowest_bit_that_can_be_set),
		cmocka_unit_test_setup(a_function_that_answers_32_times_is_one, make),
		cmocka_unit_test_setup(a_write_to_a_function_that_does_not_answer_is_lost, make),
		cmocka_unit_test_setup(functions_are_found_by_id_and_by_address, make),
		cmocka_unit_test_setup(bus_addresses_become_the_cpus_by_the_window, make),
		cmocka_unit_test_setup(bars_that_are_none_are_refused, make),
		cmocka_unit_test_setup(one_that_follows_is_checked_at_a_place_of_its_window, make),
		cmocka_unit_test_setup(one_without_a_window_is_not_checked, make),
		cmocka_unit_test_setup(a_region_follows_its_bar, make),
		cmocka_unit_test_setup(what_caches_hold_is_written_back_before_the_bar_goes, make),
		cmocka_unit_test_setup(a_large_bar_is_cleaned_in_pieces, make),
		cmocka_unit_test_setup(others_do_a_piece_as_well, make),
		cmocka_unit_test_setup(no_byte_is_left_out, make),
		cmocka_unit_test_setup(after_a_reset_nothing_is_read_before_the_guest_sets_it_up,
				       make),
		cmocka_unit_test_setup(a_decode_that_is_toggled_costs_nothing, make),
		cmocka_unit_test_setup(one_that_comes_back_is_as_it_was, make),
		cmocka_unit_test_setup(a_thousand_places_leave_stage_2_as_it_was, make),
		cmocka_unit_test_setup(a_place_that_another_takes_is_its_own, make),
		cmocka_unit_test_setup(two_side_by_side_are_not_joined, make),
		cmocka_unit_test_setup(one_like_its_window_goes_without_a_page, make),
		cmocka_unit_test_setup(of_two_at_one_place_the_first_stays, make),
		cmocka_unit_test_setup(what_holds_at_its_place_alone_is_nowhere_else, make),
		cmocka_unit_test_setup(what_strays_when_mavis_begins_is_turned_off, make),
		cmocka_unit_test_setup(without_pages_the_window_stays_as_it_is, make),
		cmocka_unit_test_setup(a_missing_function_is_refused_by_its_cause, make),
		cmocka_unit_test_setup(what_is_behind_a_bridge_without_numbers_is_said, make),
		cmocka_unit_test_setup(a_virtual_function_is_said_to_be_one, make),
		cmocka_unit_test_setup(capabilities_in_a_circle_end, make),
		cmocka_unit_test_setup(of_two_that_are_equal_none_is_taken, make),
		cmocka_unit_test_setup(an_optional_function_may_be_missing, make),
		cmocka_unit_test_setup(a_bar_that_is_none_is_refused_by_name, make),
		cmocka_unit_test_setup(without_a_place_it_is_not_at_bus_address_0, make),
		cmocka_unit_test_setup(behind_a_bridge_only_the_firmware_places, make),
		cmocka_unit_test_setup(a_function_is_not_hidden_and_followed, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
