/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/smmu.h"

#include "drivers/io.h"
#include "drivers/smmu_regs.h"
#include "lib/cache.h"
#include "lib/errno.h"

/* Reads of a register, each of which takes a good part of a microsecond. */
#define PATIENCE	1000000

/* So many commands cost more than to refill what a single one for everything drops in vain. */
#define MAX_BY_ADDRESS	64

/*
 * Positions in a queue have one bit more than its index, which says in which round they are (Arm
 * IHI 0070 3.5.1): equal ones are an empty queue, those that differ by all entries a full one.
 */
static u32 step(u32 at, u8 log2)
{
	return (at + 1) & ((2u << log2) - 1);
}

static u32 fill(u32 prod, u32 cons, u8 log2)
{
	return (prod - cons) & ((2u << log2) - 1);
}

static u32 errors_now(const struct smmu *s)
{
	return (read32(s->base + SMMU_GERROR) ^ s->acknowledged) & GERROR_ALL;
}

/* Waits until the queue holds fewer than @max commands. */
static int wait_for_commands(const struct smmu *s, u32 max)
{
	for (unsigned i = 0; i < PATIENCE; i++) {
		if (fill(s->produced, read32(s->base + SMMU_CMDQ_CONS), s->log2_commands) < max)
			return 0;
		if (errors_now(s) & (GERROR_CMDQ | GERROR_SFM))
			return -EIO;
	}
	return -ETIMEDOUT;
}

int smmu_command(struct smmu *s, u64 low, u64 high)
{
	u64 *at = s->commands + 2 * (s->produced & ((1u << s->log2_commands) - 1));
	int err = s->dead ? -EIO : wait_for_commands(s, 1u << s->log2_commands);

	if (err)
		return err;
	at[0] = low;
	at[1] = high;
	/* The entry is in memory before PROD says so: the SMMU is another observer. */
	if (s->coherent)
		io_publish();
	else
		dcache_clean_inval_poc((u64)at, (u64)(at + 2));
	s->produced = step(s->produced, s->log2_commands);
	write32(s->base + SMMU_CMDQ_PROD, s->produced);
	return 0;
}

int smmu_sync(struct smmu *s)
{
	int err = smmu_command(s, CMD_SYNC, 0);

	return err ? err : wait_for_commands(s, 1);
}

int smmu_drop(struct smmu *s, u16 vmid, u64 ipa, u64 size, u64 smallest)
{
	u64 first = ALIGN_DOWN(ipa, smallest), end = ipa + size;
	u64 who = (u64)vmid << CMD_VMID_SHIFT;
	int err = 0;

	if ((end - first) / smallest > MAX_BY_ADDRESS) {
		err = smmu_command(s, CMD_TLBI_S12_VMALL | who, 0);
	} else {
		/*
		 * One for each page or block, as TLBI IPAS2E1IS: not the last-level form. Nothing
		 * combines it with a stage 1, which no stream has.
		 */
		for (u64 at = first; at < end && !err; at += smallest)
			err = smmu_command(s, CMD_TLBI_S2_IPA | who, at);
	}
	return err ? err : smmu_sync(s);
}

int smmu_wait(u64 reg, u32 mask, u32 val)
{
	for (unsigned i = 0; i < PATIENCE; i++)
		if ((read32(reg) & mask) == val)
			return 0;
	return -ETIMEDOUT;
}

int smmu_set_cr0(struct smmu *s, u32 cr0)
{
	write32(s->base + SMMU_CR0, cr0);
	return smmu_wait(s->base + SMMU_CR0ACK, ~0u, cr0);
}

int smmu_kill(struct smmu *s)
{
	s->dead = true;
	return smmu_set_cr0(s, 0);
}

static u32 events_produced(const struct smmu *s)
{
	return read32(s->page1 + SMMU_EVENTQ_PROD);
}

static void consume(struct smmu *s, u32 to)
{
	s->consumed = to;
	write32(s->page1 + SMMU_EVENTQ_CONS, to);
}

bool smmu_has_news(const struct smmu *s)
{
	return !s->dead && (events_produced(s) != s->consumed || errors_now(s));
}

bool smmu_next_event(struct smmu *s, u64 event[4])
{
	u32 prod = events_produced(s), cons = s->consumed;
	u32 nr = 1u << s->log2_events, held = fill(prod, cons, s->log2_events);
	const volatile u64 *at = s->events + 4 * (cons & (nr - 1));

	/* More than there is room for is no position that an SMMU gives: nothing is there. */
	if (!held || held > nr)
		return false;
	/*
	 * The entry is read after PROD: read32() is a load-acquire (io.S). What was cached of it is
	 * what was there a round ago; an acquire does not order maintenance (Arm ARM D7, "Ordering
	 * and completion of data and instruction cache instructions"), and a line that was dropped
	 * before PROD is known could be back with the same.
	 */
	if (!s->coherent) {
		io_complete();
		dcache_clean_inval_poc((u64)at, (u64)(at + 4));
	}
	for (unsigned i = 0; i < 4; i++)
		event[i] = at[i];
	/* It is read before its place is given back. */
	io_complete();
	consume(s, step(cons, s->log2_events) | (cons & (u32)EVENTQ_OVERFLOW));
	return true;
}

bool smmu_lost_events(struct smmu *s)
{
	u32 flag = (events_produced(s) ^ s->consumed) & (u32)EVENTQ_OVERFLOW;

	if (flag)
		consume(s, s->consumed ^ flag);
	return flag;
}

u32 smmu_errors(struct smmu *s)
{
	u32 new = errors_now(s);

	/* One is acknowledged by making its bits equal again. */
	s->acknowledged ^= new;
	if (new)
		write32(s->base + SMMU_GERRORN, s->acknowledged);
	return new;
}
