/* SPDX-License-Identifier: Apache-2.0 */
/* What was written with the MMU off is read through the caches, which may have it as it was. */
#include "start.h"

program:	mov	x1, #1
	str	x1, [x19]
	dmb	sy
	good	dc	ivac, x19
	dsb	sy
	mmu_on
	ldr	x1, [x19]
	b	off
