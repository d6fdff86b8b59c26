/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control calls and accesses to the control page, any numbers, by two CPUs whose calls are started
 * again in any order: what is mapped, and who may access it, stays; memory types change where the
 * config says so, to what the CPU has, and never to tags that are not there.
 */
#include <stdlib.h>
#include <string.h>

#include "hyp/debug.h"
#include "hyp/frame.h"
#include "hyp/smccc.h"
#include "hyp/watch.h"
#include "hyp/work.h"
#include "lib/errno.h"
#include "tests/unit/control_fixture.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_phys.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

#define WINDOW		(BASE + MIB(512))	/* where the BAR goes */
#define CANARY		0x5a5aa5a5deadbeefull

/* What `debug` reaches by address: a device, and a page of Mavis's own beside it. */
static struct {
	_Alignas(PAGE_SIZE) u8 device[PAGE_SIZE];
	u8 own[PAGE_SIZE];
} memory;

/* The ring of what is watched, and windows, come from the pool once, and stay. */
#define ONCE_PAGES	128
#define POOL_PAGES	48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static u32 nr_free;			/* when nothing had happened yet */

/* Of the fixture's: the window comes after them in the table. */
static struct region *region_of(unsigned i)
{
	return i < NR_TABLE ? &guest_regions.region[i] : &bars.bar[0].region;
}

/* Each place has its memory, and what may be done to it; its type is the region's. */
static void check_place(const struct region *r, u64 ipa, struct s2_attr access)
{
	struct s2_leaf leaf;

	CHECK(!stage2_lookup(&guest.s2, IPA(ipa), &leaf));
	CHECK(leaf.pa.v + (ipa - leaf.ipa.v) == ipa - r->ipa.v + r->pa.v);
	CHECK(leaf.attr.read == access.read && leaf.attr.write == access.write &&
	      leaf.attr.exec == access.exec);
	if (!work_is_done())
		return;
	CHECK(leaf.attr.memattr == r->attr.memattr && leaf.attr.sh == r->attr.sh);
	CHECK(leaf.broken ==
	      (r->watched || (r == &bars.bar[0].region && !bars.bar[0].touched)));
}

static void check_region(unsigned i)
{
	const struct region *r = region_of(i);
	struct s2_attr access = { .read = true, .write = true, .exec = i == MEMORY };

	CHECK(guest_decode(r->attr.memattr));
	CHECK(r->attr.sh == SH_NONE || r->attr.sh == SH_OUTER || r->attr.sh == SH_INNER);
	CHECK(i != NO_TAGS || !guest.mte || !s2_reaches_tags(&r->attr, &guest.caps));
	CHECK(!r->watched || i != MEMORY);
	for (u64 at = 0; at < r->size && (i < NR_TABLE || r->ipa.v); at += MIB(2)) {
		check_place(r, r->ipa.v + at, access);
		check_place(r, r->ipa.v + MIN(at + MIB(2), r->size) - 1, access);
	}
}

static void check_holes(void)
{
	static const u64 holes[] = { 0,			   BASE - 1,	 BASE + MIB(2),
				     BASE + MIB(64) - 1,   BASE + MIB(132), WINDOW - 1,
				     WINDOW + MIB(64) };
	struct s2_leaf leaf;

	for (unsigned i = 0; i < ARRAY_SIZE(holes); i++)
		CHECK(stage2_lookup(&guest.s2, IPA(holes[i]), &leaf) == -ENOENT);
}

/* Mavis's own page stays; who has not asked for `debug` has not got any of it. */
static void check_debug(void)
{
	static const u8 zeroes[PAGE_SIZE];

	CHECK(!memcmp(memory.own, zeroes, PAGE_SIZE));
	CHECK(debug_asked || !memcmp(memory.device, zeroes, PAGE_SIZE));
	CHECK(!fake_el2.borrowed);
	for (unsigned i = 0; i < 2; i++)
		CHECK(!cpus[i].debug || (debug_asked && machine.debugger));
}

static void check(void)
{
	for (unsigned i = 0; i <= FOLLOWER; i++)
		check_region(i);
	check_holes();
	check_debug();
}

static bool is_status(s64 status)
{
	static const s8 known[] = { 0, CONTROL_NOT_SUPPORTED, CONTROL_ENOENT, CONTROL_EAGAIN,
				    CONTROL_ENOMEM, CONTROL_EACCES, CONTROL_EFAULT, CONTROL_EBUSY,
				    CONTROL_EINVAL };

	for (unsigned i = 0; i < sizeof(known); i++)
		if (status == known[i])
			return true;
	return false;
}

static void run(u64 command, const u64 *args)
{
	u64 r[CONTROL_NR_RESULTS];
	s64 status;

	for (unsigned i = 0; i < CONTROL_NR_RESULTS; i++)
		r[i] = CANARY;
	status = control_run(command, args, r);
	CHECK(is_status(status));
	for (unsigned i = 0; i < CONTROL_NR_RESULTS; i++)
		CHECK(r[i] != CANARY);
}

/* What a call leaves beyond its results is as it was; one that is to be made again, all. */
static void call(u64 fid, const u64 *args)
{
	struct frame f = { 0 }, was;
	unsigned repeated = machine.nr_repeated;

	f.x[0] = fid;
	memcpy(&f.x[1], args, CONTROL_NR_ARGS * sizeof(*args));
	for (unsigned i = 1 + CONTROL_NR_ARGS; i < ARRAY_SIZE(f.x); i++)
		f.x[i] = CANARY + i;
	was = f;
	control_call(&f);
	for (unsigned i = 1 + CONTROL_NR_RESULTS; i < ARRAY_SIZE(f.x); i++)
		CHECK(f.x[i] == was.x[i]);
	if (machine.nr_repeated != repeated)
		CHECK(!memcmp(f.x, was.x, (1 + CONTROL_NR_ARGS) * sizeof(f.x[0])));
}

static void page(u64 offset, unsigned size, bool write, u64 val)
{
	u64 got = control_page_access(NULL, offset, size, write, val);

	CHECK(size >= 4 || !got);
	CHECK(size == 8 || got <= 0xffffffff);
}

/* The BAR comes to a place of its window, as hyp/bar.c has it when nothing is left to do. */
static void move_bar(unsigned where)
{
	struct bar *b = &bars.bar[0];

	if (!work_is_done())
		return;
	if (b->region.ipa.v)
		bar_unplace(b);
	if (where % 4)
		bar_place(b, WINDOW + where % 4 * MIB(4));
}

/* Mostly numbers that mean something, and some at the edges. */
static u64 number(uint8_t byte, u64 wild)
{
	static const u64 edges[] = { ~0ull, 0x100000000, 0x100000005, BIT(40), BIT(40) - 1, BIT(63),
				     BASE, BASE + MIB(64), BASE + MIB(128) - 1, WINDOW + MIB(4) };

	if (byte < 0xc0)
		return byte % 18;
	return byte < 0xf0 ? edges[byte % ARRAY_SIZE(edges)] : wild;
}

static void act(const uint8_t *p)
{
	u64 wild, args[CONTROL_NR_ARGS], command = p[1] % (CONTROL_POKE + 2);

	memcpy(&wild, p, sizeof(wild));
	wild *= 0x9e3779b97f4a7c15ull;
	for (unsigned i = 0; i < CONTROL_NR_ARGS; i++)
		args[i] = number(p[2 + i], wild);
	if (command == CONTROL_SET && p[5] & 1)
		args[2] = CONTROL_KEEP_SH;
	if (command >= CONTROL_PEEK && p[5] & 1)
		args[0] = (u64)&memory + wild % sizeof(memory);
	fake_this_cpu = &cpus[p[0] >> 4 & 1];
	fake_this_cpu->again = false;
	machine.at_stage1 = p[6] & 1 ? PAR_F : number(p[6], wild) & PAR_PA;
	switch (p[0] % 8) {
	case 0:
		call(p[5] & 2 ? wild : 0x8600ff00 + p[1] % 4, args);
		break;
	case 1:
	case 2:
		call(CONTROL_CALL(p[5] & 4 ? wild : command), args);
		break;
	case 3:
		page((p[2] * 4u + p[3] * 64u) & PAGE_MASK & ~7ull, 1u << (p[4] & 3), p[4] & 4,
		     p[4] & 8 ? wild : command);
		break;
	case 4:
		page(CONTROL_PAGE_COMMAND, 8, true, p[5] & 4 ? wild : command);
		break;
	case 5:
		move_bar(p[2]);
		break;
	case 6:
		if (work_is_done())
			bar_touch(WINDOW + p[2] % 4 * MIB(4) + p[3]);
		break;
	default:
		run(command, args);
	}
	fake_this_cpu->again = false;
}

/* All as it was at first: then the pool has what it had. */
static void put_back(void)
{
	while (!work_step())
		;
	for (unsigned i = 0; i < guest_regions.nr; i++)
		watch_stop(&guest_regions.region[i]);
	watch_stop(&bars.bar[0].region);
	if (bars.bar[0].region.ipa.v)
		bar_unplace(&bars.bar[0]);
	bar_retire(&bars.bar[0]);
	stage2_join(&guest.s2, IPA(BASE), GIB(1));
	check();
	CHECK(page_pool.nr_free == nr_free);
}

static void fake_debug(uint8_t what)
{
	debug_asked = what & 4;
	machine.debugger = what & 8;
	machine.answers = (struct range){ (u64)&memory, sizeof(memory) };
	memset(memory.device, 0, sizeof(memory.device));
	fake_el2.seen = (u64)memory.own;
	guest.caps.pa_bits = 48;
	cpus[0].debug = cpus[1].debug = false;
}

static void make(uint8_t what)
{
	static const struct mm_caps caps[] = {
		{ .pa_bits = 40 }, { .pa_bits = 40, .mte = true }, { .pa_bits = 40, .fwb = true },
		{ .pa_bits = 40, .fwb = true, .mte = true, .mte_perm = true },
	};
	static const struct s2_attr registers = { S2_DEVICE_nGnRE, SH_NONE, true, true, false };
	static bool once;
	struct region *window;

	fake_machine_reset();
	if (!once) {
		fake_el2_reset(ONCE_PAGES + POOL_PAGES);
		CHECK(!offer(&caps[0]) && !watch_start(region_of(FIXED)));
		CHECK(page_pool.next.v <= FAKE_BASE + ONCE_PAGES * PAGE_SIZE);
		once = true;
	}
	bars.bar[0] = (struct bar){ 0 };
	pool_init(&page_pool, PA(FAKE_BASE + ONCE_PAGES * PAGE_SIZE), POOL_PAGES * PAGE_SIZE);
	CHECK(!offer(&caps[what % ARRAY_SIZE(caps)]));
	window = &guest_regions.region[guest_regions.nr++];
	fake_debug(what);
	*window = (struct region){ .name = "window", .ipa = IPA(WINDOW), .pa = PA(WINDOW),
				   .size = MIB(64), .type = REGION_MMIO, .attr = registers };
	CHECK(!stage2_map(&guest.s2, window->ipa, window->pa, window->size, registers));
	CHECK(!control_offer(IPA(0), 1000, &d));
	nr_free = page_pool.nr_free;
	if (what & 0x80)
		page_pool.nr_free = nr_free = what >> 4 & 7;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	make(*data++);
	for (size--; size >= 8; data += 8, size -= 8) {
		act(data);
		check();
	}
	put_back();
	return 0;
}
