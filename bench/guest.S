/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that does single operations in loops, each between two marks (bench/elcount.c) and with a
 * `hint #125` at the end of each round, and turns the machine off. The first loop is empty: what it
 * costs is taken off the others. bench/bench knows their order. It runs at any address; on the bare
 * machine, without EL2, up to the first hvc. The last is there with a second CPU only: from CPU_ON
 * to the mark that this one makes, when the call has returned.
 */
#include "../hyp/control_abi.h"

#define ROUNDS		1000
#define PSCI_VERSION	0x84000000
#define PSCI_CPU_ON	0xc4000003
#define PSCI_SYSTEM_OFF	0x84000008
#define GICD_BASE	0x08000000		/* QEMU virt */
#define GICD_CTLR	0x000
#define GICD_CTLR_ON	0x13			/* ARE, and the groups */
#define GICD_IIDR	0x008
#define GICR_BASE	0x080a0000
#define GICR_WAKER	0x0014
#define GICR_WAKER_CHILDREN_ASLEEP 2		/* its bit */
#define GICR_SGI_BASE	0x080b0000
#define GICR_IGROUPR0	0x0080
#define GICR_ISENABLER0	0x0100
#define ICC_PMR_EL1	S3_0_C4_C6_0
#define ICC_SGI1R_EL1	S3_0_C12_C11_5
#define ICC_IAR1_EL1	S3_0_C12_C12_0
#define ICC_EOIR1_EL1	S3_0_C12_C12_1
#define ICC_SRE_EL1	S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1	S3_0_C12_C12_7
#define INTID_VIRTUAL_TIMER 27
#define GITS_BASE	0x08080000
#define GITS_CTLR	0x0000
#define GITS_TYPER	0x0008
#define GITS_CBASER	0x0080
#define GITS_CWRITER	0x0088
#define GITS_CREADR	0x0090
#define GITS_CBASER_VALID (1 << 63)
#define CMD_SYNC	5
#define QUEUE		0x46000000		/* a page of memory that nobody else uses, */
#define RETURNED	0x46001000		/* and another */
#define FUNCTION	0x4010010000		/* configuration space of 00:02.0, its BAR 2, */
#define WINDOW		0x8000000000		/* and where that can be */
#define PCI_COMMAND	0x04
#define PCI_COMMAND_MEMORY 2
#define PCI_BAR_2	0x18

.macro measure_times rounds, op:vararg
	hint	#126
	mov	w19, #\rounds
1:	\op
	hint	#125
	subs	w19, w19, #1
	b.ne	1b
	hint	#126
.endm

.macro measure op:vararg
	measure_times ROUNDS, \op
.endm

/* The next command of the ITS's queue: for CPU 0 by number. */
.macro its_command
	add	x1, x25, x26
	mov	x0, #CMD_SYNC
	stp	x0, xzr, [x1]
	stp	xzr, xzr, [x1, #16]
	add	x26, x26, #32
	and	x26, x26, #0xfff
	dsb	st
	str	w26, [x22, #GITS_CWRITER]
	ldr	w0, [x22, #GITS_CREADR]
.endm

.macro call insn
	ldr	w0, =PSCI_VERSION
	\insn	#0
.endm

/* The region from Normal-NC (5) to another type and back. */
.macro change to
	ldr	w0, =CONTROL_CALL(CONTROL_SET)
	mov	x1, x21
	tst	x19, #1
	mov	x2, #5
	mov	x3, #\to
	csel	x2, x2, x3, ne
	mov	x3, #CONTROL_KEEP_SH
	hvc	#0
.endm

/* The BAR's function answers, or does not. */
.macro decode on
	mov	w0, #\on
	strh	w0, [x23, #PCI_COMMAND]
.endm

.macro toggle
	decode	0
	decode	PCI_COMMAND_MEMORY
.endm

/* To one place and the other, and somebody touches it there. */
.macro move_bar
	decode	0
	and	w0, w19, #1
	lsl	w0, w0, #26
	str	w0, [x23, #PCI_BAR_2]
	decode	PCI_COMMAND_MEMORY
	add	x1, x24, x0
	ldr	w1, [x1]
.endm

/* Until the handler has been here. */
.macro wait_for_irq
	isb
2:	cbz	x27, 2b
	mov	x27, #0
.endm

/* Of the virtual timer: its time has come. */
.macro timer
	mov	x0, #1
	msr	cntv_ctl_el0, x0
	wait_for_irq
.endm

/* SGI 0, to the CPU with affinity 0. */
.macro ipi
	mov	x0, #1
	msr	ICC_SGI1R_EL1, x0
	wait_for_irq
.endm

	.globl	_start
_start:
#ifdef XEN
	/* An arm64 Image, which Xen takes: without an ITS, and to the first calls. */
	b	5f
	.long	0
	.quad	0, 0x10000, 0xa, 0, 0, 0
	.ascii	"ARM\x64"
	.long	0
5:
#endif
	ldr	x20, =GICD_BASE
	measure
	measure mrs x0, id_aa64pfr0_el1
	measure ldr w0, [x20, #GICD_IIDR]

	adr	x0, vectors
	msr	vbar_el1, x0
	mov	x0, #1
	msr	ICC_SRE_EL1, x0
	isb
	mov	w0, #GICD_CTLR_ON
	str	w0, [x20, #GICD_CTLR]
	ldr	x1, =GICR_BASE
	str	wzr, [x1, #GICR_WAKER]
3:	ldr	w0, [x1, #GICR_WAKER]
	tbnz	w0, #GICR_WAKER_CHILDREN_ASLEEP, 3b
	ldr	x1, =GICR_SGI_BASE
	mov	w0, #-1
	str	w0, [x1, #GICR_IGROUPR0]
	ldr	w0, =(1 << INTID_VIRTUAL_TIMER | 1)
	str	w0, [x1, #GICR_ISENABLER0]
	mov	x0, #0xff
	msr	ICC_PMR_EL1, x0
	mov	x0, #1
	msr	ICC_IGRPEN1_EL1, x0
	msr	cntv_cval_el0, xzr
	mov	x27, #0
	isb
	msr	daifclr, #2
	measure timer
	measure ipi
	msr	daifset, #2
#ifndef XEN
	ldr	x22, =GITS_BASE
	measure ldr x0, [x22, #GITS_TYPER]
	ldr	x25, =QUEUE
	mov	x26, #0
	ldr	x0, =(GITS_CBASER_VALID | QUEUE)
	str	x0, [x22, #GITS_CBASER]
	str	xzr, [x22, #GITS_CWRITER]
	mov	w0, #1
	str	w0, [x22, #GITS_CTLR]
	measure its_command
#endif
	measure call hvc
	measure call smc
	mov	x21, #-1
2:	add	x21, x21, #1			/* the first region that is adjustable */
	ldr	w0, =CONTROL_CALL(CONTROL_REGION)
	mov	x1, x21
	hvc	#0
	cbnz	x0, 3f				/* there is none */
	lsr	x4, x4, #32
	tst	x4, #CONTROL_FLAG_ADJUSTABLE
	b.eq	2b
	measure change 1			/* Device-nGnRE: nothing is cleaned */
	measure_times 2, change 7		/* raw with FEAT_S2FWB: as stage 1 */
	ldr	x23, =FUNCTION
	ldr	x24, =WINDOW
	mov	w0, #0
	str	w0, [x23, #PCI_BAR_2]
	lsr	x0, x24, #32
	str	w0, [x23, #(PCI_BAR_2 + 4)]
	decode	PCI_COMMAND_MEMORY
	measure_times 100, toggle
	ldr	w0, [x24]
	measure_times 2, move_bar
3:	hint	#126
	ldr	w0, =PSCI_CPU_ON
	mov	x1, #1
	adr	x2, 4f
	mov	x3, #0
	ldr	x4, =RETURNED
	str	wzr, [x4]
	smc	#0
	cbnz	x0, 5f
	mov	w0, #1
	str	w0, [x4]
	b	.				/* the other one makes the mark */
4:	ldr	x4, =RETURNED
	ldr	w0, [x4]
	cbz	w0, 4b
5:	hint	#126
	ldr	w0, =PSCI_SYSTEM_OFF
	smc	#0
	b	.

/* An interrupt, as this guest takes it: the timer is off, and all is as it was but x27 and x28. */
	.balign	0x800
vectors:
	.org	vectors + 0x280
	mrs	x28, ICC_IAR1_EL1
	msr	cntv_ctl_el0, xzr
	isb					/* its line is down when the interrupt ends */
	msr	ICC_EOIR1_EL1, x28
	mov	x27, #1
	eret
