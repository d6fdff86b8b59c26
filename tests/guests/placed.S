/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that looks at how it was loaded, says what it found on a PL011, and turns the machine
 * off: its own bytes, the ramdisk that its device tree names, and what the boot protocol says of
 * its first state. It is an arm64 Image. tests/system/test_load_address.py fills in its sizes, and
 * makes the 32-bit words of kernel and ramdisk add up to 0.
 */
#define UART		0x09000000		/* QEMU virt's PL011 */
#define PSCI_SYSTEM_OFF	0x84000008

#define FDT_BEGIN_NODE	1
#define FDT_END_NODE	2
#define FDT_PROP	3
#define FDT_NOP		4

.macro say text
	adr	x0, text_\@
	bl	print
	.subsection 1
text_\@: .asciz	"\text"
	.previous
.endm

	.globl	_start
_start:
image:	b	start
	.long	0
	.quad	0				/* text_offset */
	.quad	0				/* image_size: filled in */
	.quad	0xa				/* little-endian, 4 KiB pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0
file_size:
	.quad	0				/* filled in */

start:	mov	x20, x0				/* device tree */
	orr	x21, x1, x2
	orr	x21, x21, x3

	adr	x0, image
	tst	x0, #0x1fffff
	b.ne	wrong_place
	cbnz	x21, wrong_state
	mrs	x1, CurrentEL
	cmp	x1, #1 << 2
	b.ne	wrong_state
	mrs	x1, sctlr_el1
	tst	x1, #1
	b.ne	wrong_state
	ldr	x1, file_size
	bl	sum
	cbnz	w0, wrong_kernel

	tst	x20, #7
	b.ne	wrong_tree
	ldr	w1, [x20]
	rev	w1, w1
	ldr	w2, =0xd00dfeed
	cmp	w1, w2
	b.ne	wrong_tree
	adr	x0, initrd_start
	bl	find
	mov	x22, x0
	adr	x0, initrd_end
	bl	find
	subs	x1, x0, x22
	b.ls	wrong_tree
	mov	x0, x22
	bl	sum
	cbnz	w0, wrong_ramdisk
	say	"placed: all is well\n"
	b	off

wrong_place:
	say	"placed: not at a multiple of 2 MiB\n"
	b	off
wrong_state:
	say	"placed: x1 to x3 are not 0, or not EL1 with the MMU off\n"
	b	off
wrong_kernel:
	say	"placed: the kernel's bytes are not what they were\n"
	b	off
wrong_tree:
	say	"placed: no device tree, or no ramdisk in it\n"
	b	off
wrong_ramdisk:
	say	"placed: the ramdisk's bytes are not what they were\n"
off:	ldr	w0, =PSCI_SYSTEM_OFF
	smc	#0
	b	.

/* The sum of the 32-bit words in the x1 bytes at x0. */
sum:	add	x1, x0, x1
	mov	w2, #0
1:	ldr	w3, [x0], #4
	add	w2, w2, w3
	cmp	x0, x1
	b.lo	1b
	mov	w0, w2
	ret

/*
 * The value of the property of this name (x0), of 4 or 8 bytes, wherever it is in the tree. There
 * may be none: then 0.
 */
find:	ldp	w4, w5, [x20, #8]		/* off_dt_struct, off_dt_strings */
	rev	w4, w4
	rev	w5, w5
	add	x4, x20, x4
	add	x5, x20, x5
1:	ldr	w6, [x4], #4
	rev	w6, w6
	cmp	w6, #FDT_BEGIN_NODE
	b.eq	4f
	cmp	w6, #FDT_PROP
	b.eq	2f
	cmp	w6, #FDT_END_NODE
	ccmp	w6, #FDT_NOP, #4, ne
	b.eq	1b
	mov	x0, #0				/* the end */
	ret
2:	ldp	w7, w8, [x4], #8		/* length, name */
	rev	w7, w7
	rev	w8, w8
	add	x8, x5, x8
	mov	x9, x0
3:	ldrb	w10, [x8], #1
	ldrb	w11, [x9], #1
	cmp	w10, w11
	b.ne	5f
	cbnz	w10, 3b
	ldr	w0, [x4]
	rev	w0, w0
	cmp	w7, #8
	b.ne	6f
	ldr	w7, [x4, #4]
	rev	w7, w7
	orr	x0, x7, x0, lsl #32
6:	ret
4:	ldrb	w7, [x4], #1			/* the node's name */
	cbnz	w7, 4b
	mov	x7, #0
5:	add	x4, x4, x7
	add	x4, x4, #3
	and	x4, x4, #~3
	b	1b

print:	ldr	x2, =UART
1:	ldrb	w1, [x0], #1
	cbz	w1, 2f
	str	w1, [x2]			/* a model's PL011 takes it at any time */
	b	1b
2:	ret

initrd_start:
	.asciz	"linux,initrd-start"
initrd_end:
	.asciz	"linux,initrd-end"
	.balign	8
	.ltorg
	.balign	8
