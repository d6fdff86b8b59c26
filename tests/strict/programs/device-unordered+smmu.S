/* SPDX-License-Identifier: Apache-2.0 */
/* An SMMU is told of a command; DSB NSH waits for no other observer. */
#include "start.h"

program:	mmu_on
	start_smmu	SMMU_COHERENT
	mov	x1, #SMMU_SYNC
	stp	x1, xzr, [x19]
	good	dsb	st
	bad	dsb	nshst
	mov	w1, #1
	str	w1, [x9, #SMMU_CMDQ_PROD]
	b	off
