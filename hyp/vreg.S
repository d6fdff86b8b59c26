/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's V registers, which EL2 leaves in the CPU and its C code cannot touch. Only loads and
 * stores, which every PSTATE.SM allows. A register that is written loses what SVE has above its 128
 * bits, as by the guest's own instruction; the others keep theirs.
 */
#include "lib/asm.h"

	.arch	armv8-a+simd

	.section .text.vreg, "ax"

/* By number, in two instructions each: RET is no branch that BTI looks at. */
.macro by_number table
	adr	x9, \table
	add	x9, x9, x0, lsl #3
	ret	x9
.endm

/* x0 = number, x1 = where to */
func vreg_read
	by_number 1f
1:	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	str	q\n, [x1]
	ret
	.endr
endfunc vreg_read

func vreg_write
	by_number 1f
1:	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr	q\n, [x1]
	ret
	.endr
endfunc vreg_write

	.section .note.GNU-stack, "", %progbits
