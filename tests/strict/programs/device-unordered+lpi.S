/* SPDX-License-Identifier: Apache-2.0 */
/* LPIs are turned on while their configuration is not sure to be seen. */
#include "start.h"

program:	mmu_on
	set	x2, RAM | 0x4000000
	set	x9, GICR
	mov	x1, #0xa1
	strb	w1, [x2]
	set	x1, (7 << 7) | (1 << 10) | 13	/* Write-Back, Inner Shareable, 14 bits */
	orr	x3, x2, x1
	str	x3, [x9, #GICR_PROPBASER]
	add	x2, x2, #0x10000
	orr	x3, x2, x1
	str	x3, [x9, #GICR_PENDBASER]
	good	dsb	ishst
	mov	w1, #1
	str	w1, [x9]
	b	off
