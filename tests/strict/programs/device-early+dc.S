/* SPDX-License-Identifier: Apache-2.0 */
/* An acquire does not order DC: the event's line may be back before the SMMU has written it. */
#include "start.h"

program:	mmu_on
	start_smmu	SMMU_NOT_COHERENT
	orr	x1, x19, #4
	str	x1, [x9, #SMMU_EVENTQ_BASE]
	add	x10, x9, #SMMU_EVENTQ_PROD
	ldar	w1, [x10]
	good	dmb	sy
	dc	civac, x19
	dsb	sy
	ldr	x1, [x19]
	b	off
