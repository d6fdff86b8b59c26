/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits of the guest's that are answered with four of its registers saved, and its own keys for
 * return addresses in place: PSCI_VERSION; SMCCC_ARCH_WORKAROUND_1, 2 and 3, by the firmware; and
 * reads of feature registers. Everything else goes on to guest_exit as if it had not been here.
 */
#include "drivers/firmware.h"
#include "hyp/cpu.h"
#include "hyp/frame.h"
#include "hyp/kind.h"
#include "lib/arch.h"
#include "lib/asm.h"

/* ISS of an MRS of a feature register: op0 3, op1 0, CRn 0; CRm 0 to 7, any op2, any Rt. */
#define ISS_MASK	(3 << 20 | 7 << 14 | 15 << 10 | 8 << 1 | 1)
#define ISS_ID_READ	(3 << 20 | 1)

#define COUNT_SYSREG_AT	(CPU_COUNT + 8 * (EC_SYSREG - EC_HVC64))

	.text

/* Past the instruction that trapped, as skip_a64_instruction(): x0 and x1 are clobbered. */
.macro skip
	mrs	x0, elr_el2
	mrs	x1, spsr_el2
	add	x0, x0, #4
	and	x1, x1, #~PSTATE_SS
	and	x1, x1, #~PSTATE_BTYPE
	msr	elr_el2, x0
	msr	spsr_el2, x1
.endm

.macro leave
	ldp	x0, x1, [sp, #16 * 0]
	ldp	x2, x3, [sp, #16 * 1]
	add	sp, sp, #FRAME_SIZE
	eret
	dsb	nsh				/* what follows must not be speculated into */
	isb
.endm

/* x0 and x1 are saved, in the frame at SP. */
	.balign	64
	.globl	guest_sync
	.hidden	guest_sync
guest_sync:
	.cfi_startproc
	outermost
	stp	x2, x3, [sp, #16 * 1]
	mrs	x1, esr_el2
	mrs	x2, tpidr_el2
	ubfx	w3, w1, #ESR_EC_SHIFT, #6
	sub	w3, w3, #EC_HVC64
	cmp	w3, #(EC_SYSREG - EC_HVC64)
	b.hi	guest_abort
	b.eq	3f

	tst	w1, #0xffff			/* a call: only HVC #0 and SMC #0 are SMCCC's */
	b.ne	guest_exit
	ldr	w0, [sp]
	mov	w1, #PSCI_VERSION
	cmp	w0, w1
	b.ne	5f
	mov	w0, #VERSION_1_1
	str	x0, [sp]

/* w3 = 0: HVC; 1: SMC. x2 = struct cpu. */
1:	add	x2, x2, x3, lsl #3
	ldr	x0, [x2, #CPU_COUNT]
	add	x0, x0, #1
	str	x0, [x2, #CPU_COUNT]
	cbz	w3, 2f				/* ELR_EL2 is behind an HVC already */
	skip
2:	leave

/* CRm is not 0: those registers do not trap. x0 = its value, x1 = Rt, x2 = struct cpu. */
3:	ldr	w3, =ISS_MASK
	and	w3, w1, w3
	ldr	w0, =ISS_ID_READ
	cmp	w3, w0
	b.ne	guest_exit
	ubfx	w0, w1, #1, #4			/* CRm, 0 to 7 */
	cbz	w0, guest_exit
	ubfx	w3, w1, #17, #3			/* op2 */
	add	w0, w3, w0, lsl #3
	ldr	x3, [x2, #CPU_KIND]
	sub	x3, x3, #(8 * 8 - KIND_SHOWN)	/* the table begins with CRm 1 */
	ldr	x0, [x3, x0, lsl #3]
	ubfx	w1, w1, #5, #5
	cmp	w1, #3
	b.hi	4f
	str	x0, [sp, x1, lsl #3]
	ldr	x0, [x2, #COUNT_SYSREG_AT]
	b	7f

/* Each takes 16 bytes. */
4:	adr	x3, 6f - 16 * 4
	add	x3, x3, x1, lsl #4
	br	x3
6:	.irp	rt, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20, \
		    x21, x22, x23, x24, x25, x26, x27, x28, x29, x30, xzr
	hint	#36				/* bti j */
	mov	\rt, x0
	ldr	x0, [x2, #COUNT_SYSREG_AT]
	b	7f
	.endr
7:	add	x0, x0, #1
	str	x0, [x2, #COUNT_SYSREG_AT]
	skip
	leave

/*
 * The firmware's workarounds, which a guest calls at each entry of its own kernel, and the second
 * at each return, too, with what it asks for in w1. Firmware that has one knows SMCCC 1.1: x0 to x3
 * are all that it may change.
 */
5:	ldr	w1, =ARCH_WORKAROUND_1
	cmp	w0, w1
	ldr	w1, =ARCH_WORKAROUND_2
	ccmp	w0, w1, #4, ne			/* Z = 1 if one before was it */
	ldr	w1, =ARCH_WORKAROUND_3
	ccmp	w0, w1, #4, ne
	b.ne	guest_exit
	adr_l	x1, firmware
	ldr	w1, [x1, #FIRMWARE_SMCCC]
	mov	w0, #VERSION_1_1
	cmp	w1, w0
	b.lo	guest_exit
	ldp	x0, x1, [sp, #16 * 0]
	ldp	x2, x3, [sp, #16 * 1]
	mov	w1, w1				/* the 32-bit convention */
	smc	#0
	stp	x0, x1, [sp, #16 * 0]
	stp	x2, x3, [sp, #16 * 1]
	mrs	x1, esr_el2
	mrs	x2, tpidr_el2
	ubfx	w3, w1, #ESR_EC_SHIFT, #6
	sub	w3, w3, #EC_HVC64
	b	1b
	.cfi_endproc

	.section .note.GNU-stack, "", %progbits
