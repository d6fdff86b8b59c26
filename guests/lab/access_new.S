/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses by instructions that not every CPU has, and cache maintenance: as in access.S. What the
 * oldest assembler does not know is written as a number.
 */
#include "lib/asm.h"

	.arch	armv8.2-a+sve+rcpc

	.text

#define ACCESS(name, ...)			\
	func access_##name;			\
	mov x6, x2; mov x3, #0;			\
1:	__VA_ARGS__;				\
	subs x1, x1, #1;			\
	b.ne 1b;				\
	mov x0, x3;				\
	ret;					\
	endfunc access_##name

	ACCESS(ldar, ldar x3, [x0])
	ACCESS(ldapr, ldapr x3, [x0])
	ACCESS(stlr, stlr x2, [x0])
	ACCESS(prfm, prfm pldl1keep, [x0])
	ACCESS(dc_cvac, dc cvac, x0)
	ACCESS(dc_ivac, dc ivac, x0)
	ACCESS(dc_gva, sys #3, c7, c4, #3, x0)
	ACCESS(dc_gzva, sys #3, c7, c4, #4, x0)

/* Compares with what is there, so that it stores. */
func access_casp
	mov	x7, x2
	mov	x6, x2
1:	ldp	x4, x5, [x0]
	.inst	0x48247c06		/* casp x4, x5, x6, x7, [x0] (FEAT_LSE) */
	subs	x1, x1, #1
	b.ne	1b
	mov	x0, #0
	ret
endfunc access_casp

/* Both of its registers take what was there. */
func access_swpp
1:	mov	x4, x2
	mov	x5, x2
	.inst	0x19258004		/* swpp x4, x5, [x0] (FEAT_LSE128) */
	subs	x1, x1, #1
	b.ne	1b
	mov	x0, #0
	ret
endfunc access_swpp

func access_ld64b
1:	.inst	0xf83fd008		/* ld64b x8, [x0] (FEAT_LS64), which takes x8 to x15 */
	subs	x1, x1, #1
	b.ne	1b
	mov	x0, x8
	ret
endfunc access_ld64b

func access_st64b
	mov	x8, x2
	mov	x9, x2
	mov	x10, x2
	mov	x11, x2
	mov	x12, x2
	mov	x13, x2
	mov	x14, x2
	mov	x15, x2
1:	.inst	0xf83f9008		/* st64b x8, [x0] */
	subs	x1, x1, #1
	b.ne	1b
	mov	x0, #0
	ret
endfunc access_st64b

/* Copies the first 16 bytes to the next. */
func access_cpy
1:	add	x3, x0, #16
	mov	x4, x0
	mov	x5, #16
	.inst	0x1d0404a3		/* cpyp [x3]!, [x4]!, x5! (FEAT_MOPS) */
	.inst	0x1d4404a3		/* cpym */
	.inst	0x1d8404a3		/* cpye */
	subs	x1, x1, #1
	b.ne	1b
	mov	x0, #0
	ret
endfunc access_cpy

/* Sets 16 bytes to the lowest of val. */
func access_set
1:	mov	x3, x0
	mov	x5, #16
	.inst	0x19c204a3		/* setp [x3]!, x5!, x2 */
	.inst	0x19c244a3		/* setm */
	.inst	0x19c284a3		/* sete */
	subs	x1, x1, #1
	b.ne	1b
	mov	x0, #0
	ret
endfunc access_set

/*
 * One element, and whether FFR says that it was loaded: if not, the result is 0. First-fault, and
 * non-fault.
 */
.macro sve_load name, insn
func access_\name
	ptrue	p0.d, vl1
1:	setffr
	\insn	{ z0.d }, p0/z, [x0]
	subs	x1, x1, #1
	b.ne	1b
	rdffr	p1.b, p0/z
	cntp	x1, p0, p1.d
	fmov	x0, d0
	cmp	x1, #0
	csel	x0, x0, xzr, ne
	ret
endfunc access_\name
.endm

	sve_load ldff1, ldff1d
	sve_load ldnf1, ldnf1d

	.section .note.GNU-stack, "", %progbits
