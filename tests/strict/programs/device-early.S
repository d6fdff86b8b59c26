/* SPDX-License-Identifier: Apache-2.0 */
/* An event may be read before the SMMU has said that it is there. */
#include "start.h"

program:	mmu_on
	start_smmu	SMMU_COHERENT
	orr	x1, x19, #4
	str	x1, [x9, #SMMU_EVENTQ_BASE]
	ldr	w1, [x9, #SMMU_EVENTQ_PROD]
	good	dmb	ld
	ldr	x1, [x19]
	b	off
