/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memcpy, memmove and memset.
 *
 * They move 16 bytes at a time and do not align first: with the MMU on, all that EL2 copies is
 * Normal memory, where unaligned access is allowed. With the MMU off every access is to Device
 * memory and must be aligned: what runs then copies 8-byte aligned objects only.
 */
#include "lib/asm.h"

	.text

/* void *memmove(void *dst, const void *src, size_t n) */
func memmove
	sub	x3, x0, x1
	cmp	x3, x2			/* dst - src < n, unsigned: dst is in src */
	b.lo	.Lbackward
	/* fall through: forward is right for all else */
endfunc memmove

/* void *memcpy(void *dst, const void *src, size_t n) */
func memcpy
	mov	x3, x0
	subs	x2, x2, #64
	b.lo	2f
1:	ldp	x4, x5, [x1]
	ldp	x6, x7, [x1, #16]
	ldp	x8, x9, [x1, #32]
	ldp	x10, x11, [x1, #48]
	add	x1, x1, #64
	stp	x4, x5, [x3]
	stp	x6, x7, [x3, #16]
	stp	x8, x9, [x3, #32]
	stp	x10, x11, [x3, #48]
	add	x3, x3, #64
	subs	x2, x2, #64
	b.hs	1b
2:	tbz	x2, #5, 7f
	ldp	x4, x5, [x1], #16
	ldp	x6, x7, [x1], #16
	stp	x4, x5, [x3], #16
	stp	x6, x7, [x3], #16
7:	tbz	x2, #4, 3f
	ldp	x4, x5, [x1], #16
	stp	x4, x5, [x3], #16
3:	tbz	x2, #3, 4f
	ldr	x4, [x1], #8
	str	x4, [x3], #8
4:	ands	x2, x2, #7
	b.eq	6f
5:	ldrb	w4, [x1], #1
	strb	w4, [x3], #1
	subs	x2, x2, #1
	b.ne	5b
6:	ret

.Lbackward:
	add	x1, x1, x2
	add	x3, x0, x2
	subs	x2, x2, #32
	b.lo	2f
1:	ldp	x4, x5, [x1, #-16]
	ldp	x6, x7, [x1, #-32]
	sub	x1, x1, #32
	stp	x4, x5, [x3, #-16]
	stp	x6, x7, [x3, #-32]
	sub	x3, x3, #32
	subs	x2, x2, #32
	b.hs	1b
2:	ands	x2, x2, #31
	b.eq	4f
3:	ldrb	w4, [x1, #-1]!
	strb	w4, [x3, #-1]!
	subs	x2, x2, #1
	b.ne	3b
4:	ret
endfunc memcpy

/* void *memset(void *dst, int c, size_t n) */
func memset
	mov	x3, x0
	and	x1, x1, #0xff
	mov	x4, #0x0101010101010101
	mul	x1, x1, x4
	subs	x2, x2, #128
	b.lo	2f
1:	stp	x1, x1, [x3]
	stp	x1, x1, [x3, #16]
	stp	x1, x1, [x3, #32]
	stp	x1, x1, [x3, #48]
	stp	x1, x1, [x3, #64]
	stp	x1, x1, [x3, #80]
	stp	x1, x1, [x3, #96]
	stp	x1, x1, [x3, #112]
	add	x3, x3, #128
	subs	x2, x2, #128
	b.hs	1b
2:	tbz	x2, #6, 7f
	stp	x1, x1, [x3], #16
	stp	x1, x1, [x3], #16
	stp	x1, x1, [x3], #16
	stp	x1, x1, [x3], #16
7:	tbz	x2, #5, 8f
	stp	x1, x1, [x3], #16
	stp	x1, x1, [x3], #16
8:	tbz	x2, #4, 3f
	stp	x1, x1, [x3], #16
3:	tbz	x2, #3, 4f
	str	x1, [x3], #8
4:	ands	x2, x2, #7
	b.eq	6f
5:	strb	w1, [x3], #1
	subs	x2, x2, #1
	b.ne	5b
6:	ret
endfunc memset

	.section .note.GNU-stack, "", %progbits
