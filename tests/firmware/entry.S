/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small firmware at EL3 for QEMU's virt with secure=on: it starts at 0, in the secure flash, lets
 * the other CPUs wait for CPU_ON, enters what a loader has put at EL2_ENTRY, and gives the calls
 * that come from there to answer() (el3.c). Not for anything but tests: it isolates nothing.
 */
#define EL2_ENTRY	0x41000000
#define EL2_TREE	0x42000000
#define STACKS		0x0e010000		/* secure RAM: 4 KiB for each CPU */

#define SPSR_EL2H	0x3c9			/* D, A, I, F */
#define SCR		0x30531			/* APK, API, RW, HCE, NS; RES1 */
/* And of later CPUs: PIEn, SCTLR2En, TCR2En, EnTP2, GCSEn, HXEn, ECVEn, FGTEn, ATA, EnSCXT. */
#define SCR_LATER	0x3ac01e000000
#define CPTR		0x1100			/* ESM, EZ */
#define FREQUENCY	62500000
#define SCTLR_EL2_OFF	0x30c50830		/* RES1 */
#define GICD		0x08000000
#define ICC_SRE_EL3	S3_6_C12_C12_5

	.section .text.entry, "ax"
	.globl	_start
_start:
	adr	x0, vectors
	msr	vbar_el3, x0
	mrs	x1, mpidr_el1
	and	x1, x1, #0xff
	add	x1, x1, #1
	mov	x0, #STACKS
	add	x0, x0, x1, lsl #12
	mov	sp, x0
	ldr	x0, =SCR
	ldr	x2, =SCR_LATER
	orr	x0, x0, x2
	msr	scr_el3, x0
	mov	x0, #CPTR
	msr	cptr_el3, x0
	msr	mdcr_el3, xzr
	mov	x0, #0xf
	msr	ICC_SRE_EL3, x0
	ldr	x0, =FREQUENCY
	msr	cntfrq_el0, x0
	isb
	cmp	x1, #1
	b.ne	wait
	ldr	x1, =GICD			/* one security state: DS, then ARE and group 1 */
	mov	w0, #0x50
	str	w0, [x1]
	bl	start
	ldr	x0, =EL2_ENTRY
	ldr	x1, =EL2_TREE
enter:	msr	elr_el3, x0
	mov	x0, #SPSR_EL2H
	msr	spsr_el3, x0
	mov	x0, x1
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	isb
	eret

/* Until CPU_ON: x0 is the entry, x1 the context. */
wait:	bl	wait_for_start
	b	enter

/* The first CPU, at an entry with a context: EL2 has lost what it had. */
	.globl	wake_up
wake_up:
	mov	x2, #STACKS
	add	sp, x2, #0x1000
	ldr	x2, =SCTLR_EL2_OFF
	msr	sctlr_el2, x2
	msr	hcr_el2, xzr
	msr	vttbr_el2, xzr
	msr	vtcr_el2, xzr
	msr	ttbr0_el2, xzr
	msr	vbar_el2, xzr
	msr	tpidr_el2, xzr
	b	enter

/* As after a reset. */
	.globl	cpu_off
cpu_off:
	b	_start

	.macro	stuck
	.balign	128
	b	.
	.endm

	.balign	2048
vectors:
	.rept	8
	stuck
	.endr
	.balign	128
	sub	sp, sp, #256
	stp	x0, x1, [sp, #16 * 0]
	stp	x2, x3, [sp, #16 * 1]
	stp	x4, x5, [sp, #16 * 2]
	stp	x6, x7, [sp, #16 * 3]
	stp	x8, x9, [sp, #16 * 4]
	stp	x10, x11, [sp, #16 * 5]
	stp	x12, x13, [sp, #16 * 6]
	stp	x14, x15, [sp, #16 * 7]
	stp	x16, x17, [sp, #16 * 8]
	stp	x18, x30, [sp, #16 * 9]
	mov	x0, sp
	bl	answer
	ldp	x2, x3, [sp, #16 * 1]
	ldp	x4, x5, [sp, #16 * 2]
	ldp	x6, x7, [sp, #16 * 3]
	b	back
	.rept	7
	stuck
	.endr
	.balign	128
back:	ldp	x8, x9, [sp, #16 * 4]
	ldp	x10, x11, [sp, #16 * 5]
	ldp	x12, x13, [sp, #16 * 6]
	ldp	x14, x15, [sp, #16 * 7]
	ldp	x16, x17, [sp, #16 * 8]
	ldp	x18, x30, [sp, #16 * 9]
	ldp	x0, x1, [sp, #16 * 0]
	add	sp, sp, #256
	eret

	.section .note.GNU-stack, "", %progbits
