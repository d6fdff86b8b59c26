/* SPDX-License-Identifier: Apache-2.0 */
/* A TLB may take the whole group for what one of its entries says. */
#include "start.h"

#define HINT	(1 << 52)

program:	mmu_on
	set	x1, EL2_WB | HINT | (16 << 30)
	add	x2, x20, #8 * 16
	mov	x3, #16
	bad	mov	x3, #15
	mov	x4, #1 << 30
1:	str	x1, [x2], #8
	add	x1, x1, x4
	subs	x3, x3, #1
	b.ne	1b
	dsb	ishst
	isb
	b	off
