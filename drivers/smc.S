/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call of the firmware with all registers that one can have (DEN0028, "SMC64/HVC64 argument
 * passing": x0 to x17). x18 to x30 and SP_EL2 are the firmware's to keep.
 */
#include "lib/asm.h"

	.text

/* x0 = the 18 registers, which become what they are after the call */
func firmware_smc
	stp	x19, x30, [sp, #-16]!
	mov	x19, x0
	ldp	x2, x3, [x19, #16 * 1]
	ldp	x4, x5, [x19, #16 * 2]
	ldp	x6, x7, [x19, #16 * 3]
	ldp	x8, x9, [x19, #16 * 4]
	ldp	x10, x11, [x19, #16 * 5]
	ldp	x12, x13, [x19, #16 * 6]
	ldp	x14, x15, [x19, #16 * 7]
	ldp	x16, x17, [x19, #16 * 8]
	ldp	x0, x1, [x19, #16 * 0]
	smc	#0
	stp	x0, x1, [x19, #16 * 0]
	stp	x2, x3, [x19, #16 * 1]
	stp	x4, x5, [x19, #16 * 2]
	stp	x6, x7, [x19, #16 * 3]
	stp	x8, x9, [x19, #16 * 4]
	stp	x10, x11, [x19, #16 * 5]
	stp	x12, x13, [x19, #16 * 6]
	stp	x14, x15, [x19, #16 * 7]
	stp	x16, x17, [x19, #16 * 8]
	ldp	x19, x30, [sp], #16
	ret
endfunc firmware_smc

	.section .note.GNU-stack, "", %progbits
