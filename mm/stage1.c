/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/stage1.h"

#include "lib/arch.h"

/*
 * MAIR_EL2, a byte for each AttrIndx. Device without early acknowledgement: a write to PCI
 * configuration space is done when the guest goes on.
 */
enum { INDEX_DEVICE, INDEX_WB, INDEX_TAGGED, INDEX_NC };

#define MAIR(index, byte)	((u64)(byte) << (8 * (index)))

const u64 stage1_mair = MAIR(INDEX_DEVICE, MAIR_DEVICE_nGnRnE) |
			MAIR(INDEX_WB, MAIR_NORMAL_WB) |
			MAIR(INDEX_TAGGED, MAIR_NORMAL_TAGGED) |
			MAIR(INDEX_NC, MAIR_NORMAL_NC);

/* The attributes of a leaf at EL2: one privilege level (HCR_EL2.E2H = 0). */
#define NORMAL	(INDEX_WB << DESC_ATTRINDX_SHIFT | DESC_SH_INNER)
#define TAGGED	(INDEX_TAGGED << DESC_ATTRINDX_SHIFT | DESC_SH_INNER)
#define DEVICE	(INDEX_DEVICE << DESC_ATTRINDX_SHIFT)
#define NON_CACHEABLE (INDEX_NC << DESC_ATTRINDX_SHIFT | DESC_SH_INNER)

/* W^X by construction: these are all the permissions there are. */
#define READ_EXEC	(DESC_AP1 | DESC_READ_ONLY)
#define READ_ONLY	(DESC_AP1 | DESC_READ_ONLY | DESC_UXN)
#define READ_WRITE	(DESC_AP1 | DESC_UXN)

static const struct {
	u64 attrs;
	enum pt_grain grain;
} kinds[S1_NR_KINDS] = {
	[S1_TEXT]	= { NORMAL | READ_EXEC,		PT_LARGEST },
	[S1_RODATA]	= { NORMAL | READ_ONLY,		PT_LARGEST },
	[S1_DATA]	= { NORMAL | READ_WRITE,	PT_LARGEST },
	[S1_POOL]	= { NORMAL | READ_WRITE,	PT_PAGES },
	[S1_DEVICE]	= { DEVICE | READ_WRITE,	PT_LARGEST },
	[S1_NC]		= { NON_CACHEABLE | READ_WRITE,	PT_LARGEST },
	[S1_TAGGED]	= { TAGGED | READ_WRITE,	PT_LARGEST },
};

#define INPUT_BITS	48		/* all that can be a PA without FEAT_LPA2 */

u64 stage1_tcr(unsigned parange)
{
	return TCR_T0SZ(INPUT_BITS) | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER | TCR_TG0_4K |
	       (u64)MIN(parange, PA_SIZE_MAX) << TCR_PS_SHIFT | TCR_EL2_RES1;
}

static u64 guard;		/* DESC_GP for S1_TEXT, where the CPU has it */

int stage1_init(struct pgtable *pt, struct pool *pool, bool bti)
{
	guard = bti ? DESC_GP : 0;
	return pt_init(pt, PT_STAGE1_EL2, INPUT_BITS, pool);
}

int stage1_map(struct pgtable *pt, pa_t pa, u64 size, enum s1_kind kind)
{
	u64 attrs = kinds[kind].attrs | (kind == S1_TEXT ? guard : 0);

	return pt_map(pt, pa.v, pa, size, attrs, kinds[kind].grain);
}

int stage1_show(struct pgtable *pt, u64 va, pa_t page, enum s1_kind kind)
{
	return pt_map(pt, va, page, PAGE_SIZE, kinds[kind].attrs, PT_PAGES);
}

bool stage1_is_device(u64 attrs)
{
	return (attrs & GENMASK(4, 2)) == DEVICE;	/* AttrIndx */
}

int stage1_unmap(struct pgtable *pt, pa_t pa, u64 size)
{
	return pt_unmap(pt, pa.v, size);
}

#define WRITABLE_AND_EXECUTABLE(perm)	(!((perm) & (DESC_READ_ONLY | DESC_UXN)))
_Static_assert(!WRITABLE_AND_EXECUTABLE(READ_EXEC), "W^X");
_Static_assert(!WRITABLE_AND_EXECUTABLE(READ_ONLY), "W^X");
_Static_assert(!WRITABLE_AND_EXECUTABLE(READ_WRITE), "W^X");
_Static_assert(!((NORMAL | TAGGED | DEVICE | NON_CACHEABLE | READ_EXEC | READ_ONLY | READ_WRITE |
		  DESC_GP) & ~PT_ATTR_MASK), "attribute bits are not the walker's");
