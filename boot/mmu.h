/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's own address space: identity, W^X; once the guest runs, nothing but Mavis itself and the
 * registers it uses.
 */
#ifndef BOOT_MMU_H
#define BOOT_MMU_H

/* Offsets in struct mmu_params, for head.S and vectors.S. */
#define MMU_MAIR	0
#define MMU_TCR		8
#define MMU_TTBR	16
#define MMU_SCTLR	24
#define MMU_PAUTH	32
#define MMU_KEY		40

#ifndef __ASSEMBLY__
#include "lib/types.h"
#include "mm/stage1.h"

struct mmu_params {
	u64 mair, tcr, ttbr, sctlr;
	u64 pauth;			/* not 0: EL2 signs return addresses with key[] */
	u64 key[2];			/* APIAKey */
};

extern struct mmu_params mmu_params;

/* The pages that page tables come from: EL2's and the guest's. */
extern struct pool page_pool;

/*
 * Makes memory or a device visible to EL2, in whole pages around the range. What is visible already
 * stays as it is.
 */
int el2_map(pa_t pa, u64 size, enum s1_kind kind);

/*
 * Takes away all that was mapped as S1_RODATA or S1_DATA after the start, so that EL2 sees none of
 * the guest's memory while the guest runs: it cannot leak it, and has no attributes there that
 * could mismatch the guest's.
 */
int el2_unmap_memory(void);

/*
 * Writes back and drops what caches hold of whole pages that EL2 does not see otherwise. One caller
 * at a time. -ENOMEM.
 */
int el2_clean(pa_t pa, u64 size);

/*
 * Writes a number to memory that EL2 does not see otherwise, past the caches too. -EEXIST: it does
 * see it; -ENOMEM.
 */
int el2_poke(pa_t pa, u64 val);

/* A stack for another CPU, its lowest page unmapped; *top is where SP starts. -ENOMEM. */
int el2_alloc_stack(u64 *top);

/* Builds the first map, with the MMU off. Returns the end of the memory it wrote to. For head.S. */
u64 mmu_build(u64 el);
#endif

#endif
