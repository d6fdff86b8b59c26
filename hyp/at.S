/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translations that the guest can make fail: an external abort on a walk is not reported in PAR_EL1
 * but taken as an exception (Arm ARM D8, "Address translation instructions"), here to EL2. The code
 * is guarded: such an exception goes on at the address in x17 (vectors.S).
 */
#include "lib/arch.h"
#include "lib/asm.h"

	.section .guarded, "ax"

func at_guest
	mrs	x3, elr_el2
	mrs	x4, spsr_el2
	mrs	x5, esr_el2
	mrs	x6, far_el2
	mrs	x7, hpfar_el2
	dmb	sy
	mrs	x8, par_el1
	dmb	sy
	adr	x17, 5f
	tbnz	w1, #2, 7f
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
	b	4f
7:	tbnz	w1, #0, 8f
	at	s1e0r, x0
	b	4f
8:	at	s1e0w, x0
4:	isb					/* PAR_EL1 is written by then */
	dmb	sy				/* Cortex-A77 erratum 1508412: on both sides */
	mrs	x0, par_el1
	dmb	sy
	b	6f
5:	mov	x0, #PAR_F
6:	msr	elr_el2, x3
	msr	spsr_el2, x4
	msr	esr_el2, x5
	msr	far_el2, x6
	msr	hpfar_el2, x7
	msr	par_el1, x8
	ret
endfunc at_guest

	.text
func guest_mair
	mrs	x0, mair_el1
	ret
endfunc guest_mair

func guest_sctlr
	mrs	x0, sctlr_el1
	ret
endfunc guest_sctlr

	.section .note.GNU-stack, "", %progbits
