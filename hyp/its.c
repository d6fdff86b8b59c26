/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ITS's registers, the guest's and the hardware's.
 *
 * Commands go to the hardware in batches, one at a time. What a trap does is bounded: a write of
 * GITS_CWRITER begins with the first, and each read of GITS_CREADR goes on where the last has
 * ended. It says how far the hardware is, so who waits for a command gets on.
 */
#include "hyp/its.h"

#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/cpu.h"
#include "hyp/gic.h"
#include "hyp/guest.h"
#include "hyp/trap.h"
#include "lib/cache.h"
#include "mm/el2.h"

#define QUEUE_OFFSET	GENMASK(19, 5)		/* of CWRITER, CREADR */
#define CREADR_STALLED	BIT(0)
#define CWRITER_RETRY	BIT(0)
#define CBASER_PAGES(b)	(FIELD(b, 7, 0) + 1)
#define CBASER_ADDR	GENMASK(51, 12)
#define BASER_ADDR	GENMASK(47, 12)
#define CBASER_RES0	(BIT(62) | BIT(58) | BIT(57) | BIT(56) | BIT(52) | BIT(9) | BIT(8))
#define CMD_SYNC	0x05

/* Looks at CREADR before the guest may look itself: some microseconds. */
#define LOOKS		32

/* What one trap does at most, as its_batch.cost counts. */
#define TRAP_COST	(4 * ITS_BATCH)

static const u64 no_command[2];

static u32 queue_size(const struct its *its)
{
	return (u32)(CBASER_PAGES(its->regs.cbaser) * PAGE_SIZE);
}

static void look_away(struct its *its)
{
	if (its->seen == NO_PAGE)
		return;
	lock(&guest.s2_lock);
	el2_look_away(its->window);
	unlock(&guest.s2_lock);
	its->seen = NO_PAGE;
}

/* EL2 sees a page of the guest's queue until it is to see another, or the ITS is off. */
static void see(struct its *its, u64 page)
{
	if (its->seen == page) {
		el2_look_again();
		return;
	}
	look_away(its);
	lock(&guest.s2_lock);
	el2_look_at(its->window, PA(page), S1_DEVICE);
	unlock(&guest.s2_lock);
	its->seen = page;
}

/*
 * Commands as the guest has them in memory now, each byte read once. However the guest writes
 * them: what is dirty in a cache is cleaned, and the rest read past all caches; mapped as Device,
 * nothing comes into one (as el2_clean()). Its memory may answer with an abort, as all ones.
 */
static void read_commands(struct its *its, u64 pa, u64 *to, unsigned nr)
{
	u64 at = its->window + pa % PAGE_SIZE;

	see(its, ALIGN_DOWN(pa, PAGE_SIZE));
	dcache_clean_inval_poc(at, at + nr * ITS_CMD_SIZE);
	for (unsigned i = 0; i < nr * ITS_CMD_SIZE / 8; i++)
		to[i] = read64(at + 8 * i);
}

static void refuse(struct its_refusal *r, const char *why, const u64 *cmd)
{
	if (r->nr++)
		return;
	r->why = why;
	r->cmd[0] = cmd[0];
	r->cmd[1] = cmd[1];
}

/* What fits of the guest's commands. */
static void take_commands(struct its *its, struct its_batch *b, struct its_refusal *r)
{
	u64 cmd[ITS_BATCH][4];
	u32 at = (u32)its->regs.creadr, to = (u32)its->regs.cwriter;
	u32 left = MIN((to >= at ? to : queue_size(its)) - at, (u32)(PAGE_SIZE - at % PAGE_SIZE));
	unsigned nr = MIN(left / ITS_CMD_SIZE, ITS_BATCH - b->cost);

	if (!nr)
		return;
	read_commands(its, (its->regs.cbaser & CBASER_ADDR) + at, cmd[0], nr);
	for (unsigned i = 0; i < nr && b->cost < ITS_BATCH; i++) {
		bool again;
		const char *why = its_command(its, b, cmd[i], &again);

		if (again)
			break;
		if (why)
			refuse(r, why, cmd[i]);
		its->next += ITS_CMD_SIZE;
	}
	if (its->next == queue_size(its))
		its->next = 0;
}

/* Hands a batch to the hardware, whose queue is empty. */
static void post(struct its *its, const struct its_batch *b)
{
	for (unsigned i = 0; i < b->nr; i++) {
		u64 *to = (u64 *)(its->queue + its->tail);
		const u64 *cmd = b->cmd[i];

		to[0] = cmd[0];
		to[1] = cmd[1];
		to[2] = cmd[2];
		to[3] = cmd[3];
		its->tail = (its->tail + ITS_CMD_SIZE) % ITS_QUEUE_SIZE;
	}
	its_publish(its, its->queue, ITS_QUEUE_SIZE);
	write64(its->pa + GITS_CWRITER, its->tail);
}

static bool is_dropping(const struct its *its)
{
	return its->drop_devices || its->drop_collections;
}

static unsigned start(struct its *its, struct its_refusal *r)
{
	struct its_batch b;

	b.nr = b.cost = 0;
	its->next = (u32)its->regs.creadr;
	while (is_dropping(its) && b.cost < ITS_BATCH)
		its_drop(its, &b);
	if (!is_dropping(its) && b.cost < ITS_BATCH)
		take_commands(its, &b, r);
	if (b.nr)
		post(its, &b);
	its->busy = true;
	return b.cost;
}

/*
 * The hardware does not go on: a command that was right did not please it, or its memory failed.
 * Another takes its place, which does nothing.
 */
static void skip_stalled(struct its *its, u64 at, struct its_refusal *r)
{
	u64 *cmd = (u64 *)(its->queue + at % ITS_QUEUE_SIZE);

	refuse(r, "the ITS stalled at it", cmd);
	cmd[0] = CMD_SYNC;
	cmd[1] = cmd[3] = 0;
	cmd[2] = gic_target(its->regs.typer & GITS_TYPER_PTA);
	its_publish(its, cmd, ITS_CMD_SIZE);
	write64(its->pa + GITS_CWRITER, its->tail | CWRITER_RETRY);
}

/* True once the hardware is through with the batch. */
static bool is_done(struct its *its, struct its_refusal *r)
{
	u64 creadr = read64(its->pa + GITS_CREADR);

	if ((creadr & QUEUE_OFFSET) == its->tail)
		return true;
	if (creadr & CREADR_STALLED && creadr != ~0ull)
		skip_stalled(its, creadr & QUEUE_OFFSET, r);
	return false;
}

static void finish(struct its *its)
{
	for (; its->nr_freed; its->nr_freed--)
		its_free(its, its->freed[its->nr_freed - 1].at,
			 its->freed[its->nr_freed - 1].units);
	its->regs.creadr = its->next;
	its->busy = false;
}

static bool has_work(const struct its *its)
{
	return its->regs.creadr != its->regs.cwriter || is_dropping(its);
}

void its_make_ready(struct its *its)
{
	u64 ready = GENMASK(ITS_NR_REGS - 1, 0);

	if (!its->at_rest)
		ready &= ~BIT(ITS_REG(ctlr));
	if (its->busy || has_work(its))
		ready &= ~BIT(ITS_REG(creadr));
	its->regs.ready = ready;
}

/* Takes up where it was left, until the hardware has to be waited for. */
static void run(struct its *its, struct its_refusal *r)
{
	unsigned cost = 0;

	for (unsigned i = 0; i < LOOKS && its->enabled; i++) {
		if (its->busy && !is_done(its, r))
			continue;
		if (its->busy)
			finish(its);
		if (cost >= TRAP_COST || !has_work(its))
			break;
		cost += start(its, r);
	}
}

static u64 read_ctlr(struct its *its)
{
	its->regs.ctlr = read32(its->pa + GITS_CTLR) | (u64)read32(its->pa + GITS_IIDR) << 32;
	its->at_rest = !its->enabled && its->regs.ctlr & GITS_CTLR_QUIESCENT;
	return its->regs.ctlr;
}

/* While it is off, and has come to rest: it stays so. */
static bool is_quiet(struct its *its)
{
	if (!its->at_rest)
		read_ctlr(its);
	return its->at_rest;
}

static void write_ctlr(struct its *its, u64 val, struct its_refusal *r)
{
	bool on = val & GITS_CTLR_ENABLED;
	struct range queue = { its->regs.cbaser & CBASER_ADDR, queue_size(its) };

	if (on && !its->enabled && !is_quiet(its)) {
		refuse(r, "it stays off: it has not come to rest yet (GITS_CTLR.Quiescent)",
		       no_command);
		return;
	}
	if (on && (!(its->regs.cbaser & GITS_VALID) || !guest_has_memory(queue))) {
		refuse(r, "it stays off: GITS_CBASER names no queue in the guest's own memory",
		       no_command);
		return;
	}
	if (!on)
		look_away(its);
	its->enabled = on;
	its->at_rest = false;
	write32(its->pa + GITS_CTLR, on ? GITS_CTLR_ENABLED : 0);
	run(its, r);
}

/* A table that is taken away, or that another takes the place of: that one has nothing in it. */
static void write_baser(struct its *its, unsigned n, u64 val)
{
	u64 was = its->regs.baser[n], ro = was & GITS_BASER_RO;
	bool gone = was & GITS_VALID && (!(val & GITS_VALID) || (was ^ val) & BASER_ADDR);

	if (!ro || !is_quiet(its))
		return;
	its->drop_devices |= gone && GITS_BASER_TYPE(ro) == GITS_BASER_DEVICE;
	its->drop_collections |= gone && GITS_BASER_TYPE(ro) == GITS_BASER_COLLECTION;
	its->regs.baser[n] = (val & ~GITS_BASER_RO) | ro;
}

/* A register's value, as the guest has written it or finds it. */
static u64 value(const struct its *its, u64 offset)
{
	return offset / 8 < ITS_NR_REGS ? ((const u64 *)&its->regs)[1 + offset / 8] : 0;
}

static u64 read_register(struct its *its, u64 offset, struct its_refusal *r)
{
	if (offset == GITS_CTLR)
		return read_ctlr(its);
	if (offset == GITS_CREADR)
		run(its, r);
	return value(its, offset);
}

static void write_register(struct its *its, u64 offset, u64 val, struct its_refusal *r)
{
	switch (offset) {
	case GITS_CTLR:
		write_ctlr(its, val, r);
		break;
	case GITS_CBASER:
		if (!is_quiet(its))
			break;
		its->regs.cbaser = val & ~CBASER_RES0;
		its->regs.cwriter = its->regs.creadr = its->next = 0;
		break;
	case GITS_CWRITER:
		if ((val & QUEUE_OFFSET) >= queue_size(its))
			break;
		its->regs.cwriter = val & QUEUE_OFFSET;
		run(its, r);
		break;
	default:
		if (offset >= GITS_BASER(0) && offset < GITS_BASER(GITS_NR_BASER))
			write_baser(its, (unsigned)(offset - GITS_BASER(0)) / 8, val);
	}
}

/* What a write leaves of the register as it was: half of it. */
static u64 merge(struct its *its, u64 offset, unsigned size, u64 val)
{
	u64 reg = ALIGN_DOWN(offset, 8), mask = GENMASK(31, 0), old;

	if (size == 8)
		return val;
	old = reg == GITS_CTLR ? its->enabled : value(its, reg);
	return offset & 4 ? (old & mask) | val << 32 : (old & ~mask) | val;
}

static void say(const struct its *its, const struct its_refusal *r)
{
	if (!r->nr)
		return;
	this_cpu()->count[COUNT_ITS_REFUSED] += r->nr;
	if (!trap_may_print())
		return;
	if (r->cmd[0] | r->cmd[1])
		print("mavis: ITS at %#lx: %s (%#x), device %#x, event %#x: %s; skipped\n",
		      its->pa, its_command_name(r->cmd[0]), (u8)r->cmd[0],
		      (u32)(r->cmd[0] >> 32), (u32)r->cmd[1], r->why);
	else
		print("mavis: ITS at %#lx: %s\n", its->pa, r->why);
}

/* Registers of 32 bits, and halves of those of 64; other sizes read as 0 and are ignored. */
u64 its_access(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	struct its *its = arg;
	struct its_refusal r;
	u64 reg = ALIGN_DOWN(offset, 8);

	if (size < 4)
		return 0;
	r.nr = 0;
	lock(&its->lock);
	if (write)
		write_register(its, reg, merge(its, offset, size, val), &r);
	else
		val = read_register(its, reg, &r) >> (offset & 4) * 8;
	its_make_ready(its);
	unlock(&its->lock);
	say(its, &r);
	return val;
}

u64 its_access_id(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	const struct its *its = arg;

	(void)val;
	if (write || size != 4 || offset < GITS_PIDR)
		return 0;
	return read32(its->pa + GITS_PIDR_PAGE + offset);
}
