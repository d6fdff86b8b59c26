/* SPDX-License-Identifier: Apache-2.0 */
/* An ITS's registers, and how it is taken over: with hardware that does as it is told here. */
#define DRIVERS_IO_H			/* these are in its place */
#include "tests/unit/test.h"

#include <libfdt.h>

#include "lib/types.h"

static u32 read32(u64 addr);
static u64 read64(u64 addr);
static void write32(u64 addr, u32 val);
static void write64(u64 addr, u64 val);

#include "hyp/its.c"
#include "boot/guest/its.c"

#include "tests/unit/fake_el2.h"

#define FRAME		((u64)hw.frame)
#define TYPER		0x1f0001efb1ul		/* QEMU's: 16 bits of devices and events */
#define CPUS		4u

static struct {
	u8 frame[65536] __attribute__((aligned(65536)));
	u64 typer, cbaser, cwriter, creadr, baser[8], ro[8], sticks;
	u32 ctlr, iidr, pidr2;
	bool restless, held, stalled;
	unsigned retries;
} hw;

static u8 memory[MIB(4)] __attribute__((aligned(65536)));
static u8 queue[4 * PAGE_SIZE] __attribute__((aligned(65536)));
static u64 tree[64];
static struct host host;
static struct config config;
static struct region_table regions;
static struct diag d;
static struct its *its;

static u32 read32(u64 addr)
{
	switch (addr - FRAME) {
	case GITS_CTLR:
		return hw.ctlr | (hw.restless ? 0 : GITS_CTLR_QUIESCENT);
	case GITS_IIDR:
		return hw.iidr;
	case GITS_PIDR2:
		return hw.pidr2;
	default:
		return addr - FRAME < sizeof(hw.frame) ? 0 : *(u32 *)addr;
	}
}

static u64 read64(u64 addr)
{
	u64 reg = addr - FRAME;

	if (addr - FAKE_WINDOW < PAGE_SIZE) {
		assert_true(fake_el2.looks_at);
		return *(u64 *)(fake_el2.looks_at + (addr - FAKE_WINDOW));
	}
	if (reg >= sizeof(hw.frame))
		return *(u64 *)addr;
	if (reg == GITS_TYPER)
		return hw.typer;
	if (reg == GITS_CBASER)
		return hw.cbaser & hw.sticks;
	if (reg == GITS_CREADR)
		return hw.creadr | hw.stalled;
	if (reg >= GITS_BASER(0) && reg < GITS_BASER(8))
		return (hw.baser[(reg - GITS_BASER(0)) / 8] & hw.sticks) |
		       hw.ro[(reg - GITS_BASER(0)) / 8];
	return 0;
}

static void write32(u64 addr, u32 val)
{
	if (addr - FRAME == GITS_CTLR)
		hw.ctlr = val;
}

static void write64(u64 addr, u64 val)
{
	u64 reg = addr - FRAME;

	if (reg == GITS_CBASER) {
		hw.cbaser = val;
		hw.creadr = 0;
	} else if (reg == GITS_CWRITER) {
		hw.retries += val & CWRITER_RETRY;
		hw.cwriter = val & ~CWRITER_RETRY;
		if (!hw.held)
			hw.creadr = hw.cwriter;
	} else if (reg >= GITS_BASER(0) && reg < GITS_BASER(8)) {
		assert_false(hw.ctlr & GITS_CTLR_ENABLED || hw.restless);
		hw.baser[(reg - GITS_BASER(0)) / 8] = val & ~GITS_BASER_RO;
	}
}

static void add_region(void *base, u64 size)
{
	regions.region[regions.nr++] = (struct region){
		.ipa = IPA(base), .pa = PA(base), .size = size, .type = REGION_RAM,
		.attr = { .read = true, .write = true },
	};
}

static int make_hardware(void **state)
{
	(void)state;
	memset(&hw, 0, sizeof(hw));
	hw.typer = TYPER;
	hw.pidr2 = 0x3b;
	hw.sticks = ~0ull;
	hw.ctlr = GITS_CTLR_ENABLED;
	hw.ro[0] = 1ul << 56 | 7ul << 48;
	hw.ro[1] = 4ul << 56 | 7ul << 48;
	hw.ro[2] = 2ul << 56 | 7ul << 48;		/* vPEs */
	hw.baser[0] = GITS_VALID | 0x12340000;

	memset(memory, 0xa5, sizeof(memory));
	memset(&host, 0, sizeof(host));
	assert_int_equal(fdt_create_empty_tree(tree, sizeof(tree)), 0);
	host.fdt = tree;
	host.gic.version = 3;
	host.gic.nr_its = 1;
	host.gic.its[0] = (struct host_its){ .range = { FRAME, KIB(128) }, .enabled = true };
	host.nr_memory = 1;
	host.memory[0] = (struct range){ (u64)memory, sizeof(memory) };

	regions.nr = 0;
	add_region(queue, sizeof(queue));
	guest.regions = &regions;
	fake_el2_reset(16);
	gic_init(16);
	for (u64 n = 0; n < CPUS; n++)
		gic_add_redistributor(GIB(1) + n * GICR_FRAME, n << 8);
	return 0;
}

static void in_block(u64 val, u64 size)
{
	assert_true(val & GITS_VALID);
	assert_true(range_contains(fake_el2.kept,
				   (struct range){ val & GENMASK(47, 12), size }));
}

static int take_all(void)
{
	int err = its_stop(&host, &d);

	return err ? err : its_take(&host, &config, &d);
}

static void a_loaders_tables_are_let_go_of(void **state)
{
	(void)state;
	host.gic.its[0].enabled = false;		/* nor is it touched */
	assert_int_equal(take_all(), 0);
	assert_int_equal(hw.ctlr, GITS_CTLR_ENABLED);
	assert_false(host.gic.its[0].given);

	host.gic.its[0].enabled = true;
	hw.pidr2 = 0;
	assert_int_equal(take_all(), 0);
	assert_false(host.gic.its[0].given);
	hw.pidr2 = 0x3b;

	hw.restless = true;
	assert_int_equal(its_stop(&host, &d), -EBUSY);
	assert_non_null(strstr(d.text, "does not come to rest"));
	assert_int_equal(hw.ctlr, 0);
	hw.restless = false;

	host.nr_memory = 0;
	assert_int_equal(take_all(), 0);
	assert_false(host.gic.its[0].given);
	assert_int_equal(hw.baser[0] | hw.cbaser | hw.ctlr, 0);
}

/* Before it is known whether the config withholds it; and after the move. */
static void it_comes_to_rest_without_being_taken(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(its_stop(&host, &d), 0);
		assert_int_equal(hw.baser[0] | hw.cbaser | hw.ctlr, 0);
		assert_int_equal(fake_el2.kept.size, 0);
		assert_false(host.gic.its[0].given);
	}
	host.gic.its[0].withheld = true;
	assert_int_equal(its_take(&host, &config, &d), 0);
	assert_false(host.gic.its[0].given);
	assert_int_equal(hw.baser[0] | hw.cbaser | hw.ctlr, 0);
}

static void a_gic_without_lpis_has_no_its(void **state)
{
	(void)state;
	gic_init(0);
	assert_int_equal(take_all(), 0);
	assert_int_equal(hw.ctlr, GITS_CTLR_ENABLED);
	assert_false(host.gic.its[0].given);
}

static void hardware_that_reaches_the_low_4_gib_gets_no_more(void **state)
{
	static const char compatible[] = "some,board\0rockchip,rk3568";

	(void)state;
	hw.iidr = 0x0201743b;
	assert_int_equal(fdt_setprop(tree, 0, "compatible", compatible, sizeof(compatible)), 0);
	assert_int_equal(take_all(), 0);
	assert_false(host.gic.its[0].given);		/* memory[] is above */
}

static void plan_is(u64 typer, bool two_levels, unsigned codes, struct its_plan *p)
{
	*p = (struct its_plan){
		.typer = typer,
		.id_bits = 16,
		.device_bits = GITS_TYPER_DEVICE_BITS(typer),
		.device = {
			.there = true, .codes = (u8)codes, .two_levels = two_levels, .entry = 8,
		},
		.collection = { .there = true, .codes = (u8)codes, .entry = 8 },
	};
	its_plan(p);
}

static void tables_fit_what_the_hardware_takes(void **state)
{
	struct its_plan p;

	(void)state;
	plan_is(TYPER, true, 7, &p);			/* two levels of 4 KiB */
	assert_true(p.device.indirect && !p.device.code && p.device.pages == 1);
	assert_int_equal(p.page_id_shift, 9);
	assert_int_equal(p.device_ids, 65536);
	assert_int_equal(p.nr_collections, 4096);
	assert_true(p.nr_units * ITS_UNIT >= 65536 * 12 + KIB(256));

	plan_is(TYPER, true, 4, &p);			/* of 64 KiB */
	assert_true(p.device.indirect && p.device.code == 2 && p.device.pages == 1);
	assert_int_equal(p.page_id_shift, 13);
	assert_true(IS_ALIGNED(p.device.at | p.collection.at | p.heap, KIB(64)));

	plan_is((TYPER & ~GENMASK(17, 13)) | 10 << 13, true, 4, &p);	/* less than one of them */
	assert_true(p.device.indirect && p.device.pages == 1);
	assert_int_equal(p.device_ids, 2048);

	plan_is(TYPER, false, 7, &p);			/* flat: 512 KiB */
	assert_true(!p.device.indirect && p.device.pages == 128 && p.device_ids == 65536);

	plan_is((TYPER & ~GENMASK(17, 13)) | 18 << 13, false, 2, &p);	/* a Hip07's */
	assert_true(!p.device.indirect && p.device.pages == 256 && p.device_ids == 0x80000);

	plan_is((TYPER & ~GENMASK(17, 13)) | 19 << 13, false, 4, &p);	/* an AM65x's, as Linux */
	assert_true(p.device.pages == 64 && p.device_ids == 0x80000);

	plan_is((TYPER & ~GENMASK(17, 13)) | 23 << 13, false, 1, &p);
	assert_int_equal(p.device.pages, 256);		/* 24 bits do not fit */
	assert_int_equal(p.device_ids, MIB(1) / 8);

	plan_is((TYPER & ~GENMASK(17, 13)) | 31ul << 13, true, 1, &p);
	assert_int_equal(p.device_ids, MIB(1) / 8 * 512);

	p.collection.there = false;
	p.typer |= 5ul << 24;				/* HCC */
	its_plan(&p);
	assert_int_equal(p.nr_collections, 5);
	assert_true(p.nr_units <= 0xffff && IS_ALIGNED(p.size, PAGE_SIZE));
}

static void taken(void **state)
{
	(void)state;
	if (its)
		return;
	hw.typer |= BIT(1) | BIT(37) | BIT(39) | BIT(40);	/* GICv4.1 */
	assert_int_equal(take_all(), 0);
	assert_true(host.gic.its[0].given);
	its = mmio_find(IPA(FRAME))->arg;

	in_block(hw.baser[0], PAGE_SIZE);
	in_block(hw.baser[1], KIB(32));
	in_block(hw.cbaser, PAGE_SIZE);
	assert_true(hw.baser[0] & GITS_BASER_INDIRECT);
	assert_int_equal(hw.baser[0] & GITS_SH_MASK, GITS_SH_INNER);
	assert_int_equal(hw.baser[2], 0);
	assert_int_equal(hw.ctlr, 0);
	assert_false(its->clean);
	assert_true(range_contains(host.reserved[0].range, fake_el2.kept));
	for (u64 at = hw.baser[0] & GENMASK(47, 12), n = 0; n < PAGE_SIZE; n++)
		assert_int_equal(((u8 *)at)[n], 0);
}

static u64 load(u64 offset, unsigned size)
{
	return mmio_loaded(its_access(its, offset, size, false, 0), size, false, true);
}

static void store(u64 offset, unsigned size, u64 val)
{
	its_access(its, offset, size, true, val);
}

static void the_guest_sees_a_gicv3s(void **state)
{
	taken(state);
	hw.pidr2 = 0x4b;
	assert_int_equal(load(GITS_TYPER, 8), TYPER & ~GENMASK(45, 37));
	assert_int_equal(load(GITS_TYPER + 4, 4), TYPER >> 32 & ~GENMASK(13, 5));
	/* With the pages that a program expects which does not try others. */
	assert_int_equal(load(GITS_BASER(0), 8), hw.ro[0] | 2 << 8);
	assert_int_equal(load(GITS_BASER(2), 8), 0);
	assert_int_equal(load(GITS_CTLR, 4), GITS_CTLR_QUIESCENT);
	assert_int_equal(load(0x40, 8) | load(0x18, 4) | load(0x7f8, 8) | load(GITS_CTLR, 2), 0);
	assert_int_equal(its_access_id(its, GITS_PIDR2 & PAGE_MASK, 4, false, 0), 0x4b);
	assert_int_equal(its_access_id(its, 0, 4, false, 0), 0);
}

/* As Linux compares it; the hardware's tables stay Mavis's. */
static void tables_read_back_as_written(void **state)
{
	const u64 val = GITS_VALID | GITS_BASER_INDIRECT | GITS_INNER_WB | GITS_SH_INNER |
			0x45670000 | 2 << 8;
	u64 was;

	taken(state);
	was = hw.baser[0];
	store(GITS_BASER(0), 8, val | 0xfful << 48);
	assert_int_equal(load(GITS_BASER(0), 8), (val | 7ul << 53) | hw.ro[0]);
	store(GITS_BASER(0), 4, 0x89ab0000);
	assert_int_equal(load(GITS_BASER(0), 4), 0x89ab0000);
	assert_int_equal(load(GITS_BASER(0) + 4, 4) >> 31, 1);
	store(GITS_BASER(2), 8, ~0ull);
	assert_int_equal(load(GITS_BASER(2), 8), 0);
	assert_int_equal(hw.baser[0], was);
	store(GITS_BASER(0), 8, 0);
}

static void enable(u64 cbaser)
{
	store(GITS_CTLR, 4, 0);
	store(GITS_CBASER, 8, cbaser);
	store(GITS_CTLR, 4, 1);
}

static void it_comes_on_with_a_queue_in_the_guests_memory(void **state)
{
	const u64 base = (u64)queue, end = base + sizeof(queue);

	taken(state);
	enable(base);
	assert_int_equal(hw.ctlr, 0);
	enable(GITS_VALID | end);
	assert_int_equal(hw.ctlr, 0);
	enable(GITS_VALID | (base + PAGE_SIZE) | 3);
	assert_int_equal(hw.ctlr, 0);
	enable(GITS_VALID | base | 3);
	assert_int_equal(hw.ctlr, 1);
	in_block(hw.cbaser, PAGE_SIZE);

	store(GITS_CBASER, 8, GITS_VALID | base);	/* not while it is on */
	store(GITS_BASER(1), 8, GITS_VALID);
	assert_int_equal(load(GITS_CBASER, 8), GITS_VALID | base | 3);
	assert_int_equal(load(GITS_BASER(1), 8), hw.ro[1] | 2 << 8);

	store(GITS_CTLR, 4, 0);
	hw.restless = true;				/* nor before it has come to rest */
	store(GITS_CBASER, 8, GITS_VALID | base);
	store(GITS_CTLR, 4, 1);
	assert_int_equal(hw.ctlr, 0);
	hw.restless = false;
	assert_int_equal(load(GITS_CBASER, 8), GITS_VALID | base | 3);
}

static void put(unsigned n, u64 dw0, u64 dw1, u64 dw2)
{
	u64 *cmd = (u64 *)(queue + n % (sizeof(queue) / ITS_CMD_SIZE) * ITS_CMD_SIZE);

	cmd[0] = dw0;
	cmd[1] = dw1;
	cmd[2] = dw2;
	cmd[3] = 0;
}

static void begin(void **state)
{
	taken(state);
	hw.held = hw.stalled = false;
	load(GITS_CREADR, 4);
	enable(GITS_VALID | (u64)queue | 3);
	fake_this_cpu->count[COUNT_ITS_REFUSED] = 0;
}

static u64 posted(unsigned back, unsigned word)
{
	u64 at = (its->tail + ITS_QUEUE_SIZE - back * ITS_CMD_SIZE) % ITS_QUEUE_SIZE;

	return ((u64 *)(its->queue + at))[word];
}

static void commands_are_done_when_the_hardware_says_so(void **state)
{
	begin(state);
	hw.held = true;
	put(0, 0x09, 0, GITS_VALID | 1 << 16 | 3);
	put(1, 0x05, 0, 1 << 16);
	store(GITS_CWRITER, 4, 2 * ITS_CMD_SIZE);
	assert_int_equal(load(GITS_CWRITER, 8), 2 * ITS_CMD_SIZE);
	assert_int_equal(load(GITS_CREADR, 4), 0);
	assert_int_equal(posted(2, 2), GITS_VALID | 1 << 16 | 3);
	assert_int_equal(posted(1, 0), 0x05);
	hw.creadr = hw.cwriter;
	assert_int_equal(load(GITS_CREADR, 4), 2 * ITS_CMD_SIZE);
}

/* EL2 sees a page of the queue as long as commands come from it, and none while the ITS is off. */
static void the_queue_is_seen_a_page_at_a_time(void **state)
{
	const unsigned in_page = PAGE_SIZE / ITS_CMD_SIZE;

	begin(state);
	fake_el2.nr_looked = fake_el2.nr_again = 0;
	for (unsigned n = 0; n < in_page + 2; n++) {
		put(n, 0x05, 0, n % CPUS << 16);
		store(GITS_CWRITER, 4, (n + 1) * ITS_CMD_SIZE);
		assert_int_equal(load(GITS_CREADR, 4), (n + 1) * ITS_CMD_SIZE);
		assert_int_equal(fake_el2.looks_at, (u64)queue + n / in_page * PAGE_SIZE);
		assert_int_equal(posted(1, 2), n % CPUS << 16);
	}
	assert_int_equal(fake_el2.nr_looked, 2);
	assert_int_equal(fake_el2.nr_again, in_page);
	store(GITS_CTLR, 4, 0);
	assert_int_equal(fake_el2.looks_at, 0);
}

static void what_is_refused_is_skipped_and_counted(void **state)
{
	u32 tail;

	begin(state);
	tail = its->tail;
	put(0, 0x08 | 5ul << 32, 31, GITS_VALID);		/* more events than there are */
	put(1, 0x29, 0, GITS_VALID);
	put(2, 0x05, 0, 3 << 16);
	store(GITS_CWRITER, 8, 3 * ITS_CMD_SIZE);
	assert_int_equal(load(GITS_CREADR, 8), 3 * ITS_CMD_SIZE);
	assert_int_equal(fake_this_cpu->count[COUNT_ITS_REFUSED], 2);
	assert_int_equal(its->tail, (tail + ITS_CMD_SIZE) % ITS_QUEUE_SIZE);
}

static void a_trap_is_bounded_and_the_next_goes_on(void **state)
{
	unsigned nr = sizeof(queue) / ITS_CMD_SIZE - 1, looks = 0;

	begin(state);
	for (unsigned n = 0; n < nr; n++)
		put(n, 0x05, 0, n % CPUS << 16);
	store(GITS_CWRITER, 4, nr * ITS_CMD_SIZE);
	assert_in_range(its->regs.creadr, ITS_CMD_SIZE, TRAP_COST * ITS_CMD_SIZE);
	while (load(GITS_CREADR, 4) != nr * ITS_CMD_SIZE)
		assert_true(++looks < 10);
	assert_true(looks > 0);

	/* over the end of the queue */
	put(nr, 0x05, 0, 0);
	put(nr + 1, 0x05, 0, 2 << 16);
	store(GITS_CWRITER, 4, ITS_CMD_SIZE);
	assert_int_equal(load(GITS_CREADR, 4), ITS_CMD_SIZE);
	assert_int_equal(posted(1, 2), 2 << 16);
	assert_int_equal(fake_this_cpu->count[COUNT_ITS_REFUSED], 0);

	store(GITS_CWRITER, 4, sizeof(queue));			/* beyond it: not taken */
	assert_int_equal(load(GITS_CWRITER, 4), ITS_CMD_SIZE);
	store(GITS_CBASER, 8, 0);				/* on: nor is this */
	store(GITS_CTLR, 4, 0);
	store(GITS_CBASER, 8, GITS_VALID | (u64)queue | 3);
	assert_int_equal(load(GITS_CREADR, 8) | load(GITS_CWRITER, 8), 0);
}

static void a_command_that_stalls_is_replaced(void **state)
{
	begin(state);
	hw.held = true;
	put(0, 0x09, 0, GITS_VALID | 1 << 16 | 3);
	put(1, 0x0d, 0, 3);
	hw.creadr = its->tail;
	hw.stalled = true;
	hw.retries = 0;
	store(GITS_CWRITER, 4, 2 * ITS_CMD_SIZE);
	assert_true(hw.retries > 0);
	assert_int_equal(posted(2, 0), 0x05);
	assert_int_equal(posted(1, 0), 0x0d);
	hw.creadr = hw.cwriter;					/* QEMU leaves Stalled as it is */
	assert_int_equal(load(GITS_CREADR, 4), 2 * ITS_CMD_SIZE);
	assert_true(fake_this_cpu->count[COUNT_ITS_REFUSED] > 0);
	hw.stalled = false;
}

static unsigned units_in_use(void)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < its->nr_units / 64u; i++)
		nr += (unsigned)__builtin_popcountll(its->used[i]);
	return nr;
}

static void tables_that_go_take_their_devices_with_them(void **state)
{
	begin(state);
	store(GITS_CTLR, 4, 0);
	store(GITS_BASER(0), 8, GITS_VALID | 0x10000);
	store(GITS_CTLR, 4, 1);
	for (unsigned n = 0; n < 3; n++)
		put(n, 0x08 | (u64)n << 32, 4, GITS_VALID | 0x1000);
	store(GITS_CWRITER, 4, 3 * ITS_CMD_SIZE);
	assert_int_equal(load(GITS_CREADR, 4), 3 * ITS_CMD_SIZE);
	assert_int_equal(its->nr_devices, 3);
	in_block(posted(1, 2), 1);

	store(GITS_CTLR, 4, 0);
	store(GITS_BASER(0), 8, 0);
	assert_int_equal(its->nr_devices, 3);
	store(GITS_BASER(0), 8, GITS_VALID | 0x20000);
	store(GITS_CTLR, 4, 1);
	assert_int_equal(its->nr_devices, 0);
	assert_int_equal(units_in_use(), PAGE_SIZE / ITS_UNIT);	/* of the device table */
	assert_int_equal((u8)posted(1, 0), 0x08);
	assert_int_equal(posted(1, 2), 0);

	store(GITS_CTLR, 4, 0);				/* off and on again takes nothing away */
	put(3, 0x08 | 7ul << 32, 4, GITS_VALID);
	store(GITS_CTLR, 4, 1);
	store(GITS_CWRITER, 4, 4 * ITS_CMD_SIZE);
	store(GITS_CTLR, 4, 0);
	store(GITS_BASER(0), 8, GITS_VALID | 0x20000);
	store(GITS_CTLR, 4, 1);
	assert_int_equal(its->nr_devices, 1);

	store(GITS_CTLR, 4, 0);				/* another table, as after kexec */
	store(GITS_BASER(0), 8, GITS_VALID | 0x30000);
	store(GITS_CTLR, 4, 1);
	assert_int_equal(its->nr_devices, 0);
}

static void shareability_is_the_hardwares_choice(void **state)
{
	struct its other = { .pa = FRAME };

	(void)state;
	hw.ctlr = 0;
	hw.sticks = ~GITS_SH_MASK;
	assert_int_equal(write_attr(&other, FRAME + GITS_BASER(0), GITS_VALID | 0x10000),
			 GITS_VALID | 0x10000);
	assert_true(other.clean);
	assert_int_equal(hw.baser[0], GITS_VALID | 0x10000 | GITS_INNER_NC);
}

/* In this order: the frame stays registered, with the first that is given. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_loaders_tables_are_let_go_of, make_hardware),
		cmocka_unit_test_setup(it_comes_to_rest_without_being_taken, make_hardware),
		cmocka_unit_test_setup(a_gic_without_lpis_has_no_its, make_hardware),
		cmocka_unit_test_setup(hardware_that_reaches_the_low_4_gib_gets_no_more,
				       make_hardware),
		cmocka_unit_test(tables_fit_what_the_hardware_takes),
		cmocka_unit_test_setup(shareability_is_the_hardwares_choice, make_hardware),
		cmocka_unit_test_setup(the_guest_sees_a_gicv3s, make_hardware),
		cmocka_unit_test(tables_read_back_as_written),
		cmocka_unit_test(it_comes_on_with_a_queue_in_the_guests_memory),
		cmocka_unit_test(commands_are_done_when_the_hardware_says_so),
		cmocka_unit_test(the_queue_is_seen_a_page_at_a_time),
		cmocka_unit_test(what_is_refused_is_skipped_and_counted),
		cmocka_unit_test(a_trap_is_bounded_and_the_next_goes_on),
		cmocka_unit_test(a_command_that_stalls_is_replaced),
		cmocka_unit_test(tables_that_go_take_their_devices_with_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
