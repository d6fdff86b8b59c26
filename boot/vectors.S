/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's exception vectors. One entry is expected: a synchronous exception from the guest. Whatever
 * else arrives is Mavis's own error, is reported with the registers and stops the machine.
 */
#include "boot/mmu.h"
#include "boot/panic.h"
#include "hyp/cpu.h"
#include "hyp/frame.h"
#include "lib/asm.h"

	.text

/* The guest's SP_EL0, ELR_EL1 and thread registers serve as scratch: it will not run again. */
.macro unexpected kind
	.balign	0x80
	msr	tpidr_el0, x0
	mov	x0, #\kind
	b	panic_entry
.endm

/* From the fifth entry on: linker.ld puts this section, and the symbol vectors. */
	unexpected PANIC_EL2 + 0
	unexpected PANIC_EL2 + 1
	unexpected PANIC_EL2 + 2
	unexpected PANIC_EL2 + 3

	.balign	0x80
	b	guest_sync
	unexpected PANIC_GUEST + 1
	unexpected PANIC_GUEST + 2
	unexpected PANIC_GUEST + 3

	.balign	0x80
	b	guest_sync
	unexpected PANIC_GUEST32 + 1
	unexpected PANIC_GUEST32 + 2
	unexpected PANIC_GUEST32 + 3

/*
 * The guest's registers go to the stack and EL2's key for return addresses takes the place of the
 * guest's. The ISB makes the new key count before the first PACIASP; on the way back ERET is the
 * context synchronization.
 */
	.balign	0x80
	.globl	at_vectors
	.hidden	at_vectors
at_vectors:
guest_sync:
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp, #16 * 0]
	stp	x2, x3, [sp, #16 * 1]
	stp	x4, x5, [sp, #16 * 2]
	stp	x6, x7, [sp, #16 * 3]
	stp	x8, x9, [sp, #16 * 4]
	stp	x10, x11, [sp, #16 * 5]
	stp	x12, x13, [sp, #16 * 6]
	stp	x14, x15, [sp, #16 * 7]
	stp	x16, x17, [sp, #16 * 8]
	stp	x18, x19, [sp, #16 * 9]
	stp	x20, x21, [sp, #16 * 10]
	stp	x22, x23, [sp, #16 * 11]
	stp	x24, x25, [sp, #16 * 12]
	stp	x26, x27, [sp, #16 * 13]
	stp	x28, x29, [sp, #16 * 14]
	adr_l	x19, mmu_params
	ldr	x20, [x19, #MMU_PAUTH]
	mov	x29, xzr
	mov	x0, sp
	cbnz	x20, 1f
	str	x30, [sp, #16 * 15]
	bl	trap_from_guest
	b	2f

1:	mrs	x21, S3_0_C2_C1_0		/* APIAKeyLo_EL1 */
	mrs	x22, S3_0_C2_C1_1		/* APIAKeyHi_EL1 */
	ldp	x1, x2, [x19, #MMU_KEY]
	msr	S3_0_C2_C1_0, x1
	msr	S3_0_C2_C1_1, x2
	str	x30, [sp, #16 * 15]
	isb
	bl	trap_from_guest
	msr	S3_0_C2_C1_0, x21
	msr	S3_0_C2_C1_1, x22

2:	ldp	x0, x1, [sp, #16 * 0]
	ldp	x2, x3, [sp, #16 * 1]
	ldp	x4, x5, [sp, #16 * 2]
	ldp	x6, x7, [sp, #16 * 3]
	ldp	x8, x9, [sp, #16 * 4]
	ldp	x10, x11, [sp, #16 * 5]
	ldp	x12, x13, [sp, #16 * 6]
	ldp	x14, x15, [sp, #16 * 7]
	ldp	x16, x17, [sp, #16 * 8]
	ldp	x18, x19, [sp, #16 * 9]
	ldp	x20, x21, [sp, #16 * 10]
	ldp	x22, x23, [sp, #16 * 11]
	ldp	x24, x25, [sp, #16 * 12]
	ldp	x26, x27, [sp, #16 * 13]
	ldp	x28, x29, [sp, #16 * 14]
	ldr	x30, [sp, #16 * 15]
	add	sp, sp, #FRAME_SIZE
	eret
	dsb	nsh				/* what follows must not be speculated into */
	isb

/*
 * void guest_enter(u64 entry, u64 x0): leaves EL2 for the guest's first instruction on this CPU, as
 * the arm64 boot protocol and PSCI CPU_ON want it: EL1h, DAIF masked, x0 as given. Nothing of EL2's
 * registers goes along.
 */
func guest_enter
	msr	elr_el2, x0
	mov	x2, #0x3c5
	msr	spsr_el2, x2
	mrs	x2, tpidr_el2
	ldr	x2, [x2, #CPU_STACK]
	mov	sp, x2
	mov	x0, x1
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	mov	x\n, xzr
	.endr
	msr	sp_el0, xzr
	msr	sp_el1, xzr
	eret
	dsb	nsh
	isb
endfunc guest_enter

/*
 * Where at_vectors has its only vector that can be taken (hyp/at.S). The code above fills what
 * would be the others.
 */
	.org	at_vectors + 0x200
	b	at_failed

/*
 * x0 = what happened; the interrupted x0 is in TPIDR_EL0. The stack may be what failed, so another
 * one is used. Only the first CPU that gets here reports; its own second fault, or another CPU's,
 * waits for the power to go.
 */
panic_entry:
	msr	tpidrro_el0, x1
	msr	sp_el0, x2
	msr	elr_el1, x3
	adr_l	x1, panic_claimed
1:	ldaxr	w2, [x1]
	cbnz	w2, 3f
	mov	w2, #1
	stxr	w3, w2, [x1]
	cbnz	w3, 1b

	adr_l	x1, panic_frame
	mrs	x2, tpidr_el0
	mrs	x3, tpidrro_el0
	stp	x2, x3, [x1, #16 * 0]
	mrs	x2, sp_el0
	mrs	x3, elr_el1
	stp	x2, x3, [x1, #16 * 1]
	stp	x4, x5, [x1, #16 * 2]
	stp	x6, x7, [x1, #16 * 3]
	stp	x8, x9, [x1, #16 * 4]
	stp	x10, x11, [x1, #16 * 5]
	stp	x12, x13, [x1, #16 * 6]
	stp	x14, x15, [x1, #16 * 7]
	stp	x16, x17, [x1, #16 * 8]
	stp	x18, x19, [x1, #16 * 9]
	stp	x20, x21, [x1, #16 * 10]
	stp	x22, x23, [x1, #16 * 11]
	stp	x24, x25, [x1, #16 * 12]
	stp	x26, x27, [x1, #16 * 13]
	stp	x28, x29, [x1, #16 * 14]
	mov	x2, sp
	stp	x30, x2, [x1, #16 * 15]
	adr_l	x2, __panic_stack_end
	mov	sp, x2
	bl	panic_exception
3:	wfe
	b	3b

	.bss
	.balign	4
panic_claimed:
	.long	0

	.section .note.GNU-stack, "", %progbits
