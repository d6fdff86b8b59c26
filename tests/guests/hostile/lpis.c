/* SPDX-License-Identifier: Apache-2.0 */
/* LPIs with tables that are not the guest's: a redistributor reads and writes them past stage 2. */
#include "lib/range.h"
#include "tests/guests/hostile/hostile.h"

#define GICD_TYPER	0x04
#define GICD_TYPER_LPIS	BIT(17)
#define GICR_CTLR	0x00
#define ENABLE_LPIS	BIT(0)
#define GICR_TYPER	0x08
#define TYPER_VLPIS	BIT(1)
#define TYPER_LAST	BIT(4)
#define GICR_PROPBASER	0x70
#define GICR_PENDBASER	0x78
#define FRAME		KIB(64)

#define CONFIG_ADDR	GENMASK(51, 12)
#define PENDING_ADDR	GENMASK(51, 16)
#define ID_BITS		GENMASK(4, 0)
#define LPI_FIRST	8192ul
#define MIN_ID_BITS	14ul

/* Pages on either side of a border: more than a table has. */
#define REACH		17

static u8 config[KIB(64)] __attribute__((aligned(KIB(64))));
static u8 pending[KIB(64)] __attribute__((aligned(KIB(64))));
static u64 id_bits;			/* of an INTID, by GICD_TYPER */

/* With an address of its own each: EL2 carries out what changes no address register. */
static void __attribute__((noinline)) put(u64 reg, u64 val)
{
	*(volatile u64 *)(TEST_VA + reg) = val;
}

static void __attribute__((noinline)) put_half(u64 reg, u64 val)
{
	*(volatile u32 *)(TEST_VA + reg) = (u32)val;
}

static u64 __attribute__((noinline)) get(u64 reg)
{
	return *(volatile u64 *)(TEST_VA + reg);
}

static bool lpis_on(void)
{
	return *(volatile u32 *)(TEST_VA + GICR_CTLR) & ENABLE_LPIS;
}

/* What is the guest's, and no device's. */
static bool is_memory(struct range r)
{
	for (unsigned i = 0; i < host.nr_mmio; i++)
		if (ranges_overlap(host.mmio[i].range, r))
			return false;
	return is_own(r);
}

/* LPIs are off, or all that the redistributor uses, by what its registers say, is the guest's. */
static bool is_contained(void)
{
	u64 prop = get(GICR_PROPBASER), pend = get(GICR_PENDBASER);
	u64 bits = MAX(MIN((prop & ID_BITS) + 1, id_bits), MIN_ID_BITS);

	return !lpis_on() ||
	       (is_memory((struct range){ prop & CONFIG_ADDR, BIT(bits) - LPI_FIRST }) &&
		is_memory((struct range){ pend & PENDING_ADDR, BIT(bits) / 8 }));
}

static void turn_on(u64 prop, u64 pend)
{
	put_half(GICR_CTLR, 0);
	put(GICR_PROPBASER, prop);
	put(GICR_PENDBASER, pend);
	put_half(GICR_CTLR, ENABLE_LPIS);
}

static bool turn_on_own(void)
{
	turn_on((u64)config | (id_bits - 1), (u64)pending);
	return lpis_on();
}

/* In halves, and while LPIs are on with tables that they may have. */
static void try_late(struct tally *t, u64 reg, u64 val)
{
	count(t, turn_on_own(), "LPIs with tables of the guest's own", reg);
	put(reg, val);
	put_half(reg, val);
	count(t, is_contained(), "table of LPIs that are on", val);
	put_half(GICR_CTLR, 0);
	put_half(reg, val);
	put_half(reg + 4, val >> 32);
	put_half(GICR_CTLR, ENABLE_LPIS);
	count(t, is_contained(), "table by halves", val);
}

/* For as many LPIs as there may be, for few, and with all bits beside the address. */
static void try_page(struct tally *t, u64 page)
{
	static const u64 numbers[] = { 0, 13, 15, 31, ~CONFIG_ADDR };

	page &= CONFIG_ADDR;
	for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++) {
		turn_on(page | numbers[i], (u64)pending);
		count(t, is_contained(), "configuration table", page | numbers[i]);
		turn_on((u64)config | (numbers[i] & ID_BITS), page | numbers[i]);
		count(t, is_contained(), "pending table", page | numbers[i]);
	}
	try_late(t, GICR_PROPBASER, page | (id_bits - 1));
	try_late(t, GICR_PENDBASER, page);
}

static void try_border(struct tally *t, u64 border)
{
	for (u64 off = 0; off <= REACH * PAGE_SIZE; off += PAGE_SIZE) {
		try_page(t, border + off);
		try_page(t, border - off);
	}
}

static void try_redistributor(struct tally *t)
{
	struct range r;

	for (unsigned i = 0; own_range(i, &r); i++) {
		if (!thorough && !is_memory((struct range){ r.base, PAGE_SIZE }) &&
		    !is_memory((struct range){ range_end(r) - PAGE_SIZE, PAGE_SIZE }))
			continue;
		try_border(t, r.base);
		try_border(t, range_end(r));
	}
	for (unsigned bit = 12; bit < 64; bit++)
		try_page(t, BIT(bit));
	for (unsigned i = 0; i < (thorough ? 2000u : 100u); i++)
		try_page(t, outside());
	put_half(GICR_CTLR, 0);
}

static void map(u64 page)
{
	if (mmu_map(TEST_VA, page, PAGE_SIZE, MAP_DEVICE))
		give_up("stage 1 cannot map a device");
}

/* By the first redistributor of each region, and by all where there is time. */
void attack_lpis(struct tally *t)
{
	u32 typer;

	if (host.gic.version != 3)
		return;
	map(host.gic.gicd.base);
	typer = *(volatile u32 *)(TEST_VA + GICD_TYPER);
	mmu_unmap(TEST_VA, PAGE_SIZE);
	if (!(typer & GICD_TYPER_LPIS))
		return;
	id_bits = FIELD(typer, 23, 19) + 1;
	for (unsigned i = 0; i < host.gic.nr_gicr; i++) {
		struct range r = host.gic.gicr[i];
		bool last = false;

		while (r.size && !last) {
			u64 size;

			map(r.base);
			try_redistributor(t);
			last = !thorough || get(GICR_TYPER) & TYPER_LAST;
			size = (get(GICR_TYPER) & TYPER_VLPIS ? 4 : 2) * FRAME;
			mmu_unmap(TEST_VA, PAGE_SIZE);
			r.base += size;
			r.size -= size;
		}
	}
}
