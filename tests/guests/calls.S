/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that does what the list behind its end says, and prints what came of it. An entry is nine
 * 64-bit numbers: what to do, and x0 to x7:
 *   1  SMC: prints x0 to x3, x6, and 1 if x4, x5, x7 and x8 to x17 are what they were
 *   2  loads 32 bits from x0: prints them
 *   3  stores x1's 32 bits to x0
 *   4  starts CPU 1, which makes the call and stays there
 *   5  the same, in Streaming SVE mode
 *   6  SMCs as long as they do not give what is in x7, but not for ever: prints the last as 1 does
 *   0  turns the machine off
 * For QEMU virt, with its MMU off, at any address.
 */
#define UART		0x09000000		/* a PL011 */
#define PSCI_CPU_ON	0xc4000003
#define PSCI_SYSTEM_OFF	0x84000008
#define ENTRY		(9 * 8)

	.globl	_start
_start:
	ldr	x20, =UART
	adr	x19, list
next:	ldr	x0, [x19]
	cmp	x0, #1
	b.eq	call
	cmp	x0, #2
	b.eq	load
	cmp	x0, #3
	b.eq	store
	cmp	x0, #4
	adr	x2, second
	b.eq	other
	cmp	x0, #5
	adr	x2, streaming
	b.eq	other
	cmp	x0, #6
	b.eq	until
	adr	x1, bye
	bl	puts
	ldr	w0, =PSCI_SYSTEM_OFF
	smc	#0
	b	.
done:	add	x19, x19, #ENTRY
	b	next

until:	mov	x28, #1 << 18
1:	bl	make
	ldr	x0, [x19, #64]
	cmp	x21, x0
	b.eq	show
	subs	x28, x28, #1
	b.ne	1b
	b	show

call:	bl	make
show:	adr	x1, said
	bl	puts
	mov	x0, x21
	bl	hex
	mov	x0, x22
	bl	hex
	mov	x0, x23
	bl	hex
	mov	x0, x24
	bl	hex
	mov	x0, x25
	bl	hex
	mov	x0, x26
	bl	hex
	adr	x1, newline
	bl	puts
	b	done

load:	ldr	x0, [x19, #8]
	ldr	w21, [x0]
	adr	x1, said
	bl	puts
	mov	x0, x21
	bl	hex
	adr	x1, newline
	bl	puts
	b	done

store:	ldp	x0, x1, [x19, #8]
	str	w1, [x0]
	dsb	sy
	b	done

other:	ldr	x0, =PSCI_CPU_ON
	mov	x1, #1
	mov	x3, x19
	smc	#0
	b	done
streaming:
	mov	x1, #3 << 24			/* CPACR_EL1.SMEN */
	msr	cpacr_el1, x1
	isb
	.inst	0xd503437f			/* smstart sm */
second:	mov	x19, x0
	bl	make
	b	.

/* The call at x19; results in x21 to x26. */
make:	mov	x27, x30
	mov	x8, #8
	mov	x9, #9
	mov	x10, #10
	mov	x11, #11
	mov	x12, #12
	mov	x13, #13
	mov	x14, #14
	mov	x15, #15
	mov	x16, #16
	mov	x17, #17
	ldp	x0, x1, [x19, #8]
	ldp	x2, x3, [x19, #24]
	ldp	x4, x5, [x19, #40]
	ldp	x6, x7, [x19, #56]
	smc	#0
	mov	x21, x0
	mov	x22, x1
	mov	x23, x2
	mov	x24, x3
	mov	x25, x6
	ldp	x0, x1, [x19, #40]
	ldr	x2, [x19, #64]
	cmp	x0, x4
	ccmp	x1, x5, #0, eq
	ccmp	x2, x7, #0, eq
	ccmp	x8, #8, #0, eq
	ccmp	x9, #9, #0, eq
	ccmp	x10, #10, #0, eq
	ccmp	x11, #11, #0, eq
	ccmp	x12, #12, #0, eq
	ccmp	x13, #13, #0, eq
	ccmp	x14, #14, #0, eq
	ccmp	x15, #15, #0, eq
	ccmp	x16, #16, #0, eq
	ccmp	x17, #17, #0, eq
	cset	x26, eq
	ret	x27

puts:	ldrb	w2, [x1], #1
	cbz	w2, 1f
	str	w2, [x20]
	b	puts
1:	ret

/* A space and x0. */
hex:	mov	w4, #' '
	str	w4, [x20]
	mov	x3, #60
1:	lsr	x4, x0, x3
	and	x4, x4, #15
	cmp	x4, #10
	add	x5, x4, #48
	add	x6, x4, #87
	csel	x4, x5, x6, lo
	str	w4, [x20]
	subs	x3, x3, #4
	b.pl	1b
	ret

said:	.asciz	"guest:"
newline: .asciz	"\n"
bye:	.asciz	"guest: done\n"
	.ltorg
	.balign	8
list:
