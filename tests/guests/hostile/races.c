/* SPDX-License-Identifier: Apache-2.0 */
/* What one CPU does while another changes what it stands on. */
#include "tests/guests/hostile/hostile.h"

#define HIDDEN		0x11101af4u	/* which the config hides behind a bridge */
#define BRIDGE		1
#define HEADER_TYPE	0x0e
#define COMMAND		0x04
#define BAR(n)		(0x10 + 4 * (n))
#define BUS_NUMBERS	0x18
#define GICR_STATUSR	0x10
#define SCAN_VA		(TEST_VA + MIB(64))	/* the other CPU's */

static volatile bool over;

static u32 read_config(u64 va, u64 page, u64 offset)
{
	u32 val;

	if (mmu_map(va, page, PAGE_SIZE, MAP_DEVICE))
		give_up("stage 1 cannot map configuration space");
	val = *(volatile u32 *)(va + offset);
	mmu_unmap(va, PAGE_SIZE);
	return val;
}

static void write_config(u64 page, u64 offset, unsigned size, u64 val)
{
	if (mmu_map(TEST_VA, page, PAGE_SIZE, MAP_DEVICE))
		give_up("stage 1 cannot map configuration space");
	if (size == 1)
		*(volatile u8 *)(TEST_VA + offset) = (u8)val;
	else if (size == 2)
		*(volatile u16 *)(TEST_VA + offset) = (u16)val;
	else
		*(volatile u32 *)(TEST_VA + offset) = (u32)val;
	mmu_unmap(TEST_VA, PAGE_SIZE);
}

struct scan {
	u64 ecam;
	struct tally tally;
};

/* The first function of every bus but the first. */
static void scan(void *arg)
{
	struct scan *s = arg;

	while (!over) {
		u64 bus = s->ecam + (1 + any() % 16) * MIB(1);

		count(&s->tally, read_config(SCAN_VA, bus, 0) != HIDDEN, "hidden function", bus);
	}
}

static void renumber(struct tally *t, u64 bridge, u64 ecam)
{
	unsigned size = 1u << any() % 3, bus = any() & 15;
	u64 numbers = bus << 8 | (any() & 1 ? bus : any() & 0xff) << 16;

	write_config(bridge, BUS_NUMBERS + (any() & 3 & ~(size - 1)), size,
		     size == 4 ? numbers : any() & 0x0f0f);
	bus = read_config(TEST_VA, bridge, BUS_NUMBERS) >> 8 & 0xff;
	if (bus)
		count(t, read_config(TEST_VA, ecam + bus * MIB(1), 0) != HIDDEN,
		      "hidden function", bus);
}

/* Bridges of the first bus get any numbers, and the other CPU looks for what is behind them. */
void attack_buses(struct tally *t)
{
	for (unsigned i = 0; i < host.nr_mmio && asked_for("hidden"); i++) {
		struct scan s = { .ecam = host.mmio[i].range.base };

		if (host.mmio[i].kind != HOST_PCI_ECAM)
			continue;
		/* Stage 1's tables are there then: only this CPU adds any. */
		read_config(SCAN_VA, s.ecam, 0);
		read_config(TEST_VA, s.ecam, 0);
		over = false;
		other_call(scan, &s);
		for (unsigned dev = 0; dev < 32; dev++) {
			u64 function = s.ecam + dev * 8 * PAGE_SIZE;
			u32 type = read_config(TEST_VA, function, HEADER_TYPE & ~3ul) >> 16;

			if ((type & 0x7f) != BRIDGE)
				continue;
			for (unsigned n = 0; n < (thorough ? 20000u : 1500u); n++)
				renumber(t, function, s.ecam);
		}
		over = true;
		other_finish();
		t->tried += s.tally.tried;
		t->withstood += s.tally.withstood;
	}
}

struct regions {
	u64 table, bar;			/* numbers of the adjustable ones; 0: there is none */
	u64 attr;
	struct tally tally;
};

/* By what the config of tests/system/test_hostile.py has. */
static struct regions find_regions(void)
{
	struct regions found = { 0 };
	u64 nr = control(CONTROL_INFO, 0, 0, 0).r[0];

	for (u64 i = 0; i < nr; i++) {
		struct call_result c = control(CONTROL_REGION, i, 0, 0);

		if (!(c.r[3] >> 32 & CONTROL_FLAG_ADJUSTABLE))
			continue;
		if (c.r[3] >> 32 & CONTROL_FLAG_BAR) {
			found.bar = i;
		} else {
			found.table = i;
			found.attr = c.r[4] & 15;
		}
	}
	return found;
}

#define NON_CACHEABLE	5

static bool is_answer(s64 status)
{
	return !status || status == CONTROL_EBUSY || status == CONTROL_ENOMEM;
}

/* Cacheable and not, again and again: caches are cleaned in between, and nothing leads there. */
static void change(void *arg)
{
	struct regions *r = arg;

	while (!over) {
		u64 which = r->table && any() & 1 ? r->table : r->bar ? r->bar : r->table;
		u64 to = any() & 1 ? NON_CACHEABLE : r->attr;
		s64 status = control(CONTROL_SET, which, to, CONTROL_KEEP_SH).status;

		count(&r->tally, is_answer(status), "SET", (u64)status);
	}
}

/* A card is sized, moved and turned off while its region changes. */
static void size_and_move(struct tally *t, u64 function)
{
	static const u32 values[] = { ~0u, 0, 0x10000000, 0x10400000, 0x20000004 };
	u64 offset = any() & 1 ? COMMAND : BAR(any() % 6);

	write_config(function, offset, 4, offset == COMMAND ? any() & 2 : values[any() % 5]);
	count(t, true, "BAR", offset);
}

static u64 write_word(u64 addr, u64 n, u64 val)
{
	(void)n;
	*(volatile u32 *)addr = (u32)val;
	return 0;
}

/*
 * Stage 1's tables for an address lie in what the other CPU changes: an access by them that EL2
 * carries out is carried out, or is tried again.
 */
static void use_tables(struct tally *t, const struct regions *r)
{
	u64 ipa = control(CONTROL_REGION, r->table, 0, 0).r[0];
	u64 va = TEST_VA - BIT(39), *root = (u64 *)(read_sysreg(ttbr0_el1) & GENMASK(47, 12));
	u64 *tables = (u64 *)ipa, *slot = &root[va >> 39 & 511];
	u64 gicr = host.gic.gicr[0].base;

	if (mmu_map(ipa, ipa, 3 * PAGE_SIZE, MAP_DATA))
		give_up("stage 1 cannot map its own tables");
	for (unsigned i = 0; i < 3 * 512; i++)
		tables[i] = 0;
	tables[va >> 30 & 511] = (ipa + PAGE_SIZE) | 3;
	tables[512 + (va >> 21 & 511)] = (ipa + 2 * PAGE_SIZE) | 3;
	tables[1024 + (va >> 12 & 511)] = gicr | INDEX_DEVICE << 2 | BIT(10) | GENMASK(54, 53) | 3;
	cache_flush(ipa, 3 * PAGE_SIZE);
	mmu_unmap(ipa, 3 * PAGE_SIZE);
	*(volatile u64 *)slot = ipa | 3;
	dsb(ish);
	isb();
	over = false;
	other_call(change, (void *)r);
	for (unsigned i = 0; i < (thorough ? 100000u : 5000u); i++) {
		struct attempt a;

		attempt(&a, write_word, va + GICR_STATUSR, 1, 0);
		count(t, !a.faulted, "access by tables that change", a.esr);
	}
	over = true;
	other_finish();
	*(volatile u64 *)slot = 0;
	dsb(ish);
	asm volatile("tlbi vmalle1is" : : : "memory");
	dsb(ish);
	isb();
}

static void move_bars(struct tally *t, struct regions *r)
{
	for (unsigned i = 0; i < host.nr_mmio; i++) {
		if (host.mmio[i].kind != HOST_PCI_ECAM)
			continue;
		over = false;
		other_call(change, r);
		for (unsigned n = 0; n < (thorough ? 20000u : 1000u); n++)
			size_and_move(t, host.mmio[i].range.base + (any() & 7) * 8 * PAGE_SIZE);
		over = true;
		other_finish();
	}
}

void attack_races(struct tally *t)
{
	struct regions r = find_regions();

	if (!other_is_there())
		return;
	if (r.bar)
		move_bars(t, &r);
	if (r.table && host.gic.version == 3 && host.gic.nr_gicr)
		use_tables(t, &r);
	t->tried += r.tally.tried;
	t->withstood += r.tally.withstood;
}
