/* SPDX-License-Identifier: Apache-2.0 */
/*
 * u64 read_id(unsigned reg): the feature register with CRm and op2 as IDREG() has them, 1 to 7 and
 * 0 to 7. MRS has its register in the instruction, so this is a table of instructions, entered by a
 * RET, which BTI does not ask a landing pad for.
 */
#include "lib/asm.h"

	.text

func read_id
	adr	x1, 1f
	sub	x0, x0, #8			/* IDREG(1, 0) is the first */
	add	x1, x1, w0, uxtw #3
	ret	x1
1:
	.irp	crm, 1, 2, 3, 4, 5, 6, 7
	.irp	op2, 0, 1, 2, 3, 4, 5, 6, 7
	mrs	x0, S3_0_C0_C\crm\()_\op2
	ret
	.endr
	.endr
endfunc read_id

	.section .note.GNU-stack, "", %progbits
