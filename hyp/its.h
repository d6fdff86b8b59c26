/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GICv3 ITS, driven on the guest's behalf.
 *
 * An ITS reads and writes memory past stage 2: its tables, its command queue, and for each device
 * an interrupt translation table (ITT) at the address that MAPD gives. All these are Mavis's. The
 * guest sees the registers and fills a queue of its own; each of its commands is read once, checked
 * against what is mapped, and passed on with an ITT of Mavis's. One that is wrong is skipped, so
 * that hardware never sees it. Interrupts themselves come without any of this.
 */
#ifndef HYP_ITS_H
#define HYP_ITS_H

#include "lib/lock.h"
#include "lib/types.h"

/* Registers of the control frame. */
#define GITS_CTLR		0x0000
#define GITS_CTLR_ENABLED	BIT(0)
#define GITS_CTLR_QUIESCENT	BIT(31)
#define GITS_IIDR		0x0004
#define GITS_TYPER		0x0008
#define GITS_TYPER_PHYSICAL	BIT(0)
#define GITS_TYPER_ITE_SIZE(t)	((u32)FIELD(t, 7, 4) + 1)
#define GITS_TYPER_EVENT_BITS(t) ((unsigned)FIELD(t, 12, 8) + 1)
#define GITS_TYPER_DEVICE_BITS(t) ((unsigned)FIELD(t, 17, 13) + 1)
#define GITS_TYPER_PTA		BIT(19)
#define GITS_TYPER_HCC(t)	((u32)FIELD(t, 31, 24))
#define GITS_TYPER_CID_BITS(t)	((t) & BIT(36) ? (unsigned)FIELD(t, 35, 32) + 1 : 16)
#define GITS_CBASER		0x0080
#define GITS_CWRITER		0x0088
#define GITS_CREADR		0x0090
#define GITS_BASER(n)		(0x0100 + 8 * (n))
#define GITS_PIDR2		0xffe8
#define GITS_PIDR_PAGE		0xf000
#define GITS_PIDR		0xfd0		/* in it, to its end: PIDR and CIDR */
#define GITS_NR_BASER		8

#define GITS_VALID		BIT(63)		/* of CBASER, BASER, MAPD, MAPC, a table's entry */
#define GITS_INNER_WB		(7ull << 59)	/* CBASER, BASER: read and write allocate */
#define GITS_INNER_NC		(1ull << 59)
#define GITS_SH_MASK		GENMASK(11, 10)
#define GITS_SH_INNER		(1ull << 10)
#define GITS_BASER_INDIRECT	BIT(62)
#define GITS_BASER_TYPE(b)	FIELD(b, 58, 56)
#define GITS_BASER_DEVICE	1
#define GITS_BASER_COLLECTION	4
#define GITS_BASER_ENTRY(b)	((u32)FIELD(b, 52, 48) + 1)
#define GITS_BASER_RO		(GENMASK(58, 56) | GENMASK(52, 48))

#define ITS_CMD_SIZE	32
#define ITS_QUEUE_SIZE	PAGE_SIZE	/* of Mavis's queue */
#define ITS_UNIT	256u		/* ITTs are aligned to that */
#define ITS_MAX_DEVICES	2048
#define ITS_MAX_MAPPED	65536u		/* events that all ITTs of an ITS have room for */
#define ITS_MAX_COLLECTIONS 4096

/* What one trap does at most: 1 for a command, more for what clears memory. */
#define ITS_BATCH	32
#define ITS_BATCH_MAPD	8

/* Commands of one batch for the hardware: MAPD of a mapped device is two. */
#define ITS_BATCH_OUT	(2 * ITS_BATCH)

#define ITS_NOT_MAPPED	0xffff
#define NO_PAGE		(~0ull)

/* A device with an ITT, of @units from the heap's unit @at. By id. */
struct its_device {
	u32 id;
	u16 at, units;
	u8 bits;		/* of an EventID */
};

/* Why the first of some commands was refused. */
struct its_refusal {
	unsigned nr;		/* how many were */
	const char *why;
	u64 cmd[2];		/* of the first */
};

/*
 * The guest's registers, each at its offset in the frame behind `ready`, for loads that go past
 * its_access() (mmio_set_plain()). CREADR is ready when there is nothing to go on with.
 */
struct its_regs {
	u64 ready;
	u64 ctlr;		/* and GITS_IIDR: while it is off and has come to rest */
	u64 typer;
	u64 res0[14];
	u64 cbaser;
	u64 cwriter, creadr;	/* offsets in its queue */
	u64 res1[13];
	u64 baser[GITS_NR_BASER];
};

#define ITS_REG(name)	((offsetof(struct its_regs, name) - offsetof(struct its_regs, ctlr)) / 8)
#define ITS_NR_REGS	(sizeof(struct its_regs) / 8 - 1)

_Static_assert(8 * ITS_REG(typer) == GITS_TYPER && 8 * ITS_REG(cbaser) == GITS_CBASER &&
	       8 * ITS_REG(cwriter) == GITS_CWRITER && 8 * ITS_REG(creadr) == GITS_CREADR &&
	       8 * ITS_REG(baser) == GITS_BASER(0) && ITS_NR_REGS <= 64, "they are by offset");

struct its {
	struct its_regs regs;	/* first: mmio_set_plain() */
	u64 pa;			/* control frame, which EL2 sees there */
	struct lock lock;
	bool clean;		/* it reads memory past the caches */

	/* Its device table, which may be one of pages that are there on demand. */
	u64 device_ids;		/* below: they have a place in the table */
	u64 *l1;		/* NULL: one level */
	u8 page_shift;		/* of a page of the second level, and of the ids in one */
	u8 page_id_shift;

	u32 nr_collections;
	u64 *collection;	/* a bit for each: it is mapped */

	/* Where ITTs and pages of the device table come from, in units. */
	u8 *heap;
	u16 nr_units;
	u16 hint;		/* where to look first */
	u64 *used;		/* a bit for each */
	u16 *icid;		/* of the events of all ITTs: collection, or ITS_NOT_MAPPED */
	struct its_device *device;
	unsigned nr_devices;

	/* The guest's registers. */
	bool enabled, at_rest;
	bool drop_devices, drop_collections;	/* its tables went: so does what they had */

	/* The batch that the hardware has, and where the guest's queue is behind it. */
	u8 *queue;
	u64 window;		/* where EL2 sees a page of the guest's queue, */
	u64 seen;		/* which it is; NO_PAGE: none */
	u32 tail;		/* offset in it */
	u32 next;
	bool busy;
	struct { u16 at, units; } freed[ITS_BATCH];	/* once it is through */
	unsigned nr_freed;
};

/* Commands for the hardware. */
struct its_batch {
	u64 cmd[ITS_BATCH_OUT][4];
	unsigned nr;
	unsigned cost;
};

/*
 * Checks one command, and adds what it comes to to @b, which has room. Returns why it is refused,
 * or NULL; *again: it waits for memory that comes back when the batch is through.
 */
const char *its_command(struct its *its, struct its_batch *b, const u64 cmd[4], bool *again);

/* Says which registers are as they were written: while nobody else sees @its, or with its lock. */
void its_make_ready(struct its *its);

/* Adds what takes away a part of what the guest's tables had; false: nothing is left of it. */
bool its_drop(struct its *its, struct its_batch *b);

/* The name of a command. */
const char *its_command_name(u64 cmd);

/*
 * Memory of the heap, cleared; @align is in units, a power of two. -ENOMEM. And back, at once or
 * when the batch is through.
 */
int its_alloc(struct its *its, u32 units, u32 align, u16 *at);
void its_free(struct its *its, u32 at, u32 units);

/* The device, or NULL; and room for one more of this @id. NULL: there is none. */
struct its_device *its_find(struct its *its, u32 id);
struct its_device *its_add(struct its *its, u32 id);
void its_remove(struct its *its, struct its_device *dev);

/* The collections of the device's events. */
u16 *its_events(const struct its *its, const struct its_device *dev);

/*
 * How many events @units of the heap have room for, with ITTs of entries of @ite bytes. Rounded
 * down, the places of two ITTs do not overlap: each has room for all of its units.
 */
static inline u32 its_heap_events(u32 units, u32 ite)
{
	return units * ITS_UNIT / ite;
}

/* Bits of its->used and its->collection. */
static inline bool its_bit(const u64 *bits, u32 n)
{
	return bits[n / 64] >> (n % 64) & 1;
}

static inline void its_set_bit(u64 *bits, u32 n, bool on)
{
	if (on)
		bits[n / 64] |= BIT(n % 64);
	else
		bits[n / 64] &= ~BIT(n % 64);
}

/* What the hardware reads is there for it to read: before it is told. */
void its_publish(const struct its *its, const void *start, u64 size);

/* Handlers of hyp/mmio.h, with a struct its: the control frame's first page, and its last. */
u64 its_access(void *arg, u64 offset, unsigned size, bool write, u64 val);
u64 its_access_id(void *arg, u64 offset, unsigned size, bool write, u64 val);

#endif
