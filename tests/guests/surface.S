/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that looks at what it finds in a CPU's registers, on two CPUs at their first instruction,
 * and at registers that Mavis answers; says it on a PL011 as `surface: NAME VALUE`, and turns the
 * machine off. An exception is said as a value of all ones. It runs with its MMU off, at any
 * address.
 */
#define PSCI_SYSTEM_OFF	0x84000008
#define PSCI_CPU_ON	0xc4000003

.macro show name, reg
	mov	x1, \reg
	adr	x0, name_\@
	bl	say
	.subsection 1
name_\@: .asciz	"\name"
	.balign	4
	.previous
.endm

.macro read name, reg
	mov	x19, #0
	mrs	x19, \reg
	show	"\name", x19
.endm

.macro write reg, val
	mov	x19, #\val
	msr	\reg, x19
	isb
.endm

	.arch	armv8-a
	.globl	_start
_start:
	adr	x0, first			/* x0 is the tree's address */
	b	look
first:	show	"registers", x20
	show	"vectors", x21
	show	"keys", x22
	show	"translation", x23

	adr	x0, vectors
	msr	vbar_el1, x0
	isb
	read	"locked at first", oslsr_el1
	write	oslar_el1, 1
	read	"locked", oslsr_el1
	write	oslar_el1, 0
	read	"opened", oslsr_el1
	write	osdlr_el1, 1
	read	"double lock", osdlr_el1
	write	osdlr_el1, 0
	read	"double lock opened", osdlr_el1
	write	dbgprcr_el1, 1
	read	"power request", dbgprcr_el1
	read	"oslar read", S2_0_C1_C0_4

	read	"auxiliary", actlr_el1
	write	actlr_el1, 0x7f
	read	"auxiliary written", actlr_el1
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #28, #4
	show	"ras", x0
	cbz	x0, 1f
	read	"error records", S3_0_C5_C3_0	/* ERRIDR_EL1 */
	write	S3_0_C5_C3_1, 1			/* ERRSELR_EL1 */
	read	"error record chosen", S3_0_C5_C3_1
	write	S3_0_C5_C4_1, 1			/* ERXCTLR_EL1 */
	read	"error control", S3_0_C5_C4_1
	read	"error data", S3_0_C5_C5_0	/* ERXMISC0_EL1 */
1:	read	"implementation defined", S3_0_C15_C2_0
	read	"pfr0", id_aa64pfr0_el1
	mov	x19, #0
	mov	x0, #0
	.inst	0xd50b73e0			/* CPP RCTX, X0 */
	show	"prediction", x19

	ldr	x0, =PSCI_CPU_ON
	mov	x1, #1
	adr	x2, _start_second
	mov	x3, #0
	hvc	#0
	cbnz	x0, off
	adr	x4, seen
2:	ldr	x0, [x4]
	cbz	x0, 2b
	ldp	x20, x21, [x4, #8]
	ldp	x22, x23, [x4, #24]
	show	"second registers", x20
	show	"second vectors", x21
	show	"second keys", x22
	show	"second translation", x23
off:	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.

_start_second:
	adr	x0, second
	b	look
second:	adr	x4, seen
	stp	x20, x21, [x4, #8]
	stp	x22, x23, [x4, #24]
	dmb	sy
	mov	x0, #1
	str	x0, [x4]
	b	.

/* x1 to x30 in x20, the vectors in x21, the keys in x22, PAR_EL1 in x23; goes on at x0. */
look:	orr	x20, x1, x2
	.irp	n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,21,22,23,24,25,26,27,28,29,30
	orr	x20, x20, x\n
	.endr
	mov	x1, #3 << 20			/* CPACR_EL1.FPEN */
	msr	cpacr_el1, x1
	isb
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	orr	v0.16b, v0.16b, v\n\().16b
	.endr
	.irp	n, 16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	orr	v0.16b, v0.16b, v\n\().16b
	.endr
	mov	x1, v0.d[0]
	mov	x2, v0.d[1]
	orr	x21, x1, x2
	mov	x22, #0
	mrs	x23, par_el1
	mrs	x1, id_aa64isar1_el1
	tst	x1, #0xff0			/* APA, API */
	b.eq	1f
	.irp	op2, 0, 1, 2, 3
	mrs	x1, S3_0_C2_C1_\op2		/* APIAKey, APIBKey */
	orr	x22, x22, x1
	mrs	x1, S3_0_C2_C2_\op2		/* APDAKey, APDBKey */
	orr	x22, x22, x1
	.endr
1:	br	x0

/* "surface: ", the name at x0 and x1 in hexadecimal digits. */
say:	mov	x6, x30
	mov	x7, x0
	adr	x0, prefix
	bl	print
	mov	x0, x7
	bl	print
	bl	hex
	mov	w3, #'\n'
	str	w3, [x2]
	ret	x6

#include "print.inc"

prefix:	.asciz	"surface: "
	.ltorg
	.balign	64				/* no line of code's is written */
seen:	.fill	8, 8, 0

	/* Goes on behind the instruction, with x19 all ones. */
	.balign	0x800
vectors:
	.rept	16
	.balign	0x80
	mrs	x18, elr_el1
	add	x18, x18, #4
	msr	elr_el1, x18
	mov	x19, #-1
	eret
	.endr
