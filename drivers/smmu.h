/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMMUv3 that runs: commands to it, events from it. boot/machine/smmu_hw.h starts it. Whoever
 * calls these holds what keeps others away.
 */
#ifndef DRIVERS_SMMU_H
#define DRIVERS_SMMU_H

#include "lib/types.h"

struct smmu {
	u64 base;			/* of the registers, ... */
	u64 page1;			/* ... and of those in page 1 */
	u64 *commands, *events;		/* the queues, ... */
	u8 log2_commands, log2_events;	/* ... and how many entries they have */
	u32 produced, consumed;		/* commands, events: as PROD and CONS have it */
	u32 acknowledged;		/* errors: as GERRORN has it */
	bool coherent;			/* what it reads and writes in memory goes through caches */
	bool dead;			/* smmu_kill() was called */
	char name[40];			/* its node */
};

/*
 * Hands over one command: two doublewords. -EIO: the SMMU refuses commands; -ETIMEDOUT: it takes
 * none. After an error smmu_kill() is what is left.
 */
int smmu_command(struct smmu *s, u64 low, u64 high);

/* Waits until all commands have had their effect. Errors as above. */
int smmu_sync(struct smmu *s);

/*
 * Drops what the SMMU has cached of [ipa, ipa + size) at stage 2, and the way there, and waits
 * until no transaction uses it any more. @smallest is the size of the smallest entry that changed,
 * as for tlb_flush(), which drops the same of the CPUs. The table must have been published.
 */
int smmu_drop(struct smmu *s, u16 vmid, u64 ipa, u64 size, u64 smallest);

/* Waits until the bits in @mask of the register at @reg are @val. -ETIMEDOUT. */
int smmu_wait(u64 reg, u32 mask, u32 val);

/* Writes CR0 and waits until it has taken effect. -ETIMEDOUT. */
int smmu_set_cr0(struct smmu *s, u32 cr0);

/*
 * Turns it off for good: from now on GBPA counts, which aborts all. -ETIMEDOUT: it does not say
 * that it is off. Either way it gets no more commands.
 */
int smmu_kill(struct smmu *s);

/* True if there are events or errors to look at. One or two reads. */
bool smmu_has_news(const struct smmu *s);

/* Takes the oldest event; false: there is none. */
bool smmu_next_event(struct smmu *s, u64 event[4]);

/* True if events were lost since the last call, as the queue was full. */
bool smmu_lost_events(struct smmu *s);

/* Errors since the last call: bits of GERROR. */
u32 smmu_errors(struct smmu *s);

#endif
