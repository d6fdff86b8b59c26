/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions of which every access is recorded. Stage 2 has their leaves broken (stage2_break()), so
 * each one traps; EL2 carries it out (carry.h) and leaves a record in a ring of the last ones.
 *
 * What EL2 cannot carry out is let through: the watch is opened, the CPU does the instruction
 * itself, and the watch is closed at that CPU's next trap. So that there is one soon, the CPU traps
 * where it waits (WFI) or changes to another stage 1 meanwhile. Accesses of other CPUs in between
 * are not recorded either.
 *
 * All of these with guest.s2_lock, but for watch_close().
 */
#ifndef HYP_WATCH_H
#define HYP_WATCH_H

#include "hyp/frame.h"
#include "mm/region.h"

struct cpu;

struct watch_record {
	u64 time;		/* CNTVCT_EL0 */
	u64 pc;
	u64 ipa;
	u64 val;		/* in memory's order, little-endian, zero-extended */
	u16 cpu;
	u16 region;		/* its number, as the control interface has it */
	u8 size;		/* 1, 2, 4 or 8 bytes: what the device has seen */
	bool write;
};

/*
 * Begins and ends the watch of a region, one that follows a BAR included, wherever that is.
 * -EACCES: the guest's kernel runs in it, or Mavis works registers in it; -ENOMEM: no pages for the
 * ring, or to split leaves; then nothing has changed.
 */
int watch_start(struct region *r);
void watch_stop(struct region *r);

void watch_add(const struct watch_record *rec);

/*
 * The record with number @seq, or the first after it that is still there; its number comes back in
 * *seq. They are counted from 0 on. -ENOENT: there is none yet; *seq is the number of the next.
 */
int watch_get(u64 *seq, struct watch_record *rec);

/* Breaks or makes the region's leaves, but for those where a BAR is, or was last. */
int watch_break(const struct region *r);
void watch_make(const struct region *r);

/*
 * A translation fault of @esr at @ipa: true if it was a watched region's. The lock is taken and
 * left here.
 */
bool watch_trap(struct frame *f, u64 esr, u64 ipa);

/*
 * At a trap of a CPU for which a watch is open. True: that is all that the trap was for, or the
 * guest does it again, as there was work to do first (work.h). The lock is taken here.
 */
bool watch_close(struct cpu *self, u64 esr);

#endif
