/* SPDX-License-Identifier: Apache-2.0 */
/* The feature registers: MRS has its register in the instruction, so each has its own. */
#include "lib/asm.h"

	.text

/* void idregs_read(struct idregs *raw): op0 3, op1 0, CRn 0, CRm 1 to 7. */
func idregs_read
	.irp	crm, 1, 2, 3, 4, 5, 6, 7
	.irp	op2, 0, 1, 2, 3, 4, 5, 6, 7
	mrs	x1, S3_0_C0_C\crm\()_\op2
	str	x1, [x0], #8
	.endr
	.endr
	ret
endfunc idregs_read

/* Differences from the place in *x0 come to x1. */
.macro differs crm, op2
	mrs	x2, S3_0_C0_C\crm\()_\op2
	ldr	x3, [x0, #(\crm - 1) * 64 + \op2 * 8]
	eor	x2, x2, x3
	orr	x1, x1, x2
.endm

/*
 * bool idregs_are(const struct idregs *raw). Those that have a field in idreg_fields.h; a CPU that
 * differs from another in AArch32 differs in these.
 */
func idregs_are
	mov	x1, #0
	.irp	op2, 0, 1, 2, 4, 5, 7		/* PFRn, ZFR0, SMFR0, FPFR0 */
	differs	4, \op2
	.endr
	.irp	op2, 0, 1			/* DFRn */
	differs	5, \op2
	.endr
	.irp	op2, 0, 1, 2, 3			/* ISARn */
	differs	6, \op2
	.endr
	.irp	op2, 0, 1, 2, 3, 4		/* MMFRn */
	differs	7, \op2
	.endr
	cmp	x1, #0
	cset	w0, eq
	ret
endfunc idregs_are

	.section .note.GNU-stack, "", %progbits
