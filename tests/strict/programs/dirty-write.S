/* SPDX-License-Identifier: Apache-2.0 */
/* A line that is dirty in a cache is written with the MMU off: its eviction would undo that. */
#include "start.h"

program:	mmu_on
	mov	x1, #1
	str	x1, [x19]
	good	dc	civac, x19
	dsb	sy
	turn_off
	str	x1, [x19, #8]
	b	off
