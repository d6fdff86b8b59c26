/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AT S1E1R, which the guest can make fail: an external abort on its walk is not reported in PAR_EL1 but taken as an
 * exception (Arm ARM D8, "Address translation instructions"), here to EL2. For that one instruction EL2 has other
 * vectors.
 */
#include "lib/asm.h"

#define PAR_F	1

	.text

func at_s1e1r
	mrs	x2, vbar_el2
	mrs	x3, elr_el2
	mrs	x4, spsr_el2
	mrs	x5, esr_el2
	mrs	x6, far_el2
	mrs	x7, hpfar_el2
	mrs	x8, par_el1
	adr_l	x1, at_vectors
	msr	vbar_el2, x1
	isb
	at	s1e1r, x0
	isb					/* PAR_EL1 is written by then */
	mrs	x0, par_el1
1:	msr	vbar_el2, x2
	msr	elr_el2, x3
	msr	spsr_el2, x4
	msr	esr_el2, x5
	msr	far_el2, x6
	msr	hpfar_el2, x7
	msr	par_el1, x8
	isb
	ret
endfunc at_s1e1r

/* Synchronous exceptions at EL2 with SP_EL2 are the one; everything else goes where it always goes. */
	.balign	0x800
at_vectors:
	.irp	offset, 0x000, 0x080, 0x100, 0x180
	.balign	0x80
	b	vectors + \offset
	.endr

	.balign	0x80
	mov	x0, #PAR_F
	b	1b

	.irp	offset, 0x280, 0x300, 0x380, 0x400, 0x480, 0x500, 0x580, 0x600, 0x680, 0x700, 0x780
	.balign	0x80
	b	vectors + \offset
	.endr

	.section .note.GNU-stack, "", %progbits
