/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that reads what EL2 answers into each of its registers: a feature register, and a
 * register of an ITS's, whole and by halves. Each time what comes must be the same, and all other
 * registers must be as they were. For QEMU virt, with its MMU off, at any address.
 */
#define PSCI_SYSTEM_OFF	0x84000008
#define GITS_TYPER	0x08080008
#define FILL		0x1000			/* plus a register's number is what it has */
#define SUM		(31 * FILL + 31 * 30 / 2)

.macro fill
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
		   21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	mov	x\n, #(FILL + \n)
	.endr
.endm

/* The sum of all, in x0. */
.macro add_up
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
		   22, 23, 24, 25, 26, 27, 28, 29, 30
	add	x0, x0, x\n
	.endr
.endm

/*
 * Into register \n; \base is another one. TPIDR_EL1 has what must come, TPIDR_EL0 what does,
 * TPIDRRO_EL0 which test it is.
 */
.macro ask n, base, op:vararg
	fill
	ldr	x\base, =GITS_TYPER
	\op
	msr	tpidr_el0, x\n
	mov	x\n, #(FILL + \n)
	mov	x\base, #(FILL + \base)
	add_up
	ldr	x1, =SUM
	cmp	x0, x1
	b.ne	lost
	mrs	x0, tpidr_el0
	mrs	x1, tpidr_el1
	cmp	x0, x1
	b.ne	wrong
	mrs	x0, tpidrro_el0
	add	x0, x0, #1
	msr	tpidrro_el0, x0
.endm

	.globl	_start
_start:
	msr	tpidrro_el0, xzr
	mrs	x0, id_aa64isar0_el1
	msr	tpidr_el1, x0
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
		   21, 22, 23, 24, 25, 26, 27, 28, 30
	ask	\n, 29, mrs x\n, id_aa64isar0_el1
	.endr
	ask	29, 30, mrs x29, id_aa64isar0_el1

	ldr	x0, =GITS_TYPER
	ldr	x0, [x0]
	msr	tpidr_el1, x0
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
		   21, 22, 23, 24, 25, 26, 27, 28, 30
	ask	\n, 29, ldr x\n, [x29]
	.endr
	ask	29, 30, ldr x29, [x30]

	mrs	x0, tpidr_el1
	mov	w0, w0
	msr	tpidr_el1, x0
	ask	3, 29, ldr w3, [x29]
	ask	20, 29, ldr w20, [x29]
	ldr	x0, =GITS_TYPER
	ldr	x0, [x0]
	lsr	x0, x0, #32
	msr	tpidr_el1, x0
	ask	3, 29, ldr w3, [x29, #4]
	ask	20, 29, ldr w20, [x29, #4]

	fill
	ldr	x29, =GITS_TYPER
	mrs	xzr, id_aa64isar0_el1
	ldr	xzr, [x29]
	mov	x29, #(FILL + 29)
	add_up
	ldr	x1, =SUM
	cmp	x0, x1
	b.ne	lost
	adr	x0, said_well
	b	end

lost:	adr	x0, said_lost
	b	failed
wrong:	adr	x0, said_wrong
failed:	bl	print
	mrs	x1, tpidrro_el0
	bl	hex32
	adr	x0, newline
end:	bl	print
	ldr	w0, =PSCI_SYSTEM_OFF
	smc	#0
	b	.

#include "print.inc"

said_well:	.asciz	"answers: all is well\n"
said_lost:	.asciz	"answers: another register has changed, at"
said_wrong:	.asciz	"answers: it is another one, at"
newline:	.asciz	"\n"
	.balign	8
	.ltorg
