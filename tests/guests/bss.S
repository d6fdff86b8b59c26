/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that is an ELF file with data and bss: says what its bss adds up to, its data, where the
 * bss ends, and, once it has written all of it, how its device tree begins. It runs with its MMU
 * off.
 */
#define PSCI_SYSTEM_OFF	0x84000008
#define BSS_SIZE	0x400000

	.globl	_start
_start:	mov	x20, x0
	adrp	x21, bss
	adrp	x22, bss_end
	mov	x1, #0
	mov	x6, x21
1:	ldp	x3, x4, [x6], #16
	orr	x1, x1, x3
	orr	x1, x1, x4
	cmp	x6, x22
	b.lo	1b
	adr	x0, said
	bl	print
	bl	hex
	bl	print
	adrp	x6, data
	ldr	w1, [x6, :lo12:data]
	bl	hex32
	bl	print
	mov	x1, x22
	bl	hex
	bl	print
	mov	x1, x20
	bl	hex
	mov	x1, #-1
2:	stp	x1, x1, [x21], #16
	cmp	x21, x22
	b.lo	2b
	bl	print
	ldr	w1, [x20]
	rev	w1, w1
	bl	hex32
	bl	print
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.

said:	.asciz	"bss:"
	.asciz	", data"
	.asciz	", end"
	.asciz	", tree at"
	.asciz	" begins"
	.asciz	"\n"
	.balign	4
#include "print.inc"
	.ltorg

	.data
	.balign	8
data:	.long	0x600df00d

	.bss
	.balign	0x1000
bss:	.space	BSS_SIZE
bss_end:
