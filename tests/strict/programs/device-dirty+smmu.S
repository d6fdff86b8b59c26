/* SPDX-License-Identifier: Apache-2.0 */
/* An SMMU reads past the caches: its stream table is clean, what that leads to is not. */
#include "start.h"

program:	mmu_on
	make_stage2
	zero_table	x22
	mov	x0, #(6 << 1 | 1)		/* stage 2, valid */
	str	x0, [x22]
	set	x0, STE_VTCR
	str	x0, [x22, #16]
	str	x21, [x22, #24]
	good	clean_table	x21
	clean_table	x22
	start_smmu	SMMU_NOT_COHERENT
	str	x22, [x9, #SMMU_STRTAB_BASE]
	str	wzr, [x9, #SMMU_STRTAB_BASE_CFG]	/* one stream */
	mov	w1, #(1 << 3 | 1)
	str	w1, [x9, #SMMU_CR0]
	b	off
