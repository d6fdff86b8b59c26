/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's first instructions on either CPU, its vectors, and attempts: calls that may take an
 * exception.
 *
 * As the arm64 boot protocol has it: EL1, MMU off, x0 = the device tree, the image cleaned to the
 * point of coherency.
 */
#include "guests/lab/lab.h"
#include "lib/arch.h"
#include "lib/asm.h"

	.arch	armv8.5-a+memtag

#define CPACR_FPEN	(3 << 20)	/* libfdt may use SIMD registers */
#define CPACR_ZEN	(3 << 16)

	.section .head.text, "ax"
	.globl	_start
_start:
	mov	x19, x0
	adr_l	x20, contexts
	bl	cpu_init
	mov	x0, x19
	bl	mmu_build
	/*
	 * What the walker and the caches read was written past them: no stale line of it may be
	 * there (Arm ARM B2, "Mismatched memory attributes"). The other CPU reads all of this with
	 * its MMU off. The DMB: those stores and DC are ordered by nothing else (D7, "Ordering and
	 * completion of data and instruction cache instructions").
	 */
	dmb	sy
	adr_l	x0, __image_start
	adr_l	x1, __image_end
	bl	dcache_clean_inval_poc
	bl	mmu_enable
	mov	x0, x19
	bl	lab_main
	b	.

/* PSCI CPU_ON: x0 = its struct context. */
func secondary_start
	mov	x20, x0
	bl	cpu_init
	bl	mmu_enable
	bl	secondary_main
	b	.
endfunc secondary_start

/* x20 = struct context. With the MMU off, from what is in memory. */
cpu_init:
	msr	daifset, #0xf
	msr	spsel, #1
	ldr	x1, =SCTLR_EL1_OFF
	msr	sctlr_el1, x1
	mov	x1, #CPACR_FPEN
	mrs	x2, id_aa64pfr0_el1
	ubfx	x2, x2, #32, #4			/* SVE */
	cbz	x2, 1f
	orr	x1, x1, #CPACR_ZEN
1:
	msr	cpacr_el1, x1
	adr_l	x1, vectors
	msr	vbar_el1, x1
	msr	tpidr_el1, x20
	isb
	ldr	x1, [x20, #CONTEXT_STACK]
	mov	sp, x1
	mov	x29, xzr
	ret

/*
 * TLB and instruction cache hold what was there before this guest; both go (Arm ARM D8, "TLB
 * maintenance"). From the ISB after SCTLR_EL1 on, this code is fetched through the MMU: it is
 * mapped where it is.
 */
mmu_enable:
	adr_l	x9, mmu_values
	ldp	x1, x2, [x9]			/* mair, tcr */
	ldp	x3, x4, [x9, #16]		/* ttbr, sctlr */
	msr	mair_el1, x1
	msr	tcr_el1, x2
	msr	ttbr0_el1, x3
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el1, x4
	isb
	msr	daifclr, #4			/* SErrors tell of accesses, too */
	tbz	x4, #SCTLR_ATA_SHIFT, 1f
	msr	tco, #1				/* but for access_tag_check, tags are not checked */
1:	ret

	.text

/* void attempt(struct attempt *a, access_fn *fn, u64 addr, u64 n, u64 val) */
func attempt
	stp	x29, x30, [sp, #-96]!
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mrs	x9, tpidr_el1
	str	x0, [x9, #CONTEXT_ATTEMPT]
	mov	x10, sp
	str	x10, [x9, #CONTEXT_SP]
	mov	x19, x0
	mov	x10, x1
	mov	x0, x2
	mov	x1, x3
	mov	x2, x4
	dsb	sy				/* nothing of before counts, */
	isb					/* nor is the counter read early (D12) */
	mrs	x20, cntvct_el0
	blr	x10
	dsb	sy
	isb
	mrs	x1, cntvct_el0
	sub	x1, x1, x20
	stp	x0, xzr, [x19]
	stp	xzr, x1, [x19, #16]
	str	xzr, [x19, #32]
	mrs	x9, tpidr_el1
1:	str	xzr, [x9, #CONTEXT_SP]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret

/*
 * An exception. In an attempt it ends that, as if the function had returned: it came from EL1, so
 * there is no need for an ERET. Entry has set PSTATE.TCO, as it is outside access_tag_check.
 */
exception:
	mrs	x9, tpidr_el1
	ldr	x10, [x9, #CONTEXT_SP]
	cbz	x10, 2f
	mov	sp, x10
	ldr	x11, [x9, #CONTEXT_ATTEMPT]
	mrs	x12, esr_el1
	mrs	x13, far_el1
	mov	x14, #1
	stp	xzr, x12, [x11]
	stp	x13, xzr, [x11, #16]
	str	x14, [x11, #32]
	clrex
	msr	daifclr, #4
	b	1b
2:	ldr	x10, [x9, #CONTEXT_STACK]	/* whatever is wrong with the stack */
	mov	sp, x10
	mrs	x0, esr_el1
	mrs	x1, far_el1
	mrs	x2, elr_el1
	bl	unexpected
	b	.
endfunc attempt

	.balign	2048
vectors:
	.rept	16
	.balign	128
	b	exception
	.endr

	.section .note.GNU-stack, "", %progbits
