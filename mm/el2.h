/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's own address space: identity, W^X; once the guest runs, nothing but Mavis itself and the
 * registers it uses.
 */
#ifndef MM_EL2_H
#define MM_EL2_H

/* Offsets in struct el2_params, for assembly. */
#define EL2_MAIR	0
#define EL2_TCR		8
#define EL2_TTBR	16
#define EL2_SCTLR	24
#define EL2_PAUTH	32
#define EL2_KEY		40

/*
 * Bytes of the pool's start that el2_build() may write: a table for each 2 MiB of Mavis's, at most,
 * and five above these. head.S cleans so much.
 */
#define EL2_EARLY_POOL	0x20000

#ifndef __ASSEMBLY__
#include "lib/types.h"
#include "mm/stage1.h"

struct el2_params {
	u64 mair, tcr, ttbr, sctlr;
	u64 pauth;			/* not 0: EL2 signs return addresses with key[] */
	u64 key[2];			/* APIAKey */
};

extern struct el2_params el2_params;

/* The pages that page tables come from: EL2's and the guest's. */
extern struct pool page_pool;

/* Builds the first map, with the MMU off. Returns the end of the memory it wrote to. For head.S. */
u64 el2_build(u64 el);

/*
 * Makes memory or a device visible to EL2, in whole pages around the range. What is visible already
 * stays as it is.
 */
int el2_map(pa_t pa, u64 size, enum s1_kind kind);

/* True if EL2 sees any of these pages. */
bool el2_sees(pa_t pa, u64 size);

/* True if it sees this one as a device. */
bool el2_sees_device(pa_t page);

/* The end of the highest page that it sees. Before the guest runs. */
u64 el2_end(void);

/*
 * Takes away all that was mapped as S1_RODATA or S1_DATA after the start, so that EL2 sees none of
 * the guest's memory while the guest runs: it cannot leak it, and has no attributes there that
 * could mismatch the guest's.
 */
int el2_unmap_memory(void);

/*
 * Clears and unmaps what runs once: the text, constants and data of boot/ and libfdt, and each part
 * (enum part) whose bit is not in @asked. To be called from what stays, and not to return there.
 * -ENOMEM.
 */
int el2_leave_boot(unsigned asked);

/*
 * Writes back and drops what caches hold of whole pages that EL2 does not see otherwise. One caller
 * at a time. -ENOMEM.
 */
int el2_clean(pa_t pa, u64 size);

/* The same for a part of them: it may take less time to see them all. */
int el2_clean_part(struct range all, struct range part);

/*
 * Writes a number to memory, past the caches too: to what EL2 does not see otherwise, or has mapped
 * as memory by el2_map(). -EEXIST: it sees something else there; -ENOMEM.
 */
int el2_poke(pa_t pa, u64 val);

/*
 * A page of EL2's address space, which takes one of the pool's, to see one of the guest's through.
 * What is read as S1_DEVICE, after its lines have been cleaned, is what memory holds, and nothing
 * is read by speculation. -ENOMEM.
 */
int el2_make_window(u64 *window);

/*
 * A page, below 2^48, where there was none; and none again. They take no memory. One caller at a
 * time. Another CPU that looks through the window later, at what this one has shown, calls
 * el2_look_again() first.
 */
void el2_look_at(u64 window, pa_t page, enum s1_kind kind);
void el2_look_again(void);
void el2_look_away(u64 window);

/*
 * Sees one page of memory or registers for a moment, where it is. One caller at a time. -ENOMEM;
 * -EEXIST: it sees it already. The page can always be given back.
 */
int el2_borrow(pa_t page, enum s1_kind kind);
void el2_give_back(pa_t page);

/* Maps memory that is Mavis's from now on, as S1_DATA. -ENOMEM, -EINVAL. */
int el2_keep(pa_t pa, u64 size);

/* Adds memory that nobody else has to page_pool. -ENOMEM, -EINVAL: it cannot be mapped. */
int el2_grow_pool(pa_t pa, u64 size);

/* Pages of the pool that each stack takes. */
#define EL2_STACK_PAGES	4		/* with the guard */

/* A stack for another CPU, its lowest page unmapped; *top is where SP starts. -ENOMEM. */
int el2_alloc_stack(u64 *top);
#endif

#endif
