/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that makes control calls with random commands and arguments, then looks by WALK whether
 * stage 2 still maps what it mapped, but for memory type and shareability; says so on a PL011, and
 * turns the machine off. It runs with its MMU off, at any address.
 */
#include "../../hyp/control_abi.h"

#define UART		0x09000000		/* QEMU virt's PL011 */
#define PSCI_SYSTEM_OFF	0x84000008

	.globl	_start
_start:	b	start
calls:	.word	0				/* how many: the test's */
start:	ldr	x20, =0x9e3779b97f4a7c15	/* the random numbers' state */
	bl	hash
	mov	x21, x0
	ldr	w22, calls
	mov	w23, #0				/* changes that were made */
1:	bl	fuzz
	subs	w22, w22, #1
	b.ne	1b
	cbz	w23, never
	bl	hash
	cmp	x0, x21
	b.ne	differs
	adr	x0, said_well
	b	end
differs:
	adr	x0, said_differs
	b	end
never:	adr	x0, said_never
end:	ldr	x2, =UART
2:	ldrb	w1, [x0], #1
	cbz	w1, 3f
	str	w1, [x2]			/* a model's PL011 takes it at any time */
	b	2b
3:	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.

/* A xorshift generator: x0. Keeps all others. */
any:	eor	x20, x20, x20, lsl #13
	eor	x20, x20, x20, lsr #7
	eor	x20, x20, x20, lsl #17
	mov	x0, x20
	ret

/* An argument: small, an address in the low GiBs, or anything. Uses x0, x9, x10. */
argument:
	mov	x9, x30
	bl	any
	ubfx	x10, x0, #60, #2
	cbz	x10, 1f
	cmp	x10, #2
	b.lo	2f
	b.eq	3f
	ret	x9
1:	and	x0, x0, #31
	ret	x9
2:	and	x0, x0, #0xffffffff
	ret	x9
3:	asr	x0, x0, #63			/* 0 or all ones */
	ret	x9

/* One call. */
fuzz:	mov	x24, x30
	bl	argument
	mov	x1, x0
	bl	argument
	mov	x2, x0
	bl	argument
	mov	x3, x0
	bl	any
	ubfx	x4, x0, #40, #4
	ldr	w5, =CONTROL_CALL(0)
	orr	w4, w4, w5			/* mostly a command that may be */
	ubfx	x6, x0, #32, #4
	cmp	x6, #14
	b.lo	1f
	ldr	w4, =CONTROL_CALL_COUNT		/* or a query, or anything near */
	and	w7, w0, #15
	orr	w4, w4, w7
	b.eq	1f
	and	w7, w0, #0xffff
	orr	w4, w5, w7
1:	ubfx	x6, x0, #44, #2
	cbnz	x6, 2f
	ldr	w4, =CONTROL_CALL(CONTROL_SET)	/* and one of four a change that may be */
	and	x1, x0, #31
	ubfx	x2, x0, #8, #4
	mov	x3, #CONTROL_KEEP_SH
2:	ldr	w5, =CONTROL_CALL(CONTROL_SET)
	cmp	w4, w5
	mov	w0, w4
	cset	w25, eq
	hvc	#0
	cmp	x0, #0
	csel	w25, w25, wzr, eq
	add	w23, w23, w25
	ret	x24

/* x0: a hash of what WALK says from address 0 up to the end of the address space. */
hash:	mov	x24, x30
	mov	x26, #0
	mov	x27, #0				/* the address */
	ldr	x28, =6364136223846793005
1:	ldr	w0, =CONTROL_CALL(CONTROL_WALK)
	mov	x1, x27
	mov	x2, #0
	mov	x3, #0
	hvc	#0
	cmn	x0, #-CONTROL_EINVAL
	b.eq	2f
	cbz	x3, 2f
	bic	x5, x5, #0xf			/* not MemAttr and SH */
	bic	x5, x5, #0x300
	eor	x26, x26, x1
	mul	x26, x26, x28
	eor	x26, x26, x2
	mul	x26, x26, x28
	eor	x26, x26, x5
	mul	x26, x26, x28
	add	x27, x1, x3
	b	1b
2:	mov	x0, x26
	ret	x24

said_well:
	.asciz	"hvcfuzz: all is well\n"
said_differs:
	.asciz	"hvcfuzz: stage 2 maps something else\n"
said_never:
	.asciz	"hvcfuzz: no change was made\n"
	.balign	8
	.ltorg
	.balign	8
