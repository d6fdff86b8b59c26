/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/stage1.h"

#include "lib/arch.h"

/* The attributes of a stage 1 leaf at EL2 (one privilege level, HCR_EL2.E2H = 0). */
#define ATTR_INDX(n)	((u64)(n) << 2)
#define AP_RES1		BIT(6)		/* AP[1]: RES1 where there is no EL0 */
#define AP_READ_ONLY	BIT(7)		/* AP[2] */
#define SH_INNER	(3ull << 8)	/* Device is Outer Shareable whatever SH says */
#define GP		BIT(50)		/* guarded page: RES0 without FEAT_BTI */
#define XN		BIT(54)

/*
 * MAIR_EL2, a byte for each AttrIndx. Device without early acknowledgement: a write to PCI
 * configuration space is done when the guest goes on.
 */
enum { MAIR_DEVICE, MAIR_WB, MAIR_TAGGED };

#define MAIR(index, byte)	((u64)(byte) << (8 * (index)))

const u64 stage1_mair = MAIR(MAIR_DEVICE, 0x00) |	/* Device-nGnRnE */
			MAIR(MAIR_WB, 0xff) |		/* Normal WB, read and write allocate */
			MAIR(MAIR_TAGGED, 0xf0);	/* the same, Tagged */

#define NORMAL	(ATTR_INDX(MAIR_WB) | SH_INNER)
#define TAGGED	(ATTR_INDX(MAIR_TAGGED) | SH_INNER)
#define DEVICE	ATTR_INDX(MAIR_DEVICE)

/* W^X by construction: these are all the permissions there are. */
#define READ_EXEC	(AP_RES1 | AP_READ_ONLY)
#define READ_ONLY	(AP_RES1 | AP_READ_ONLY | XN)
#define READ_WRITE	(AP_RES1 | XN)

static const struct {
	u64 attrs;
	enum pt_grain grain;
} kinds[S1_NR_KINDS] = {
	[S1_TEXT]	= { NORMAL | READ_EXEC,		PT_LARGEST },
	[S1_RODATA]	= { NORMAL | READ_ONLY,		PT_LARGEST },
	[S1_DATA]	= { NORMAL | READ_WRITE,	PT_LARGEST },
	[S1_POOL]	= { NORMAL | READ_WRITE,	PT_PAGES },
	[S1_DEVICE]	= { DEVICE | READ_WRITE,	PT_LARGEST },
	[S1_TAGGED]	= { TAGGED | READ_WRITE,	PT_LARGEST },
};

#define INPUT_BITS	48		/* all that can be a PA without FEAT_LPA2 */

u64 stage1_tcr(unsigned parange)
{
	return (64 - INPUT_BITS) |			/* T0SZ */
	       1ull << 8 | 1ull << 10 |			/* IRGN0, ORGN0: walks are Normal WB */
	       3ull << 12 |				/* SH0: Inner Shareable */
	       0ull << 14 |				/* TG0: 4 KiB */
	       (u64)MIN(parange, PA_SIZE_MAX) << 16 |	/* PS */
	       BIT(23) | BIT(31);			/* RES1 */
}

static u64 guard;		/* GP for S1_TEXT, where the CPU has it */

int stage1_init(struct pgtable *pt, struct pool *pool, bool bti)
{
	guard = bti ? GP : 0;
	return pt_init(pt, PT_STAGE1_EL2, INPUT_BITS, pool);
}

int stage1_map(struct pgtable *pt, pa_t pa, u64 size, enum s1_kind kind)
{
	u64 attrs = kinds[kind].attrs | (kind == S1_TEXT ? guard : 0);

	return pt_map(pt, pa.v, pa, size, attrs, kinds[kind].grain);
}

int stage1_unmap(struct pgtable *pt, pa_t pa, u64 size)
{
	return pt_unmap(pt, pa.v, size);
}

#define WRITABLE_AND_EXECUTABLE(perm)	(!((perm) & (AP_READ_ONLY | XN)))
_Static_assert(!WRITABLE_AND_EXECUTABLE(READ_EXEC), "W^X");
_Static_assert(!WRITABLE_AND_EXECUTABLE(READ_ONLY), "W^X");
_Static_assert(!WRITABLE_AND_EXECUTABLE(READ_WRITE), "W^X");
_Static_assert(!((NORMAL | TAGGED | DEVICE | READ_EXEC | READ_ONLY | READ_WRITE | GP) &
		 ~PT_ATTR_MASK), "attribute bits are not the walker's");
