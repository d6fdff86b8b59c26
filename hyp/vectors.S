/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2's exception vectors. Two entries are expected: a synchronous exception from the guest, and
 * one from EL2's own guarded code. Whatever else arrives is Mavis's own error, is reported with the
 * registers and stops the machine.
 */
#include "hyp/cpu.h"
#include "hyp/frame.h"
#include "hyp/harden.h"
#include "hyp/panic.h"
#include "lib/arch.h"
#include "lib/asm.h"
#include "mm/el2.h"

	.section .text.vectors, "ax"

/* The guest's SP_EL0, ELR_EL1 and thread registers serve as scratch: it will not run again. */
.macro unexpected kind
	.balign	0x80
	msr	tpidr_el0, x0
	mov	x0, #\kind
	b	panic_entry
.endm

.macro expected handler
	.balign	0x80
	b	\handler
.endm

/* To their places in a struct frame at \base. */
.macro save_x4_to_x9 base
	stp	x4, x5, [\base, #16 * 2]
	stp	x6, x7, [\base, #16 * 3]
	stp	x8, x9, [\base, #16 * 4]
.endm

.macro save_x10_to_x15 base
	stp	x10, x11, [\base, #16 * 5]
	stp	x12, x13, [\base, #16 * 6]
	stp	x14, x15, [\base, #16 * 7]
.endm

.macro save_x16_to_x19 base
	stp	x16, x17, [\base, #16 * 8]
	stp	x18, x19, [\base, #16 * 9]
.endm

.macro save_x20_to_x29 base
	stp	x20, x21, [\base, #16 * 10]
	stp	x22, x23, [\base, #16 * 11]
	stp	x24, x25, [\base, #16 * 12]
	stp	x26, x27, [\base, #16 * 13]
	stp	x28, x29, [\base, #16 * 14]
.endm

.macro harden_none
.endm

/*
 * Nothing of the guest's may steer what EL2's branches are predicted to do. x0 and x1 are saved. A
 * wrong guess at the branches in here ends at a barrier.
 */
.macro harden_cpu
	mrs	x0, tpidr_el2
	ldr	w0, [x0, #CPU_HARDEN]
	tbnz	w0, #HARDEN_CALL_BIT, 4f
	cmp	w0, #HARDEN_CLRBHB
	b.eq	3f
1:	b	2f
2:	subs	w0, w0, #1
	b.ne	1b
	b	5f
3:	hint	#22				/* clrbhb */
	b	5f
4:	stp	x2, x3, [sp, #16 * 1]
	smc	#0
	ldp	x2, x3, [sp, #16 * 1]
5:	dsb	nsh
	isb
.endm

/* A synchronous exception of the guest's, and what else may come from it. */
.macro from_guest harden, kind
	.balign	0x80
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp, #16 * 0]
	\harden
	b	guest_sync
	unexpected \kind + 1
	unexpected \kind + 2
	unexpected \kind + 3
.endm

.macro vector_table harden
	.balign	VECTORS_SIZE
	unexpected PANIC_EL2_SP0 + 0		/* with SP_EL0: EL2 never selects it */
	unexpected PANIC_EL2_SP0 + 1
	unexpected PANIC_EL2_SP0 + 2
	unexpected PANIC_EL2_SP0 + 3

	expected el2_sync			/* with SP_EL2 */
	unexpected PANIC_EL2 + 1
	unexpected PANIC_EL2 + 2
	unexpected PANIC_EL2 + 3

	from_guest \harden, PANIC_GUEST		/* from AArch64 */
	from_guest \harden, PANIC_GUEST32	/* from AArch32 */
.endm

	.balign	VECTORS_SIZE
	.globl	vectors
	.hidden	vectors
vectors:
	vector_table harden_none
	vector_table harden_cpu

/*
 * Code in .guarded may be answered by an external abort, of an access or of a walk, and where EL3
 * has given a granule to another world, by a granule protection fault, which it may leave to EL2
 * (SCR_EL3.GPF): it goes on where its x17 says, with all but x16 as it was. x16 waits in the
 * compare value of EL2's timer, which is off for good (init_timers()): no other register of EL2's
 * is free, and the stack may be what has failed.
 */
	.balign	0x80
el2_sync:
	msr	cnthp_cval_el2, x16
	mrs	x16, esr_el2
	and	x16, x16, #0x3f			/* ISS_FSC */
	sub	x16, x16, #FSC_GPF_WALK
	cmp	x16, #(FSC_GPF - FSC_GPF_WALK)
	mrs	x16, esr_el2
	b.ls	2f
	tbz	x16, #4, 1f			/* ISS_FSC is 0b01xxxx: external */
	tbnz	x16, #5, 1f
2:	ubfx	x16, x16, #ESR_EC_SHIFT, #6
	cmp	x16, #(EC_DATA_ABORT + 1)
	b.ne	1f
	mrs	x16, tpidr_el2
	cbz	x16, 1f
	str	x17, [x16, #CPU_SCRATCH]
	adr_l	x17, __guarded_start
	mrs	x16, elr_el2
	cmp	x16, x17
	adr_l	x17, __guarded_end
	ccmp	x16, x17, #2, hs		/* below the start: C = 1, as if past the end */
	mrs	x16, tpidr_el2
	ldr	x17, [x16, #CPU_SCRATCH]
	b.hs	1f
	msr	elr_el2, x17
	eret
	dsb	nsh
	isb
1:	mrs	x16, cnthp_cval_el2
	unexpected PANIC_EL2

/* x0 to x3 are. */
.macro save_rest
	save_x4_to_x9 sp
	save_x10_to_x15 sp
	save_x16_to_x19 sp
	save_x20_to_x29 sp
	str	x30, [sp, #16 * 15]
.endm

/*
 * What fast.S does not answer. Of aborts (x1 = ESR_EL2, x2 = struct cpu), but not of stores, first
 * those that need no key of EL2's; then that for return addresses takes the place of the guest's.
 * The ISB makes the new key count before the first PACIASP; on the way back ERET is the context
 * synchronization.
 */
	.balign	0x80
	.globl	guest_exit, guest_abort
	.hidden	guest_exit, guest_abort
guest_abort:
	.cfi_startproc
	outermost
	save_rest
	tbnz	x1, #ISS_WNR_SHIFT, 0f
	mov	x0, sp
	bl	trap_fast
	cbnz	w0, 2f
	b	0f

guest_exit:
	save_rest
0:	mov	x29, xzr
	adr_l	x19, el2_params
	ldr	x20, [x19, #EL2_PAUTH]
	mov	x0, sp
	cbnz	x20, 1f
	bl	trap_from_guest
	b	2f

1:	mrs	x21, SYS_APIAKEYLO_EL1
	mrs	x22, SYS_APIAKEYHI_EL1
	ldp	x1, x2, [x19, #EL2_KEY]
	msr	SYS_APIAKEYLO_EL1, x1
	msr	SYS_APIAKEYHI_EL1, x2
	isb
	bl	trap_from_guest
	msr	SYS_APIAKEYLO_EL1, x21
	msr	SYS_APIAKEYHI_EL1, x22

2:	ldp	x10, x11, [sp, #16 * 5]
	ldp	x12, x13, [sp, #16 * 6]
	ldp	x14, x15, [sp, #16 * 7]
	ldp	x20, x21, [sp, #16 * 10]
	ldp	x22, x23, [sp, #16 * 11]
	ldp	x24, x25, [sp, #16 * 12]
	ldp	x26, x27, [sp, #16 * 13]
	ldp	x28, x29, [sp, #16 * 14]
	ldp	x0, x1, [sp, #16 * 0]
	ldp	x2, x3, [sp, #16 * 1]
	ldp	x4, x5, [sp, #16 * 2]
	ldp	x6, x7, [sp, #16 * 3]
	ldp	x8, x9, [sp, #16 * 4]
	ldp	x16, x17, [sp, #16 * 8]
	ldp	x18, x19, [sp, #16 * 9]
	ldr	x30, [sp, #16 * 15]
	add	sp, sp, #FRAME_SIZE
	eret
	dsb	nsh				/* what follows must not be speculated into */
	isb
	.cfi_endproc

/*
 * x0 = what happened; the interrupted x0 is in TPIDR_EL0. The stack may be what failed, so another
 * one is used. Only the first CPU that gets here reports, and comes again where reporting fails;
 * the others wait for the power to go.
 */
panic_entry:
	.cfi_startproc
	outermost
	msr	tpidrro_el0, x1
	msr	sp_el0, x2
	msr	elr_el1, x3
	adr_l	x1, panic_owner
	mrs	x2, mpidr_el1			/* bit 31 is RES1 */
1:	ldaxr	x3, [x1]
	cbnz	x3, 3f
	stxr	w3, x2, [x1]
	cbnz	w3, 1b

	adr_l	x1, panic_frame
	mrs	x2, tpidr_el0
	mrs	x3, tpidrro_el0
	stp	x2, x3, [x1, #16 * 0]
	mrs	x2, sp_el0
	mrs	x3, elr_el1
	stp	x2, x3, [x1, #16 * 1]
	save_x4_to_x9 x1
	save_x10_to_x15 x1
	save_x16_to_x19 x1
	save_x20_to_x29 x1
	mov	x2, sp
	stp	x30, x2, [x1, #16 * 15]
2:	adr_l	x2, __panic_stack_end
	mov	sp, x2
	bl	panic_exception
3:	cmp	x3, x2
	b.eq	2b
	bl	panic_wait
	.cfi_endproc

	.bss
	.balign	8
	.globl	panic_owner
	.hidden	panic_owner
panic_owner:
	.quad	0

	.section .note.GNU-stack, "", %progbits
