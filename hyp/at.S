/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translations that the guest can make fail: an external abort on a walk is not reported in PAR_EL1
 * but taken as an exception (Arm ARM D8, "Address translation instructions"), here to EL2. For that
 * one instruction EL2 has other vectors.
 */
#include "lib/asm.h"

#define PAR_F	1

	.text

func at_guest
	mrs	x2, vbar_el2
	mrs	x3, elr_el2
	mrs	x4, spsr_el2
	mrs	x5, esr_el2
	mrs	x6, far_el2
	mrs	x7, hpfar_el2
	mrs	x8, par_el1
	adr_l	x9, at_vectors
	msr	vbar_el2, x9
	isb
	tbnz	w1, #1, 2f
	tbnz	w1, #0, 1f
	at	s1e1r, x0
	b	4f
1:	at	s1e1w, x0
	b	4f
2:	tbnz	w1, #0, 3f
	at	s12e1r, x0
	b	4f
3:	at	s12e1w, x0
4:	isb					/* PAR_EL1 is written by then */
	mrs	x0, par_el1
at_done:
	msr	vbar_el2, x2
	msr	elr_el2, x3
	msr	spsr_el2, x4
	msr	esr_el2, x5
	msr	far_el2, x6
	msr	hpfar_el2, x7
	msr	par_el1, x8
	isb
	ret
endfunc at_guest

/*
 * at_vectors is a 2 KiB-aligned address in vectors.S with this at its entry for a synchronous
 * exception from EL2: the only one that can come, as EL2 masks the others.
 */
func at_failed
	mov	x0, #PAR_F
	b	at_done
endfunc at_failed

	.section .note.GNU-stack, "", %progbits
