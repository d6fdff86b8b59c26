/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that reads every system register that can be written into an instruction (op0 2 and 3),
 * and writes 0 to those that Mavis traps, then calls Mavis; says on a PL011 how many were there and
 * how many undefined, and turns the machine off. It runs with its MMU off, at any address.
 */
#define PSCI_VERSION	0x84000000
#define PSCI_SYSTEM_OFF	0x84000008

#define MRS_X0		0xd5300000		/* op0 2 and all else 0 */
#define MSR_X0		0xd5100000
#define ENCODINGS	0x8000

	.arch	armv8-a
	.globl	_start
_start:
	adr	x0, vectors
	msr	vbar_el1, x0
	isb
	mov	w26, #0				/* registers that are there */
	mov	w27, #0				/* those that are not */
	mov	w20, #0
1:	ldr	w21, =MRS_X0
	add	w21, w21, w20, lsl #5
	bl	try
	add	w20, w20, #1
	cmp	w20, #ENCODINGS
	b.ne	1b
	adr	x0, read
	bl	say

	mov	w26, #0
	mov	w27, #0
	mov	w20, #0
2:	ubfx	w0, w20, #7, #4			/* CRn */
	tbz	w20, #14, 3f			/* op0 3: 5, 11 and 15; 2: 1, where the locks are */
	cmp	w0, #5
	ccmp	w0, #11, #4, ne
	ccmp	w0, #15, #4, ne
	b.eq	4f
	b	5f
3:	cmp	w0, #1
	b.ne	5f
4:	ubfx	w0, w20, #11, #3		/* op1: EL1's and EL0's */
	cbz	w0, 6f
	cmp	w0, #3
	b.ne	5f
6:	ldr	w21, =MSR_X0
	add	w21, w21, w20, lsl #5
	bl	try
5:	add	w20, w20, #1
	cmp	w20, #ENCODINGS
	b.ne	2b
	adr	x0, written
	bl	say

	ldr	w0, =PSCI_VERSION
	hvc	#0
	mov	w26, w0
	mov	w27, #0
	adr	x0, version
	bl	say
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.

/* Runs the instruction in w21. */
try:	adr	x1, insn
	str	w21, [x1]
	dmb	sy				/* DC is not ordered with a store past the caches */
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	dsb	ish
	isb
	mov	w25, #1
	mov	x0, #0
	b	insn
	.balign	64				/* a line of its own */
insn:	nop
	b	back
	.balign	64
back:	add	w26, w26, w25
	eor	w25, w25, #1
	add	w27, w27, w25
	ret

/* The text at x0, and w26 and w27 in hexadecimal digits. */
say:	mov	x6, x30
	bl	print
	mov	w1, w26
	bl	hex32
	mov	w1, w27
	bl	hex32
	mov	w3, #'\n'
	str	w3, [x2]
	ret	x6

#include "print.inc"

read:	.asciz	"sweep: read"
written:
	.asciz	"sweep: written"
version:
	.asciz	"sweep: version"
	.balign	8
	.ltorg

	/* Goes on behind the instruction: it was not there. */
	.balign	0x800
vectors:
	.rept	16
	.balign	0x80
	mrs	x18, elr_el1
	add	x18, x18, #4
	msr	elr_el1, x18
	mov	w25, #0
	eret
	.endr
