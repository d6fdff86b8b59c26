/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code is written with the MMU off and run with the caches on, which may have what was there
 * before.
 */
#include "start.h"

program:	set	w1, 0xd65f03c0	/* ret */
	str	w1, [x19]
	dmb	sy
	good	dc	civac, x19
	dsb	sy
	mmu_on
	blr	x19
	b	off
