/* SPDX-License-Identifier: Apache-2.0 */
/* An SMMU may still have an entry that was taken away: it is told to go on, not to drop it. */
#include "start.h"

program:	mmu_on
	make_stage2
	zero_table	x22
	mov	x0, #(6 << 1 | 1)		/* stage 2, valid */
	str	x0, [x22]
	set	x0, STE_VTCR_COHERENT
	str	x0, [x22, #16]
	str	x21, [x22, #24]
	clean_table	x21
	clean_table	x22
	start_smmu	SMMU_COHERENT
	str	x22, [x9, #SMMU_STRTAB_BASE]
	str	wzr, [x9, #SMMU_STRTAB_BASE_CFG]	/* one stream */
	mov	w1, #(1 << 3 | 1)
	str	w1, [x9, #SMMU_CR0]
	str	xzr, [x21, #8]
	good	mov	x1, #SMMU_TLBI_S2_IPA
	good	mov	x2, #RAM
	bad	mov	x1, #SMMU_SYNC
	bad	mov	x2, #0
	stp	x1, x2, [x19]
	mov	x1, #SMMU_SYNC
	stp	x1, xzr, [x19, #16]
	dsb	st
	mov	w1, #2
	str	w1, [x9, #SMMU_CMDQ_PROD]
	b	off
