/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest whose device tree was made at the beginning of memory, as where it belongs lay what it is
 * made of. Says how the tree begins, and what that memory begins with, and writes there. It runs
 * with its MMU off.
 */
#define MADE		0x40000000
#define PSCI_SYSTEM_OFF	0x84000008

	.globl	_start
_start:	mov	x20, x0
	ldr	x21, =MADE
	adr	x0, said
	bl	print
	ldr	w1, [x20]
	rev	w1, w1
	bl	hex32
	ldr	w1, [x21]
	rev	w1, w1
	bl	hex32
	mov	w1, #'\n'
	str	w1, [x2]
	str	xzr, [x21]
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.

said:	.asciz	"made:"
	.balign	4
#include "print.inc"
	.ltorg
