/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for an ITS: every number, of devices, events and tables that are not there. */
#include "tests/guests/hostile/hostile.h"

#define GITS_CTLR	0x00
#define GITS_CBASER	0x80
#define GITS_CWRITER	0x88
#define GITS_CREADR	0x90
#define GITS_BASER(n)	(0x100 + 8 * (n))
#define VALID		BIT(63)
#define QUEUE_SIZE	KIB(64)
#define COMMAND_SIZE	32

static u64 queue[QUEUE_SIZE / 8] __attribute__((aligned(QUEUE_SIZE)));

static u64 __attribute__((noinline)) get(u64 reg)
{
	return *(volatile u64 *)(TEST_VA + reg);
}

/* An address of its own for each: EL2 carries out what changes no address register. */
static void __attribute__((noinline)) put(u64 reg, u64 val)
{
	*(volatile u64 *)(TEST_VA + reg) = val;
}

static void turn(bool on)
{
	*(volatile u32 *)(TEST_VA + GITS_CTLR) = on;
}

/* Small numbers are those that are there. */
static u64 number(u64 small)
{
	return any() & 3 ? any() % small : any();
}

static void make_command(volatile u64 *c)
{
	/* MOVI, INT, CLEAR, SYNC, MAPD, MAPC, MAPTI, MAPI, INV, INVALL, MOVALL, DISCARD */
	static const u8 known[] = { 0x01, 0x03, 0x04, 0x05, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d,
				    0x0e, 0x0f };
	u64 op = any() & 3 ? known[any() % sizeof(known)] : any() & 0xff;
	u64 event = number(32), table = any() & 1 ? outside() : any() & GENMASK(51, 8);

	c[0] = op | number(8) << 32;
	c[1] = op == 0x08 ? number(17) : (event & 0xffffffff) | (8192 + number(64)) << 32;
	c[2] = (any() & 3 ? VALID : 0) |
	       (op == 0x08 ? table & GENMASK(51, 8) : number(4) << 16 | (number(4) & 0xffff));
	c[3] = any();
}

/* All are taken, whatever they are: none stops the queue. */
static bool taken(u64 until)
{
	u64 deadline = read_sysreg(cntvct_el0) + 20 * read_sysreg(cntfrq_el0);

	while (get(GITS_CREADR) != until)
		if (read_sysreg(cntvct_el0) > deadline)
			return false;
	return true;
}

static void begin(u64 base)
{
	turn(false);
	for (unsigned n = 0; n < 8; n++)
		put(GITS_BASER(n), any() & 1 ? outside() | VALID | (any() & 0xff) : any());
	put(GITS_CBASER, base | VALID | (QUEUE_SIZE / PAGE_SIZE - 1));
	put(GITS_CWRITER, 0);
	turn(true);
}

static void fill_queue(struct tally *t)
{
	u64 at = 0;

	begin((u64)queue);
	for (unsigned i = 0; i < (thorough ? 4000u : 300u); i++) {
		unsigned nr = 1 + any() % 40;

		for (; nr; nr--, at = (at + COMMAND_SIZE) % QUEUE_SIZE)
			make_command(&queue[at / 8]);
		put(GITS_CWRITER, at);
		count(t, taken(at), "ITS command", queue[((at - COMMAND_SIZE) % QUEUE_SIZE) / 8]);
	}
}

/* Queues where the guest has nothing, and ends that no queue has. */
static void misuse(struct tally *t)
{
	for (unsigned i = 0; i < (thorough ? 1000u : 50u); i++) {
		begin(any() & 1 ? outside() & ~(QUEUE_SIZE - 1) : any() & GENMASK(51, 16));
		put(GITS_CWRITER, any() & 1 ? any() : COMMAND_SIZE * (any() % 64));
		put(GITS_CBASER, any());
		count(t, get(GITS_CREADR) != ~0ul, "ITS queue", i);
	}
	turn(false);
}

void attack_its(struct tally *t)
{
	for (unsigned i = 0; i < host.gic.nr_its; i++) {
		if (mmu_map(TEST_VA, host.gic.its[i].range.base, PAGE_SIZE, MAP_DEVICE))
			give_up("stage 1 cannot map an ITS");
		fill_queue(t);
		misuse(t);
		mmu_unmap(TEST_VA, PAGE_SIZE);
	}
}
