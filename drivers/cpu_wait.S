/* SPDX-License-Identifier: Apache-2.0 */
/* Where the CPUs of a spin-table wait: the other side of cpu_power.c. */
#include "drivers/cpu_power.h"
#include "lib/arch.h"
#include "lib/asm.h"

	.text
func cpu_wait
	outermost
	mrs	x0, mpidr_el1
	ldr	x1, =MPIDR_AFFINITY
	and	x0, x0, x1
	adr_l	x1, waiting_cpus
1:	ldr	x16, [x1, #WAIT_ENTRY]
	cbz	x16, 4f
	ldr	x2, [x1, #WAIT_MPIDR]
	cmp	x0, x2
	b.eq	2f
	add	x1, x1, #WAIT_SIZE
	b	1b

	/*
	 * LDAXR sets the monitor, and the store of cpu_power_on() that clears it is an event (Arm
	 * ARM D1, "Wait for Event"). It also orders the read of `entry` after that of `context`.
	 */
2:	mov	w2, #1
	add	x3, x1, #WAIT_HERE
	stlr	w2, [x3]
	add	x2, x1, #WAIT_CONTEXT
	sevl
3:	wfe
	ldaxr	x0, [x2]
	cbz	x0, 3b
	ldr	x16, [x1, #WAIT_ENTRY]
	str	wzr, [x3]
	stlr	xzr, [x2]			/* from now on it may be told again */
	br	x16

	/* The tree does not have it, but its release address is another's as well. */
4:	wfe
	b	4b
endfunc cpu_wait

	.section .note.GNU-stack, "", %progbits
