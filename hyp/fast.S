/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits of the guest's that are answered with four of its registers saved, and its own keys for
 * return addresses in place: calls that are a constant, or the firmware's own; and reads of feature
 * registers. Everything else goes on to guest_exit as if it had not been here.
 */
#include "drivers/firmware.h"
#include "hyp/cpu.h"
#include "hyp/frame.h"
#include "hyp/kind.h"
#include "lib/arch.h"
#include "lib/asm.h"

/* ISS of an MRS of a feature register: op0 3, op1 0, CRn 0; CRm 1 to 7, any op2, any Rt. */
#define ISS_MASK	(3 << 20 | 7 << 14 | 15 << 10 | 1)
#define ISS_ID_READ	(3 << 20 | 1)

	.text

/* x0 and x1 are saved, in the frame at SP. */
	.balign	64
	.globl	guest_sync
	.hidden	guest_sync
guest_sync:
	.cfi_startproc
	outermost
	stp	x2, x3, [sp, #16 * 1]
	mrs	x2, esr_el2
	mrs	x3, tpidr_el2
	ubfx	w1, w2, #ESR_EC_SHIFT, #6
	sub	w1, w1, #EC_HVC64
	cmp	w1, #(EC_SYSREG - EC_HVC64)
	b.hi	guest_exit
	b.eq	2f

	tst	w2, #0xffff			/* a call: only HVC #0 and SMC #0 are SMCCC's */
	b.ne	guest_exit
	ldr	w0, [sp]
	mov	w2, #PSCI_VERSION
	cmp	w0, w2
	b.ne	3f
	mov	w0, #VERSION_1_1
	str	x0, [sp]

/* w1 = 0: HVC; 1: SMC; 2: a register was read. x3 = struct cpu. */
1:	add	x3, x3, x1, lsl #3
	ldr	x2, [x3, #CPU_COUNT]
	add	x2, x2, #1
	str	x2, [x3, #CPU_COUNT]
	cbz	w1, 4f				/* ELR_EL2 is behind an HVC already */
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	add	x2, x2, #4
	and	x3, x3, #~PSTATE_SS
	and	x3, x3, #~PSTATE_BTYPE
	msr	elr_el2, x2
	msr	spsr_el2, x3
4:	ldp	x0, x1, [sp, #16 * 0]
	ldp	x2, x3, [sp, #16 * 1]
	add	sp, sp, #FRAME_SIZE
	eret
	dsb	nsh				/* what follows must not be speculated into */
	isb

2:	ldr	w1, =ISS_MASK
	and	w1, w2, w1
	ldr	w0, =ISS_ID_READ
	cmp	w1, w0
	b.ne	guest_exit
	ubfx	w0, w2, #1, #4			/* CRm */
	sub	w0, w0, #1
	cmp	w0, #7
	b.hs	guest_exit
	ubfx	w1, w2, #17, #3			/* op2 */
	add	w0, w1, w0, lsl #3
	ubfx	w1, w2, #5, #5			/* Rt */
	ldr	x2, [x3, #CPU_KIND]
	add	x2, x2, #KIND_SHOWN
	ldr	x0, [x2, x0, lsl #3]
	cmp	w1, #3
	b.hi	5f
	str	x0, [sp, x1, lsl #3]
	mov	w1, #(EC_SYSREG - EC_HVC64)
	b	1b

5:	adr	x2, 6f - 4 * 12
	add	x1, x1, x1, lsl #1
	add	x2, x2, x1, lsl #2
	mov	w1, #(EC_SYSREG - EC_HVC64)
	br	x2
6:	.irp	rt, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20, \
		    x21, x22, x23, x24, x25, x26, x27, x28, x29, x30, xzr
	hint	#36				/* bti j */
	mov	\rt, x0
	b	1b
	.endr

/*
 * The firmware's workarounds, which a guest calls at each entry of its own kernel. Firmware that
 * has one knows SMCCC 1.1: x0 to x3 are all that it may change.
 */
3:	ldr	w2, =ARCH_WORKAROUND_1
	cmp	w0, w2
	ldr	w2, =ARCH_WORKAROUND_3
	ccmp	w0, w2, #4, ne			/* Z = 1 if the first was it */
	b.ne	guest_exit
	adr_l	x2, firmware
	ldr	w2, [x2, #FIRMWARE_SMCCC]
	mov	w0, #VERSION_1_1
	cmp	w2, w0
	b.lo	guest_exit
	ldp	x0, x1, [sp, #16 * 0]
	ldp	x2, x3, [sp, #16 * 1]
	smc	#0
	stp	x0, x1, [sp, #16 * 0]
	stp	x2, x3, [sp, #16 * 1]
	mrs	x2, esr_el2
	mrs	x3, tpidr_el2
	ubfx	w1, w2, #ESR_EC_SHIFT, #6
	sub	w1, w1, #EC_HVC64
	b	1b
	.cfi_endproc

	.section .note.GNU-stack, "", %progbits
