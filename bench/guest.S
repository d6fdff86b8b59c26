/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that does single operations in loops, each between two marks (bench/elcount.c), and turns
 * the machine off. The first loop is empty: what it costs is taken off the others. bench/bench
 * knows their order. It runs at any address; on the bare machine, without EL2, up to the first hvc.
 */
#include "../hyp/control_abi.h"

#define ROUNDS		1000
#define PSCI_VERSION	0x84000000
#define PSCI_SYSTEM_OFF	0x84000008
#define GICD_BASE	0x08000000		/* QEMU virt */
#define GICD_IIDR	0x008

.macro measure op:vararg
	hint	#126
	mov	w19, #ROUNDS
1:	\op
	subs	w19, w19, #1
	b.ne	1b
	hint	#126
.endm

.macro call insn
	ldr	w0, =PSCI_VERSION
	\insn	#0
.endm

/* The region from one type to another and back: Device-nGnRE (1), Normal-NC (5). */
.macro change
	ldr	w0, =CONTROL_CALL(CONTROL_SET)
	mov	x1, x21
	and	x2, x19, #1
	orr	x2, x22, x2, lsl #2
	mov	x3, #CONTROL_KEEP_SH
	hvc	#0
.endm

	.globl	_start
_start:
	ldr	x20, =GICD_BASE
	measure
	measure mrs x0, id_aa64pfr0_el1
	measure ldr w0, [x20, #GICD_IIDR]
	measure call hvc
	measure call smc
	mov	x21, #-1
	mov	x22, #1
2:	add	x21, x21, #1			/* the first region that is adjustable */
	ldr	w0, =CONTROL_CALL(CONTROL_REGION)
	mov	x1, x21
	hvc	#0
	cbnz	x0, 3f				/* there is none */
	lsr	x4, x4, #32
	tst	x4, #CONTROL_FLAG_ADJUSTABLE
	b.eq	2b
	measure change
3:	ldr	w0, =PSCI_SYSTEM_OFF
	smc	#0
	b	.
