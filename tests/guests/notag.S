/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare-metal guest that maps all memory Tagged, as Linux never would memory that it was not given
 * as its own, and says what becomes of data and of tags in its own memory and in the region at
 * REGION: "memory: data kept, tag 5", or a tag of 0, or the fault that came. Then it turns the
 * machine off. For QEMU virt, at any address below 2 GiB.
 */
	.arch	armv8.5-a+memtag

#define UART		0x09000000		/* a PL011 */
#define UART_FR		0x18
#define UART_FR_TXFF	5			/* its bit */
#define REGION		0x7c000000		/* tests/system/test_notagaccess.py has it there */
#define PSCI_SYSTEM_OFF	0x84000008

#define MAIR		0x00f0			/* 0: Normal-WB tagged; 1: Device-nGnRnE */
/* 2 GiB of addresses by 4 KiB, walks Non-cacheable; no TTBR1. */
#define TCR		(33 | 1 << 23)
#define SCTLR		(0x30d00800 | 1 << 43 | 1 << 12 | 1 << 2 | 1)	/* ATA, I, C, M */
#define BLOCK_1G	(0x401 | 3 << 8)	/* AF, inner shareable, read and write at EL1 */
#define DEVICE		(3 << 53 | 1 << 2)	/* never executable, byte 1 of MAIR */

#define TAG		(5 << 56)
#define DATA		0x1122334455667788

.macro say text
	adr	x0, text_\@
	bl	print
	.subsection 1
text_\@: .asciz	"\text"
	.previous
.endm

	.globl	_start
_start:
	adr	x0, vectors
	msr	vbar_el1, x0
	ldr	x0, =MAIR
	msr	mair_el1, x0
	ldr	x0, =TCR
	msr	tcr_el1, x0
	adr	x0, table
	msr	ttbr0_el1, x0
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	ldr	x0, =SCTLR
	msr	sctlr_el1, x0
	isb

	say	"notag: memory: "
	adr	x20, granule
	bl	try
	say	"notag: region: "
	ldr	x20, =REGION
	bl	try
off:	say	"notag: done\n"
	ldr	w0, =PSCI_SYSTEM_OFF
	smc	#0
	b	.

/* Data first: only the tag may fault. */
try:	mov	x21, x30
	ldr	x1, =DATA
	str	x1, [x20]
	dsb	sy
	ldr	x2, [x20]
	cmp	x1, x2
	b.ne	1f
	say	"data kept, "
1:	ldr	x1, =TAG
	stg	x1, [x20]
	dsb	sy
	mov	x22, #0
	ldg	x22, [x20]
	say	"tag "
	lsr	x0, x22, #56
	bl	print_digit
	say	"\n"
	ret	x21

/* It is for the tag: what EL1 was told. */
fault:	say	"fault, ESR_EL1 "
	mrs	x22, esr_el1
	mov	w23, #28
2:	lsr	x0, x22, x23
	bl	print_digit
	subs	w23, w23, #4
	b.ge	2b
	say	"\n"
	b	off

print_digit:
	and	w0, w0, #15
	adr	x1, digits
	ldrb	w1, [x1, w0, uxtw]
print_char:
	ldr	x2, =UART
3:	ldr	w3, [x2, #UART_FR]
	tbnz	w3, #UART_FR_TXFF, 3b
	str	w1, [x2]
	ret

print:	mov	x4, x30
4:	ldrb	w1, [x0], #1
	cbz	w1, 5f
	bl	print_char
	b	4b
5:	ret	x4

digits:	.ascii	"0123456789abcdef"

	.balign	64
table:	.quad	BLOCK_1G | DEVICE		/* 0: devices */
	.quad	0x40000000 | BLOCK_1G		/* 1 GiB: memory */
	.balign	64
granule:
	.quad	0, 0

/* Only the synchronous one from EL1 on its own stack pointer is used. */
	.balign	2048
vectors:
	.space	0x200
	b	fault
	.balign	2048
	.ltorg
