/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a CPU comes to EL2: the state that is set before anything else, the MMU, and where CPUs start
 * that the firmware turns on or a spin-table lets go.
 */
#include "hyp/cpu.h"
#include "lib/arch.h"
#include "lib/asm.h"
#include "mm/el2.h"

	.text

/*
 * The address that PSCI CPU_ON and CPU_SUSPEND get, and where a CPU goes that waited. x0 = the
 * physical address of this CPU's struct cpu.
 */
func secondary_entry
	outermost
	mov	x19, x0
	/*
	 * A CPU that only waited may hold what profiling and trace have not written yet (Arm ARM
	 * D17, D6). It goes through the guest's stage 2, which cpu_reset_state turns off.
	 */
	hint	#17				/* PSB CSYNC */
	hint	#18				/* TSB CSYNC */
	dsb	nsh
	bl	cpu_reset_state
	bl	mmu_enable
	msr	tpidr_el2, x19
	ldr	x0, [x19, #CPU_STACK]
	mov	sp, x0
	mov	x29, xzr
	mov	x0, x19
	bl	secondary_main
	b	.
endfunc secondary_entry

/* Where CPUs come out of a spin-table. At another EL than the boot CPU's one is of no use. */
func spin_table_arrival
	outermost
	bl	cpu_reset_state
	cmp	x0, #2
	b.ne	.
	bl	mmu_enable
	b	cpu_wait
endfunc spin_table_arrival

/* A known state at whichever exception level this is, which is returned in x0. Clobbers x1. */
func cpu_reset_state
	msr	daifset, #0xf
	msr	spsel, #1
	mrs	x0, CurrentEL
	lsr	x0, x0, #EL_SHIFT
	cmp	x0, #2
	b.lo	1f
	b.hi	2f
	ldr	x1, =HCR_RW			/* E2H = TGE = 0 */
	msr	hcr_el2, x1
	isb					/* before registers whose layout follows E2H */
	mrs	x1, hcr_el2
	tbnz	x1, #HCR_E2H_SHIFT, 3f
	msr	tpidr_el2, xzr			/* no struct cpu yet */
	mov	x1, #CPTR_RES1			/* TFP is 0: libfdt uses SIMD */
	msr	cptr_el2, x1
	/*
	 * Later controls of EL2's stage 1, UNKNOWN too. booting.rst has firmware enable these two;
	 * SCTLR2_EL2, which it need not, waits for the console (vcpu_init()).
	 */
	mrs	x1, SYS_ID_AA64MMFR3_EL1
	tst	x1, #0xf			/* TCRX */
	b.eq	4f
	msr	SYS_TCR2_EL2, xzr
4:	mrs	x1, id_aa64pfr1_el1
	ubfx	x1, x1, #44, #4			/* GCS */
	cbz	x1, 5f
	msr	SYS_GCSCR_EL2, xzr
5:	ldr	x1, =SCTLR_EL2_OFF
	msr	sctlr_el2, x1
	isb
	ret
1:	ldr	x1, =SCTLR_EL1_OFF
	msr	sctlr_el1, x1
	isb
	ret
2:	ldr	x1, =SCTLR_EL2_OFF
	msr	sctlr_el3, x1
	isb
	ret
	/*
	 * Without FEAT_E2H0 E2H stays 1: EL2's registers have EL1's names and layouts, and with TGE
	 * its TLBI too. Treated as EL1 it comes far enough to say so.
	 */
3:	orr	x1, x1, #HCR_TGE
	msr	hcr_el2, x1
	isb
	mov	x0, #1
	b	1b
endfunc cpu_reset_state

/*
 * Turns on the MMU and the caches with el2_params, at exception level x0. They are read with the
 * MMU off, so what el2_build() wrote was cleaned to the PoC (head.S). TLB and instruction cache
 * hold what an earlier owner of this exception level left: both are dropped first (Arm ARM D8, "TLB
 * maintenance"; B2, "Synchronization of caches").
 */
func mmu_enable
	adr_l	x9, el2_params
	ldp	x2, x3, [x9, #EL2_MAIR]		/* and tcr */
	ldp	x4, x5, [x9, #EL2_TTBR]		/* and sctlr */
	ldr	x6, [x9, #EL2_PAUTH]
	adr_l	x7, vectors
	cmp	x0, #2
	b.lo	1f
	b.hi	2f

	msr	mair_el2, x2
	msr	tcr_el2, x3
	msr	ttbr0_el2, x4
	msr	vbar_el2, x7
	cbz	x6, 3f
	ldp	x2, x3, [x9, #EL2_KEY]
	msr	SYS_APIAKEYLO_EL1, x2
	msr	SYS_APIAKEYHI_EL1, x3
3:	isb
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el2, x5
	isb
	ret

	/*
	 * Not where Mavis runs: only far enough to say so. el2_build() made the values for this
	 * level.
	 */
1:	msr	mair_el1, x2
	msr	tcr_el1, x3
	msr	ttbr0_el1, x4
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el1, x5
	isb
	ret

2:	msr	mair_el3, x2
	msr	tcr_el3, x3
	msr	ttbr0_el3, x4
	isb
	tlbi	alle3
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el3, x5
	isb
	ret
endfunc mmu_enable

	.section .note.GNU-stack, "", %progbits
