/* SPDX-License-Identifier: Apache-2.0 */
/* A store with the caches on is read with the MMU off. */
#include "start.h"

program:	mmu_on
	mov	x1, #1
	str	x1, [x19]
	good	dc	civac, x19
	dsb	sy
	turn_off
	ldr	x1, [x19]
	b	off
