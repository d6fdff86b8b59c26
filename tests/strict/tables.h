/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translation tables: EL2's stage 1 and the guest's stage 2, found from the registers and followed
 * store by store. 4 KiB granule, 48-bit output addresses. What a change of an entry still needs,
 * with barriers and TLBIs: tlb.h.
 */
#ifndef STRICT_TABLES_H
#define STRICT_TABLES_H

#include "strict.h"

#define ENTRIES		512
#define DESC_ADDR	0x0000fffffffff000ull
#define VALID(desc)	((desc) & 1)

enum regime { EL2_STAGE1, STAGE2 };

struct change;

struct table {
	u64 pa, in;		/* in: the first input address */
	struct table *next;
	u8 regime, level;
	bool detached;		/* unlinked, and walks may still come by what is cached */
	u64 desc[ENTRIES];
	struct change *change[ENTRIES];	/* of an entry: what it still needs; NULL: nothing */
};

/* What an address is mapped as. */
enum attr { UNMAPPED, DEVICE, NONCACHEABLE, WRITEBACK, BY_STAGE1 };

struct leaf {
	enum attr attr;
	bool shareable;
	u64 out;		/* for the address that was asked for */
};

static inline unsigned level_shift(unsigned level)
{
	return 12 + 9 * (3 - level);
}

static inline bool is_table(u64 desc, unsigned level)
{
	return level < 3 && (desc & 3) == 3;
}

static inline bool is_leaf(u64 desc, unsigned level)
{
	return (desc & 3) == (level < 3 ? 1u : 3u);
}

void tables_reset(void);

/* The tables that this CPU's registers name are in use from here on; walks of them must work. */
void tables_use_el2(struct at at);
void tables_use_stage2(struct at at);

/* A store of EL2's to RAM: @low and @high are the 8 bytes at @pa and, if @size is 16, the next. */
void tables_stored(struct at at, u64 pa, u64 size, u64 low, u64 high);

/* This CPU is about to leave EL2: what it has stored is whole. */
void tables_check_leave(struct at at);

/* A table that nothing can reach any more; all tables of EL2's. */
void tables_forget(u64 pa);
void tables_forget_el2(void);

/* Where an address leads, by the tables as they are. */
struct leaf tables_el2(unsigned cpu, u64 va);
struct leaf tables_stage2(unsigned cpu, u64 ipa);

/* Calls @fn for each leaf of a regime that walks can reach. */
void tables_each_leaf(enum regime regime, void (*fn)(const struct table *t, unsigned i, void *arg),
		      void *arg);

/* The memory type of a leaf. @cpu: whose MAIR_EL2 and HCR_EL2. */
enum attr leaf_attr(unsigned cpu, enum regime regime, u64 desc);

/* Grows when a table or a register that walks go by changes. */
extern u64 tables_generation;

const char *regime_name(enum regime regime);

#endif
