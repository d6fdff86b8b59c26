/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/asm.h"

	.text

/*
 * void dcache_clean_inval_poc(u64 start, u64 end): by VA to the point of coherency. Ends with the
 * DSB that completes the maintenance (Arm ARM B2, "Ordering and completion of data and instruction
 * cache instructions"). 128 lines a turn: cleaning the guest's kernel is the largest part of what
 * EL2 runs.
 */
func dcache_clean_inval_poc
	mrs	x2, ctr_el0
	ubfx	x2, x2, #16, #4			/* DminLine: log2 of words */
	mov	x3, #4
	lsl	x2, x3, x2
	sub	x3, x2, #1
	bic	x0, x0, x3
	subs	x4, x1, x2, lsl #7
	b.hs	2f
	b	4f				/* within 128 lines of address 0 */
1:
	.rept	128
	dc	civac, x0
	add	x0, x0, x2
	.endr
2:	cmp	x0, x4
	b.ls	1b
	b	4f
3:	dc	civac, x0
	add	x0, x0, x2
4:	cmp	x0, x1
	b.lo	3b
	dsb	sy
	ret
endfunc dcache_clean_inval_poc

	.section .note.GNU-stack, "", %progbits
