/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that asks for a debugger with values of its own in registers and memory, and says what it
 * finds there afterwards. Its other CPU counts all the while. In the end it has no vectors where
 * VBAR_EL1 says. tests/system/test_gdb.py knows the places.
 */
#include "../../hyp/control_abi.h"

#define PSCI_CPU_ON	0xc4000003
#define NOWHERE		0x0b000000

	.globl	_start
_start:	b	start

#include "print.inc"

	.balign	0x400
changed:					/* 0x400 */
	mov	w21, #1
	ret

	.balign	0x400
pattern:					/* 0x800 */
	.quad	0x0123456789abcdef
count:	.quad	0				/* 0x808 */

start:	ldr	w0, =PSCI_CPU_ON
	mov	x1, #1
	adr	x2, other
	mov	x3, #0
	hvc	#0
	adr	x19, count
1:	ldr	x1, [x19]
	cbz	x1, 1b				/* it is there */

	bl	changed				/* fetched once */
	ldr	x20, =0xd00d000000000020
	ldr	x28, =0xd00d000000000028
	ldr	x1, =0x44001000
	mov	sp, x1
	ldr	w0, =CONTROL_CALL(CONTROL_DEBUG)
	hvc	#0
asked:	mov	x22, x0
	ldr	x24, [x19]
	bl	changed
2:	ldr	x1, [x19]
	cmp	x1, x24
	b.eq	2b				/* it goes on */

	adr	x0, said
	bl	print
	mov	x1, x22
	bl	hex32
	mov	x1, x20
	bl	hex
	ldr	x1, pattern
	bl	hex
	mov	w1, w21
	bl	hex32
	mov	w3, #'\n'
	str	w3, [x2]

	ldr	x1, =NOWHERE
	msr	vbar_el1, x1
	isb
gone:	udf	#0
	b	.

other:	adr	x1, count
	mov	x2, #0
3:	add	x2, x2, #1
	str	x2, [x1]
	b	3b

said:	.asciz	"debug:"
	.balign	8
	.ltorg
	.balign	8
