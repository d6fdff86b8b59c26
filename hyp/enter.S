/* SPDX-License-Identifier: Apache-2.0 */
/* The way into the guest. */
#include "hyp/cpu.h"
#include "lib/arch.h"
#include "lib/asm.h"
#include "mm/el2.h"

	.arch	armv8-a+simd
	.text

/*
 * void guest_enter(u64 entry, u64 x0): leaves EL2 for the guest's first instruction on this CPU, as
 * the arm64 boot protocol and PSCI CPU_ON want it: EL1h, DAIF masked, x0 as given. Nothing of EL2's
 * registers goes along: not its key for return addresses, nor what libfdt left in vectors. Writing
 * V clears the rest of Z.
 */
func guest_enter
	msr	elr_el2, x0
	mov	x2, #(PSTATE_DAIF | PSTATE_EL1H)
	msr	spsr_el2, x2
	mrs	x2, tpidr_el2
	ldr	x2, [x2, #CPU_STACK]
	mov	sp, x2
	mov	x0, x1

	adr_l	x1, el2_params
	ldr	x1, [x1, #EL2_PAUTH]
	cbz	x1, 1f
	msr	SYS_APIAKEYLO_EL1, xzr
	msr	SYS_APIAKEYHI_EL1, xzr
	msr	SYS_APIBKEYLO_EL1, xzr
	msr	SYS_APIBKEYHI_EL1, xzr
	msr	SYS_APDAKEYLO_EL1, xzr
	msr	SYS_APDAKEYHI_EL1, xzr
	msr	SYS_APDBKEYLO_EL1, xzr
	msr	SYS_APDBKEYHI_EL1, xzr
1:
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	movi	v\n\().2d, #0
	.endr
	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	movi	v\n\().2d, #0
	.endr
	msr	fpcr, xzr
	msr	fpsr, xzr
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	mov	x\n, xzr
	.endr
	msr	sp_el0, xzr
	msr	sp_el1, xzr
	eret
	dsb	nsh				/* what follows must not be speculated into */
	isb
endfunc guest_enter

	.section .note.GNU-stack, "", %progbits
