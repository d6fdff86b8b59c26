/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that asks its PMU to count cycles and instructions at EL2 as well, makes calls, and says
 * on a PL011 what it counted: `pmu: CALL CYCLES INSTRUCTIONS`, for 256 calls of each of two that
 * take Mavis a different time. Then it turns the machine off. It runs with its MMU off, at any
 * address.
 */
#define AFFINITY_INFO	0xc4000004
#define PSCI_SYSTEM_OFF	0x84000008
#define NO_FUNCTION	0x8400001f
#define CALLS		256

#define NSH		(1 << 27)		/* at EL2 too */
#define INST_RETIRED	0x08

	.arch	armv8-a
	.globl	_start
_start:
	ldr	w0, =NSH
	msr	pmccfiltr_el0, x0
	ldr	w0, =NSH | INST_RETIRED
	msr	pmevtyper0_el0, x0
	ldr	w0, =0x80000001			/* the cycle counter, and counter 0 */
	msr	pmcntenset_el0, x0
	mov	x0, #0x47			/* E, P, C, LC */
	msr	pmcr_el0, x0
	isb
	ldr	w21, =AFFINITY_INFO
	bl	measure
	ldr	w21, =NO_FUNCTION
	bl	measure
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.

/* The function is in w21. */
measure:
	mov	x29, x30
	mov	w20, #CALLS
	isb
	mrs	x22, pmccntr_el0
	mrs	x23, pmevcntr0_el0
	isb
1:	mov	w0, w21
	mov	x1, #0
	mov	x2, #0
	hvc	#0
	subs	w20, w20, #1
	b.ne	1b
	isb
	mrs	x24, pmccntr_el0
	mrs	x25, pmevcntr0_el0
	sub	x22, x24, x22
	sub	x23, x25, x23
	adr	x0, prefix
	bl	print
	mov	w1, w21
	bl	hex
	mov	x1, x22
	bl	hex
	mov	x1, x23
	bl	hex
	mov	w3, #'\n'
	str	w3, [x2]
	ret	x29

#include "print.inc"

prefix:	.asciz	"pmu:"
	.balign	8
	.ltorg
