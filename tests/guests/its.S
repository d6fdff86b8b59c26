/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that drives QEMU's ITS with its MMU off, on one of two CPUs: interrupts that it triggers,
 * moves and loses, and commands and tables that would be Mavis's end if they were taken as they
 * are. Says on a PL011 at which step it failed, or that all is well, and turns the machine off.
 */
#define UART		0x09000000
#define PSCI_SYSTEM_OFF	0x84000008

#define GICD		0x08000000
#define ITS		0x08080000
#define RD0		0x080a0000
#define RD1		0x080c0000
#define MAVIS		0x47a00000		/* filled in: where it is on this machine */
#define QUEUE		0x45000000		/* 64 KiB */
#define PROP		0x45010000
#define PEND0		0x45020000
#define PEND1		0x45030000
#define TABLE		0x45040000

#define GITS_CBASER	0x80
#define GITS_CWRITER	0x88
#define GITS_CREADR	0x90
#define GITS_BASER0	0x100
#define GICR_PROPBASER	0x70
#define GICR_PENDBASER	0x78

#define V		(1 << 63)
#define ID(n)		((n) << 32)
#define RD(n)		((n) << 16)
#define MOVI		0x01
#define INT		0x03
#define CLEAR		0x04
#define SYNC		0x05
#define MAPD		0x08
#define MAPC		0x09
#define MAPTI		0x0a
#define DISCARD		0x0f
#define VMAPP		0x29
#define NONE		1023

#define ICC_PMR		S3_0_C4_C6_0
#define ICC_IAR1	S3_0_C12_C12_0
#define ICC_EOIR1	S3_0_C12_C12_1
#define ICC_SRE		S3_0_C12_C12_5
#define ICC_IGRPEN1	S3_0_C12_C12_7

.macro step name
	mov	w28, #\name
.endm

.macro put reg, val, size=x
	ldr	\size\()1, =\val
	ldr	x0, =\reg
	str	\size\()1, [x0]
.endm

.macro command dw0, dw1=0, dw2=0, dw3=0
	ldr	x0, =\dw0
	ldr	x1, =\dw1
	ldr	x2, =\dw2
	ldr	x3, =\dw3
	bl	post
	bl	wait
.endm

/* The interrupt that there is to take on this CPU. */
.macro expect intid
	mrs	x0, ICC_IAR1
	ldr	x1, =\intid
	cmp	x0, x1
	b.ne	failed
	.if \intid != NONE
	msr	ICC_EOIR1, x0
	isb
	.endif
.endm

/* Whether bit 0 of a register is 1. */
.macro is_on reg, want
	ldr	x0, =\reg
	ldr	w0, [x0]
	and	w0, w0, #1
	cmp	w0, #\want
	b.ne	failed
.endm

/* LPI 8195 of the other CPU's table. */
.macro pending_there want
	dsb	sy
	ldr	x0, =PEND1 + 8192 / 8
	ldrb	w0, [x0]
	ubfx	w0, w0, #3, #1
	cmp	w0, #\want
	b.ne	failed
.endm

	.globl	_start
_start:
	ldr	x20, =QUEUE
	mov	w21, #0				/* GITS_CWRITER */
	ldr	x22, =ITS
	ldr	x0, =QUEUE			/* nothing of it in a cache, which this passes by */
	ldr	x1, =TABLE
1:	dc	civac, x0
	add	x0, x0, #16
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ldr	x0, =PROP			/* every LPI is on, of one priority */
	ldr	x1, =PEND0
	mov	w2, #0xa1
1:	strb	w2, [x0], #1
	cmp	x0, x1
	b.lo	1b
	ldr	x1, =TABLE			/* and none is pending */
2:	str	xzr, [x0], #8
	cmp	x0, x1
	b.lo	2b
	mov	x0, #7
	msr	ICC_SRE, x0
	isb
	mov	x0, #0xff
	msr	ICC_PMR, x0
	mov	x0, #1
	msr	ICC_IGRPEN1, x0
	isb
	put	GICD, 0x12, w
	put	RD0 + 0x14, 0, w
	put	RD1 + 0x14, 0, w

	step	'A'				/* a GICv3's, with physical LPIs */
	ldr	x0, [x22, #8]
	and	x0, x0, #3
	cmp	x0, #1
	b.ne	failed
	ldr	x0, =ITS + 0xffe8
	ldr	w0, [x0]
	ubfx	w0, w0, #4, #4
	cmp	w0, #3
	b.ne	failed

	step	'B'				/* LPIs' tables over Mavis, or nothing */
	put	RD0 + GICR_PROPBASER, PROP + 15
	put	RD0 + GICR_PENDBASER, MAVIS
	put	RD0, 1, w
	is_on	RD0, 0
	put	RD0 + GICR_PENDBASER, 0x09000000
	put	RD0, 1, w
	is_on	RD0, 0
	put	RD0 + GICR_PROPBASER, MAVIS + 15
	put	RD0 + GICR_PENDBASER, PEND0
	put	RD0, 1, w
	is_on	RD0, 0

	step	'C'
	put	RD0 + GICR_PROPBASER, PROP + 15
	put	RD0, 1, w
	is_on	RD0, 1
	put	RD1 + GICR_PROPBASER, PROP + 15
	put	RD1 + GICR_PENDBASER, PEND1
	put	RD1, 1, w
	is_on	RD1, 1
	put	RD0 + GICR_PENDBASER, MAVIS	/* QEMU would take it */
	ldr	x0, =RD0 + GICR_PENDBASER
	ldr	x0, [x0]
	ldr	x1, =PEND0
	bic	x0, x0, #(1 << 62)		/* PTZ */
	cmp	x0, x1
	b.ne	failed

	step	'D'				/* a queue over Mavis */
	put	ITS + GITS_CBASER, V + MAVIS
	put	ITS, 1, w
	is_on	ITS, 0

	step	'E'
	put	ITS + GITS_BASER0, V + TABLE
	ldr	x0, [x22, #GITS_BASER0]
	ubfx	x0, x0, #12, #36
	ldr	x1, =TABLE >> 12
	cmp	x0, x1
	b.ne	failed
	put	ITS + GITS_CBASER, V + QUEUE + 15
	put	ITS, 1, w
	is_on	ITS, 1

	step	'F'				/* an ITT over Mavis; then one interrupt */
	command	MAPD + ID(2), 4, V + MAVIS
	command	MAPC, 0, V + RD(0) + 3
	command	MAPTI + ID(2), 20 + ID(8195), 3
	expect	NONE
	command	INT + ID(2), 20
	expect	8195
	expect	NONE

	step	'G'				/* a collection that is not mapped */
	command	MAPTI + ID(2), 21 + ID(8196), 7
	command	INT + ID(2), 21
	expect	NONE
	command	MAPC, 0, V + RD(0) + 7
	command	INT + ID(2), 21
	expect	8196

	step	'H'				/* to the other CPU, and back */
	command	MAPC, 0, V + RD(1) + 4
	command	MOVI + ID(2), 20, 4
	command	INT + ID(2), 20
	expect	NONE
	pending_there 1
	command	CLEAR + ID(2), 20
	pending_there 0
	command	MOVI + ID(2), 20, 3
	command	INT + ID(2), 20
	expect	8195

	step	'I'				/* with it goes that it is pending */
	msr	ICC_PMR, xzr
	isb
	command	INT + ID(2), 20
	command	MOVI + ID(2), 20, 4
	pending_there 1
	mov	x0, #0xff
	msr	ICC_PMR, x0
	isb
	expect	NONE
	command	MOVI + ID(2), 20, 3
	expect	8195
	pending_there 0

	step	'J'				/* what is wrong changes nothing */
	command	VMAPP, V + MAVIS, V + MAVIS, MAVIS
	command	MAPD + ID(0xffffffff), 4, V + QUEUE
	command	MAPD + ID(3), 31, V + QUEUE
	command	MAPTI + ID(2), 22 + ID(3), 3
	command	MAPTI + ID(2), 32 + ID(8197), 3
	command	MAPTI + ID(9), 0 + ID(8197), 3
	command	MAPC, 0, V + RD(9) + 3
	command	MAPC, 0, V + RD(0) + 0xffff
	command	SYNC, 0, RD(9)
	command	0xff
	command	INT + ID(2), 20
	expect	8195

	step	'K'				/* more at once than a trap does */
	mov	w27, #300
1:	mov	x0, #SYNC
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	bl	fill
	subs	w27, w27, #1
	b.ne	1b
	mov	x0, #INT
	movk	x0, #2, lsl #32
	mov	x1, #20
	bl	post
	bl	wait
	expect	8195

	step	'L'				/* what is gone is gone */
	command	DISCARD + ID(2), 20
	command	INT + ID(2), 20
	expect	NONE
	command	MAPTI + ID(2), 20 + ID(8195), 3
	command	MAPD + ID(2)
	command	INT + ID(2), 20
	expect	NONE
	command	MAPD + ID(2), 4, V + QUEUE	/* and an ITT begins empty */
	command	INT + ID(2), 20
	expect	NONE

	step	'M'				/* tables that go take all with them */
	command	MAPTI + ID(2), 20 + ID(8195), 3
	put	ITS, 0, w
	put	ITS + GITS_BASER0, 0
	put	ITS + GITS_BASER0, V + TABLE
	put	ITS, 1, w
	command	INT + ID(2), 20
	expect	NONE

	adr	x0, said_well
	b	end
failed:	adr	x0, said_failed
	strb	w28, [x0, #(failed_step - said_failed)]
end:	ldr	x2, =UART
2:	ldrb	w1, [x0], #1
	cbz	w1, 3f
	str	w1, [x2]			/* a model's PL011 takes it at any time */
	b	2b
3:	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.

/* A command, x0 to x3, into the queue of 2,048. */
fill:	add	x4, x20, x21
	stp	x0, x1, [x4]
	stp	x2, x3, [x4, #16]
	add	w21, w21, #32
	and	w21, w21, #0xffff
	ret

/* That, and all that is in the queue, for the ITS to do. */
post:	mov	x26, x30
	bl	fill
	dsb	sy
	str	w21, [x22, #GITS_CWRITER]
	ret	x26

wait:	ldr	w5, =1000000
1:	ldr	w4, [x22, #GITS_CREADR]
	cmp	w4, w21
	b.eq	2f
	subs	w5, w5, #1
	b.ne	1b
	b	failed
2:	ret

said_well:	.asciz	"its: all is well\n"
said_failed:	.ascii	"its: failed at step "
failed_step:	.asciz	"?\n"
	.balign	8
	.ltorg
