/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions behind bridges (tests/unit/pci_model.h), and a guest that numbers buses anew.
 *
 * 00:01.0 leads to a switch, of which 00.0 is the upper side and 02.0 a lower one, behind which is
 * the function at devfn 3.0. As the firmware leaves it the buses are 2, 3 and 4.
 *
 * Where two bridges lead to one bus, of two devices with one number the first of the model answers.
 */
#include "hyp/ecam.h"

#include "boot/guest/ecam.h"
#include "boot/guest/map.h"
#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "lib/errno.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/pci_model.h"
#include "tests/unit/test.h"

static struct region_table table;
static struct diag d;
static const struct mm_caps caps = { .pa_bits = 48 };
static const struct s2_attr attr = { S2_DEVICE_nGnRE, SH_NONE, true, true, false };
static struct pci_function function;
static const struct device *target;

static void put(unsigned i, int above, u8 devfn, bool bridge, u32 numbers)
{
	device[i].above = above;
	device[i].devfn = devfn;
	device[i].bridge = bridge;
	device[i].numbers = numbers;
}

static int make(void **state)
{
	(void)state;
	memset(space, 0xff, sizeof(space));
	model_make(4);
	target = &device[3];
	put(0, -1, 1 << 3, true, 0x040200);
	put(1, 0, 0, true, 0x040302);
	put(2, 1, 2 << 3, true, 0x040403);
	put(3, 2, 3 << 3, false, 0);
	route();
	fake_machine_reset();
	machine.on_write = obey_numbers;
	table.nr = 1;
	table.region[0] = (struct region){ .ipa = IPA(space), .pa = PA(space),
					   .size = sizeof(space), .attr = attr };
	fake_el2_reset(64);
	assert_int_equal(guest_map(&table, &caps, &d), 0);
	ecam.nr = bars.nr = 0;
	function = (struct pci_function){
		.ecam = (u64)config_of(4, 3 << 3), .space = whole, .bus = 4, .dev = 3,
		.depth = 3, .above = { 1 << 3, 0, 2 << 3 },
	};
	return 0;
}

static void take(enum ecam_kind kind)
{
	u8 page;

	if (ecam_add("gpu", &function, kind, &page, &d))
		fail_msg("%s", d.text);
	assert_int_equal(ecam.page[page].at, function.ecam);
}

/* What the guest's own access to the function on @bus finds; 'r', 'w' (both), or neither: '-'. */
static char reach(unsigned bus, unsigned devfn)
{
	struct s2_leaf leaf;

	assert_int_equal(stage2_lookup(&guest.s2, IPA(config_of(bus, devfn)), &leaf), 0);
	return leaf.broken || !leaf.attr.read ? '-' : leaf.attr.write ? 'w' : 'r';
}

/* Where the machine has the devices, the guest reaches none of what it must not. */
static void assert_closed(void)
{
	for (int i = target->above; i >= 0; i = device[i].above)
		if (device[i].at)
			assert_int_equal(reach(bus_of(&device[i]), device[i].devfn), 'r');
	if (target->at)
		assert_int_equal(reach(bus_of(target), 3 << 3), '-');
}

static u64 access_config(u64 addr, unsigned size, bool write, u64 val)
{
	struct mmio_page page;

	assert_true(ecam_find(addr, &page));
	return page.handler(page.arg, addr & PAGE_MASK, size, write, val);
}

/* A store by the guest to a bridge's numbers, by EL2 or, where it may, by itself. */
static void store(unsigned bus, unsigned devfn, unsigned offset, unsigned size, u64 val)
{
	u64 addr = (u64)config_of(bus, devfn) + offset;

	if (reach(bus, devfn) == 'w') {
		memcpy((void *)addr, &val, size);
		obey_numbers(addr);
	} else {
		access_config(addr, size, true, val);
	}
	assert_closed();
}

static void a_hidden_function_and_its_bridges_are_closed(void **state)
{
	(void)state;
	take(ECAM_HIDDEN);
	assert_closed();
	assert_int_equal(reach(4, 3 << 3), '-');
	assert_int_equal(reach(4, 4 << 3), 'w');
	for (unsigned fn = 1; fn < 8; fn++) {		/* each device may answer as all eight */
		assert_int_equal(reach(0, 1 << 3 | fn), '-');
		assert_int_equal(reach(4, 3 << 3 | fn), '-');
	}
	assert_int_equal(access_config(function.ecam, 4, false, 0) & 0xffffffff, 0xffffffff);
	access_config(function.ecam + 4, 2, true, 6);
	assert_int_equal(config_of(4, 3 << 3)[4], 0);
	assert_int_equal(access_config((u64)config_of(2, 0) + 0x18, 4, false, 0), 0x040302);
}

/* 00:00.0 leads to the switch, and its numbers answer as those of 00:01.0 to 00:1f.0. */
static void what_a_host_bridge_shows_32_times_is_taken_whole(void **state)
{
	(void)state;
	device[0].devfn = 0;
	route();
	function.above[0] = 0;
	function.space.echoes = true;
	take(ECAM_HIDDEN);
	assert_closed();
	assert_int_equal(reach(0, 7), '-');		/* the device has one function */
	for (unsigned devfn = 1 << 3; devfn < 256; devfn++)
		assert_int_equal(reach(0, devfn), '-');
	assert_int_equal(reach(1, 0), 'w');
	access_config((u64)config_of(0, 31 << 3) + 0x18, 4, true, 0x070500);
	assert_int_equal(device[0].numbers, 0x040200);
	assert_int_equal((u32)access_config((u64)config_of(0, 31 << 3), 4, false, 0), 0xffffffff);
	store(0, 0, 0x18, 4, 0);
	assert_int_equal(reach(4, 3 << 3), 'w');
}

/* As Linux does it: all to 0, then from the root down. */
static void it_stays_hidden_when_buses_are_renumbered(void **state)
{
	(void)state;
	take(ECAM_HIDDEN);
	store(0, 1 << 3, 0x18, 4, 0);
	assert_int_equal(reach(4, 3 << 3), 'w');	/* nothing is there */
	store(0, 1 << 3, 0x18, 4, 0x070100);
	store(1, 0, 0x18, 4, 0);
	store(1, 0, 0x18, 4, 0x070201);
	store(2, 2 << 3, 0x18, 4, 0x070502);
	assert_int_equal(device[3].at, config_of(5, 3 << 3));
	assert_int_equal(reach(5, 3 << 3), '-');
	assert_int_equal(reach(4, 3 << 3), 'w');
	assert_int_equal(reach(3, 2 << 3), 'w');
	assert_int_equal(reach(2, 2 << 3), 'r');
}

/* Byte by byte, over each other, with ranges that lead nowhere. */
static void it_stays_hidden_whatever_is_written(void **state)
{
	u32 seed = 1, free;

	(void)state;
	take(ECAM_HIDDEN);
	free = page_pool.nr_free;
	for (unsigned i = 0; i < 20000; i++) {
		const struct device *dev = &device[(seed = seed * 1664525 + 1013904223) >> 30];
		unsigned size = 1u << (seed >> 8 & 1), offset = 0x18 + (seed >> 12 & 2);

		if (dev->at && dev->bridge)
			store(bus_of(dev), dev->devfn,
			      offset + (size == 1 ? seed >> 16 & 1 : 0), size,
			      (seed >> 18 & 7) | (seed >> 13 & 0x700));
	}
	store(0, 1 << 3, 0x18, 4, 0x040200);
	store(2, 0, 0x18, 4, 0x040302);
	store(3, 2 << 3, 0x18, 4, 0x040403);
	assert_int_equal(reach(4, 3 << 3), '-');
	assert_int_equal(page_pool.nr_free, free);	/* no page is left behind */
}

static void a_switch_that_was_reset_leads_nowhere(void **state)
{
	(void)state;
	take(ECAM_HIDDEN);
	device[1].numbers = device[2].numbers = 0;	/* a reset of the secondary bus */
	route();
	assert_closed();
	store(2, 0, 0x1a, 1, 7);			/* passes on 1 to 7, from bus 0 */
	store(2, 0, 0x19, 1, 3);
	store(3, 2 << 3, 0x19, 1, 6);
	assert_int_equal(device[3].at, 0);
	store(0, 1 << 3, 0x1a, 1, 7);
	assert_int_equal(device[3].at, config_of(6, 3 << 3));
}

/* What is behind it keeps its numbers, which nobody sees before it wakes. */
static void what_is_written_behind_a_bridge_that_sleeps_is_lost(void **state)
{
	(void)state;
	take(ECAM_HIDDEN);
	device[0].asleep = true;
	route();
	store(2, 0, 0x18, 4, 0);
	store(2, 0, 0x18, 4, 0x070502);
	store(3, 2 << 3, 0x19, 1, 6);
	device[0].asleep = false;
	route();
	assert_int_equal(device[3].at, config_of(4, 3 << 3));
	assert_closed();
	store(3, 2 << 3, 0x18, 4, 0x040403);
}

/* Of a device of several functions the guest has the others. */
static void one_of_several_functions_is_closed_alone(void **state)
{
	(void)state;
	config_of(4, 3 << 3)[PCI_HEADER_TYPE] = PCI_HEADER_MULTI;
	take(ECAM_HIDDEN);
	assert_int_equal(reach(4, 3 << 3), '-');
	assert_int_equal(reach(4, 3 << 3 | 1), 'w');
}

/* It has a capability of another kind first. */
static void other_ways_than_by_numbers_are_shut_above_what_is_hidden(void **state)
{
	u8 *port = config_of(3, 2 << 3);

	(void)state;
	port[PCI_STATUS] = PCI_STATUS_CAPABILITIES;
	port[PCI_CAPABILITIES] = 0x40;
	port[0x40] = PCI_CAPABILITY_FPB;
	port[0x41] = 0x50;
	port[0x50] = PCI_CAPABILITY_EXPRESS;
	port[0x51] = 0x50;			/* a list without an end */
	take(ECAM_HIDDEN);
	for (unsigned size = 1; size <= 8; size *= 2) {
		access_config((u64)port + 0x78, size, true, 0x3f);
		assert_int_equal(port[0x78], 0x1f);
	}
	access_config((u64)port + 0x80, 1, true, 0x3f);
	assert_int_equal(port[0x80], 0x3f);
	access_config((u64)port + 0x48, 4, true, 1);
	assert_int_equal(port[0x48], 0);
}

/* Its ID is there still. */
static void half_an_answer(u64 addr)
{
	obey_numbers(addr);
	memset(config_of(3, 2 << 3) + 4, 0xff, MODEL_HEADER - 4);
}

static void a_bridge_that_says_half_keeps_its_numbers(void **state)
{
	(void)state;
	take(ECAM_HIDDEN);
	half_an_answer(0);
	machine.on_write = half_an_answer;
	access_config((u64)config_of(2, 0) + 0x18, 4, true, 0x040302);	/* as it is */
	assert_int_equal(reach(4, 3 << 3), '-');
}

static void fall_asleep(u64 addr)
{
	(void)addr;
	device[0].asleep = true;
	route();
}

/* Whether what is behind it took what was written is not to be told before it wakes. */
static void a_bridge_that_goes_silent_keeps_both_places(void **state)
{
	(void)state;
	take(ECAM_HIDDEN);
	store(0, 1 << 3, 0x1a, 1, 7);
	store(2, 0, 0x1a, 1, 7);
	machine.on_write = fall_asleep;
	access_config((u64)config_of(3, 2 << 3) + 0x18, 4, true, 0x070703);	/* lost */
	assert_int_equal(reach(4, 3 << 3), '-');
	assert_int_equal(reach(7, 3 << 3), '-');
	machine.on_write = obey_numbers;
	store(0, 1 << 3, 0x1a, 1, 6);			/* nor does another get new ones */
	assert_int_equal(device[0].numbers, 0x070200);
	device[0].asleep = false;
	route();
	assert_closed();
	store(0, 1 << 3, 0x1a, 1, 6);
	assert_int_equal(device[0].numbers, 0x060200);
	assert_int_equal(target->at, config_of(4, 3 << 3));
	assert_int_equal(reach(7, 3 << 3), 'w');
	store(3, 2 << 3, 0x18, 4, 0x060603);
	assert_int_equal(target->at, config_of(6, 3 << 3));
	assert_int_equal(reach(4, 3 << 3), 'w');
}

/* Its BAR 2 is where a bridge has its numbers. */
static void a_card_in_the_place_of_a_bridge_has_its_registers(void **state)
{
	u64 bar = (u64)config_of(2, 0) + 0x18;

	(void)state;
	take(ECAM_HIDDEN);
	device[1].bridge = false;
	route();
	for (unsigned i = 0; i < 2; i++) {
		access_config(bar, 4, true, 0xffffffff);
		assert_int_equal(*(u32 *)bar, 0xffffffff);
		access_config(bar, 4, true, 0x10000000);
		assert_int_equal(*(u32 *)bar, 0x10000000);
	}
	store(0, 1 << 3, 0x1a, 1, 7);
	assert_int_equal(device[0].numbers, 0x070200);
}

/* The port above was reset while the switch did not answer: it gets its numbers again. */
static void a_bridge_that_went_silent_can_be_led_to_again(void **state)
{
	(void)state;
	take(ECAM_HIDDEN);
	machine.on_write = fall_asleep;
	access_config((u64)config_of(2, 0) + 0x18, 4, true, 0x030302);
	machine.on_write = obey_numbers;
	device[0].asleep = false;
	device[0].numbers = 0;
	route();
	store(0, 1 << 3, 0x18, 4, 0x050300);
	assert_int_equal(device[0].numbers, 0);
	store(0, 1 << 3, 0x18, 4, 0x040200);
	assert_int_equal(device[0].numbers, 0x040200);
	store(0, 1 << 3, 0x18, 4, 0x070300);
	assert_int_equal(device[0].numbers, 0x070300);
	assert_closed();
}

static void a_bridge_to_another_root_bus_is_refused(void **state)
{
	u8 page;

	(void)state;
	*(u32 *)config_of(0, 2 << 3) = 0x000b1b36;
	assert_int_equal(ecam_add("gpu", &function, ECAM_HIDDEN, &page, &d), -EPERM);
}

/* 00:09.0 leads to a function that answers at the switch's page once both lead to bus 2. */
static void another_in_place_of_a_bridge_says_nothing(void **state)
{
	(void)state;
	model_make(6);
	put(0, -1, 1 << 3, true, 0x040200);
	put(1, -1, 9 << 3, true, 0x050500);
	put(2, 1, 0, false, 0);
	put(3, 0, 0, true, 0x040302);
	put(4, 3, 2 << 3, true, 0x040403);
	put(5, 4, 3 << 3, false, 0);
	target = &device[5];
	route();
	take(ECAM_HIDDEN);
	assert_int_equal(reach(0, 9 << 3), 'r');
	assert_int_equal(reach(5, 0), 'w');
	store(0, 9 << 3, 0x19, 1, 2);
	assert_int_equal(device[2].at, config_of(2, 0));
	store(0, 1 << 3, 0x18, 4, 0x040200);		/* as it is */
	store(2, 0, 0x18, 4, 0x070502);			/* not the switch's */
	assert_int_equal(*(u32 *)config_of(2, 0), 0x11121af4);
	store(0, 9 << 3, 0x18, 4, 0);
	assert_int_equal(device[3].at, config_of(2, 0));
	store(0, 1 << 3, 0x18, 4, 0x070200);
	store(2, 0, 0x18, 4, 0x070302);
	store(3, 2 << 3, 0x19, 1, 4);
	assert_int_equal(target->at, config_of(4, 3 << 3));
}

static void a_function_that_no_bus_numbers_lead_to_is_refused(void **state)
{
	u8 page;

	(void)state;
	device[2].numbers = 0x050503;
	route();
	assert_int_equal(ecam_add("gpu", &function, ECAM_HIDDEN, &page, &d), -EBUSY);
}

static void a_followed_function_is_found_again(void **state)
{
	struct bar *b = &bars.bar[bars.nr++];

	(void)state;
	*b = (struct bar){ .f = function, .bar = 0, .region.size = MIB(1) };
	assert_int_equal(ecam_add("gpu", &function, ECAM_FOLLOWED, &b->page, &d), 0);
	store(3, 2 << 3, 0x18, 4, 0);
	assert_int_equal(b->f.ecam, 0);
	assert_int_equal(reach(3, 2 << 3), 'r');
	access_config((u64)config_of(3, 2 << 3) + 0x18, 4, true, 0x040403);
	assert_int_equal(b->f.ecam, config_of(4, 3 << 3));
	access_config((u64)config_of(2, 0) + 0x18, 4, true, 0x070302);
	access_config((u64)config_of(0, 1 << 3) + 0x18, 4, true, 0x070200);
	access_config((u64)config_of(3, 2 << 3) + 0x18, 4, true, 0x070703);
	assert_int_equal(b->f.ecam, config_of(7, 3 << 3));
	assert_int_equal(b->f.bus, 7);
	assert_int_equal(reach(7, 3 << 3), 'r');
}

/* EL2 has nothing at address 0 that it could access: it would panic. */
static void page_0_is_not_where_what_is_nowhere_is(void **state)
{
	struct mmio_page page;
	u8 i;

	(void)state;
	assert_int_equal(ecam_add("gpu", &function, ECAM_FOLLOWED, &i, &d), 0);
	store(0, 1 << 3, 0x18, 4, 0);
	assert_int_equal(ecam.page[i].at, 0);
	assert_int_equal(ecam_kind_of(0), ECAM_GUESTS);
	assert_false(ecam_find(4, &page));
	bar_access_config((void *)0, 4, 2, true, 2);
	assert_true(fake_this_cpu->again);
	fake_this_cpu->again = false;
}

/* Behind 00:05.0, which leads to bus 7, with the number of the one behind the switch: its entry. */
static u8 take_another(u32 numbers)
{
	struct pci_function other = function;
	u8 page;

	other.depth = 1;
	other.above[0] = 5 << 3;
	other.ecam = (u64)config_of(7, 3 << 3);
	memset(config_of(0, 5 << 3), 0, PAGE_SIZE);
	*(u32 *)config_of(0, 5 << 3) = 0x12345678;
	config_of(0, 5 << 3)[PCI_HEADER_TYPE] = PCI_HEADER_BRIDGE;
	*(u32 *)(config_of(0, 5 << 3) + 0x18) = numbers;
	assert_int_equal(ecam_add("other", &other, ECAM_HIDDEN, &page, &d), 0);
	assert_int_equal(ecam.page[page].at, config_of(7, 3 << 3));
	return page;
}

static void two_bridges_do_not_come_to_one_place(void **state)
{
	u8 page;

	(void)state;
	take(ECAM_HIDDEN);
	page = take_another(0x070700);
	access_config((u64)config_of(0, 5 << 3) + 0x18, 4, true, 0x040400);
	assert_int_equal(*(u32 *)(config_of(0, 5 << 3) + 0x18), 0x070700);
	assert_int_equal(ecam.page[page].at, config_of(7, 3 << 3));
	assert_int_equal(reach(7, 3 << 3), '-');
}

/* Only 4 and 0 can be the secondary bus of 00:05.0, whatever is written. */
static void obey_stuck_numbers(u64 addr)
{
	u8 *secondary = config_of(0, 5 << 3) + PCI_SECONDARY_BUS;

	(void)addr;
	if (*secondary)
		*secondary = 4;
}

static void a_bridge_that_takes_other_numbers_leads_nowhere(void **state)
{
	u8 page;

	(void)state;
	take(ECAM_HIDDEN);
	page = take_another(0x11070700);
	machine.on_write = obey_stuck_numbers;
	access_config((u64)config_of(0, 5 << 3) + 0x18, 4, true, 0x11060600);
	assert_int_equal(*(u32 *)(config_of(0, 5 << 3) + 0x18), 0x11000000);
	assert_int_equal(ecam.page[page].at, 0);
	assert_closed();
}

/* Nothing is written that could not be followed. */
static void without_pages_the_buses_keep_their_numbers(void **state)
{
	(void)state;
	take(ECAM_HIDDEN);
	store(0, 1 << 3, 0x1a, 1, 7);
	store(2, 0, 0x1a, 1, 7);
	page_pool.nr_free = 0;
	access_config((u64)config_of(3, 2 << 3) + 0x18, 4, true, 0x070703);
	assert_int_equal(device[2].numbers, 0x040403);
	assert_closed();
}

static void a_page_that_is_the_guests_again_is_tried_again(void **state)
{
	struct mmio_page page;

	(void)state;
	take(ECAM_HIDDEN);
	assert_true(ecam_find(function.ecam + 8, &page));
	store(3, 2 << 3, 0x18, 4, 0);
	page.handler(page.arg, 8, 4, false, 0);
	assert_true(fake_this_cpu->again);
	fake_this_cpu->again = false;
	assert_false(ecam_find(function.ecam, &page));
}

static void what_else_is_over_configuration_space_is_refused(void **state)
{
	u8 page;

	(void)state;
	table.region[1] = (struct region){ .name = "alias", .ipa = IPA(GIB(64)), .pa = PA(space),
					   .size = PAGE_SIZE, .origin = REGION_FROM_CONFIG };
	table.nr = 2;
	assert_int_equal(ecam_add("gpu", &function, ECAM_HIDDEN, &page, &d), -EACCES);
	assert_non_null(strstr(d.text, "region alias has some of it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_hidden_function_and_its_bridges_are_closed, make),
		cmocka_unit_test_setup(what_a_host_bridge_shows_32_times_is_taken_whole, make),
		cmocka_unit_test_setup(it_stays_hidden_when_buses_are_renumbered, make),
		cmocka_unit_test_setup(it_stays_hidden_whatever_is_written, make),
		cmocka_unit_test_setup(a_switch_that_was_reset_leads_nowhere, make),
		cmocka_unit_test_setup(what_is_written_behind_a_bridge_that_sleeps_is_lost, make),
		cmocka_unit_test_setup(one_of_several_functions_is_closed_alone, make),
		cmocka_unit_test_setup(other_ways_than_by_numbers_are_shut_above_what_is_hidden,
				       make),
		cmocka_unit_test_setup(a_bridge_that_says_half_keeps_its_numbers, make),
		cmocka_unit_test_setup(a_bridge_that_goes_silent_keeps_both_places, make),
		cmocka_unit_test_setup(a_card_in_the_place_of_a_bridge_has_its_registers, make),
		cmocka_unit_test_setup(a_bridge_that_went_silent_can_be_led_to_again, make),
		cmocka_unit_test_setup(a_bridge_to_another_root_bus_is_refused, make),
		cmocka_unit_test_setup(another_in_place_of_a_bridge_says_nothing, make),
		cmocka_unit_test_setup(a_function_that_no_bus_numbers_lead_to_is_refused, make),
		cmocka_unit_test_setup(a_followed_function_is_found_again, make),
		cmocka_unit_test_setup(page_0_is_not_where_what_is_nowhere_is, make),
		cmocka_unit_test_setup(two_bridges_do_not_come_to_one_place, make),
		cmocka_unit_test_setup(a_bridge_that_takes_other_numbers_leads_nowhere, make),
		cmocka_unit_test_setup(without_pages_the_buses_keep_their_numbers, make),
		cmocka_unit_test_setup(a_page_that_is_the_guests_again_is_tried_again, make),
		cmocka_unit_test_setup(what_else_is_over_configuration_space_is_refused, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
