/* SPDX-License-Identifier: Apache-2.0 */
/* What speed.c measures: access_fns of the lab. */
#include "lib/asm.h"

	.text

/* n loads, each from where the one before says. */
func speed_chase
1:	ldr	x0, [x0]
	subs	x1, x1, #1
	b.ne	1b
	ret
endfunc speed_chase

/* n bytes, over and over one page, in pairs. */
#define SPAN_MASK	0xfff

.macro sweep name, insn
func speed_\name
	mov	x9, x0
	mov	x10, #0
1:	add	x11, x9, x10
	\insn	x2, x3, [x11]
	\insn	x4, x5, [x11, #16]
	\insn	x6, x7, [x11, #32]
	\insn	x12, x13, [x11, #48]
	add	x10, x10, #64
	and	x10, x10, #SPAN_MASK
	subs	x1, x1, #64
	b.ne	1b
	ret
endfunc speed_\name
.endm

	sweep	read, ldp
	sweep	write, stp

	.section .note.GNU-stack, "", %progbits
