/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest as flat test programs are: no header, its bss and stack behind its file, up to SIZE bytes
 * from its start. It clears all of that, as such a program's first instructions do, and looks
 * whether the device tree that it was given is still there; then it says how many bits of address
 * it has. It runs with its MMU off.
 */
#define UART		0x09000000		/* QEMU virt's PL011 */
#define PSCI_SYSTEM_OFF	0x84000008
#define SIZE		0x400000

	.globl	_start
_start:
	adr	x1, file_end
	adr	x2, _start
	add	x2, x2, #SIZE
1:	stp	xzr, xzr, [x1], #16
	cmp	x1, x2
	b.lo	1b
	mov	sp, x2
	ldr	w1, [x0]
	ldr	w3, =0xedfe0dd0			/* FDT_MAGIC is big-endian */
	adr	x0, said_well
	cmp	w1, w3
	b.eq	2f
	adr	x0, said_gone
2:	bl	say
	adr	x0, said_range
	bl	say
	mrs	x1, id_aa64mmfr0_el1
	and	w1, w1, #0xf			/* PARange */
	add	w1, w1, #'0'
	str	w1, [x2]
	mov	w1, #'\n'
	str	w1, [x2]
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.

say:	ldr	x2, =UART
3:	ldrb	w1, [x0], #1
	cbz	w1, 4f
	str	w1, [x2]			/* a model's PL011 takes it at any time */
	b	3b
4:	ret

said_well:
	.asciz	"flat: the tree is whole\n"
said_gone:
	.asciz	"flat: the tree is gone\n"
said_range:
	.asciz	"flat: PARange "
	.balign	16
	.ltorg
	.balign	16
file_end:
