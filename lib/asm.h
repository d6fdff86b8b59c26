/* SPDX-License-Identifier: Apache-2.0 */
/* Macros for the assembly files. */
#ifndef LIB_ASM_H
#define LIB_ASM_H

/*
 * A function that may also be reached by an indirect call: BTI c is a NOP where the CPU has no BTI.
 */
.macro func name
	.globl	\name
	.hidden	\name
	.type	\name, %function
	.balign	4
\name:
	hint	#34			/* bti c */
.endm

.macro endfunc name
	.size	\name, . - \name
.endm

/* The address of \sym, wherever the image runs; it must be within 4 GiB. */
.macro adr_l reg, sym
	adrp	\reg, \sym
	add	\reg, \reg, :lo12:\sym
.endm

#endif
