/* SPDX-License-Identifier: Apache-2.0 */
/* Macros for the assembly files. */
#ifndef LIB_ASM_H
#define LIB_ASM_H

/* What a debugger unwinds by is in mavis.elf alone. */
	.cfi_sections .debug_frame

/*
 * A function that may also be reached by an indirect call: BTI c is a NOP where the CPU has no BTI.
 * To a debugger it leaves SP and its return address in x30 alone, or says otherwise.
 */
.macro func name
	.globl	\name
	.hidden	\name
	.type	\name, %function
	.balign	4
\name:
	.cfi_startproc
	hint	#34			/* bti c */
.endm

.macro endfunc name
	.cfi_endproc
	.size	\name, . - \name
.endm

/* For a debugger: nobody has called this, a backtrace ends here. */
.macro outermost
	.cfi_undefined x30
.endm

/* The address of \sym, wherever the image runs; it must be within 4 GiB. */
.macro adr_l reg, sym
	adrp	\reg, \sym
	add	\reg, \reg, :lo12:\sym
.endm

#endif
