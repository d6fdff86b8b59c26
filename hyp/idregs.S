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

/* Z stays 1 where the register has its value in *x0. */
.macro also crm, op2
	mrs	x1, S3_0_C0_C\crm\()_\op2
	ldr	x2, [x0, #(\crm - 1) * 64 + \op2 * 8]
	ccmp	x1, x2, #0, eq
.endm

/*
 * bool idregs_are(const struct idregs *raw). Those that have a field in idreg_fields.h; a CPU that
 * differs from another in AArch32 differs in these.
 */
func idregs_are
	cmp	x0, x0
	.irp	op2, 0, 1, 2, 4, 5, 7		/* PFRn, ZFR0, SMFR0, FPFR0 */
	also	4, \op2
	.endr
	.irp	op2, 0, 1			/* DFRn */
	also	5, \op2
	.endr
	.irp	op2, 0, 1, 2, 3			/* ISARn */
	also	6, \op2
	.endr
	.irp	op2, 0, 1, 2, 3, 4		/* MMFRn */
	also	7, \op2
	.endr
	cset	w0, eq
	ret
endfunc idregs_are

	.section .note.GNU-stack, "", %progbits
