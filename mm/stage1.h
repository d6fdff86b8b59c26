/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's own stage 1: VA = PA, no page both writable and executable. */
#ifndef MM_STAGE1_H
#define MM_STAGE1_H

#include "mm/pgtable.h"

/* What EL2 maps, each with one meaning: the choice of attributes is made here and nowhere else. */
enum s1_kind {
	S1_TEXT,		/* Normal WB, read-only, executable (guarded: BTI) */
	S1_RODATA,		/* Normal WB, read-only */
	S1_DATA,		/* Normal WB, read-write */
	S1_POOL,		/* as S1_DATA, in single pages: see stage1_unmap() */
	S1_DEVICE,		/* Device-nGnRnE, read-write */
	S1_NC,			/* Normal Non-cacheable, read-write: the guest's, as it has it */
	S1_TAGGED,		/* Normal WB Tagged, read-write: for probing tag storage */
	S1_NR_KINDS,
};

extern const u64 stage1_mair;		/* MAIR_EL2 that goes with these tables */

/* TCR_EL2 that goes with them; @parange is ID_AA64MMFR0_EL1.PARange. Not for HCR_EL2.E2H = 1. */
u64 stage1_tcr(unsigned parange);

/* An empty table for 48-bit addresses. @bti: the CPU has FEAT_BTI, and S1_TEXT is to be guarded. */
int stage1_init(struct pgtable *pt, struct pool *pool, bool bti);

/* Errors are pt_map()'s. */
int stage1_map(struct pgtable *pt, pa_t pa, u64 size, enum s1_kind kind);

/* What S1_DEVICE has, of a leaf's attributes. */
bool stage1_is_device(u64 attrs);

/*
 * Maps a page of memory at another address, not as text. -EEXIST: something is there; -EINVAL:
 * the page is beyond 2^48; -ENOMEM.
 */
int stage1_show(struct pgtable *pt, u64 va, pa_t page, enum s1_kind kind);

/*
 * Errors are pt_unmap()'s. To unmap a part of a block unmaps all of it for a moment. That must not
 * be one that EL2 is using: its stack, its data, or the page tables. Where single pages of such
 * memory are taken away (guard pages), it is to be mapped as S1_POOL.
 */
int stage1_unmap(struct pgtable *pt, pa_t pa, u64 size);

#endif
