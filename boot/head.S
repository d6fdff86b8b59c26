/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions, on the boot CPU and on the others.
 *
 * To the loader Mavis is an arm64 Linux Image (Documentation/arch/arm64/booting.rst): MMU off, x0 =
 * the device tree, the image cleaned to the PoC and at any 4 KiB-aligned address. Nothing else of
 * the state is relied on.
 */
#include "boot/mmu.h"
#include "hyp/cpu.h"
#include "lib/asm.h"

#define SCTLR_EL1_OFF	0x30d00800	/* RES1 bits; MMU and caches off, little-endian */
#define SCTLR_EL2_OFF	0x30c50830
#define HCR_EL2_BOOT	(1 << 31)	/* RW; E2H = TGE = 0 */
#define HCR_EL2_TGE	(1 << 27)
#define HCR_EL2_E2H_BIT	34
#define CPTR_EL2_BOOT	0x33ff		/* RES1 bits; TFP and all that may be UNKNOWN 0 */

#define SYS_ID_AA64MMFR3_EL1	S3_0_C0_C7_3
#define SYS_SCTLR2_EL2		S3_4_C1_C0_3
#define SYS_TCR2_EL2		S3_4_C2_C0_3
#define SYS_GCSCR_EL2		S3_4_C2_C5_0

	.section .head.text, "ax"
	.globl	_start
_start:
	b	primary
	nop
	.quad	0				/* text_offset: none, any 4 KiB-aligned address */
	.quad	__image_end - (. - 16)		/* image_size, with bss, stacks and page pool */
	.quad	0xa				/* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

primary:
	mov	x19, x0				/* device tree */
	bl	cpu_reset_state
	mov	x20, x0				/* exception level */

	/*
	 * What is written before the MMU is on goes past the caches: a line left dirty there would
	 * be evicted over it. Cleaning is right for the loader's data as well, should it have left
	 * any in the cache.
	 */
	adr_l	x0, __image_start
	adr_l	x1, __image_end
	bl	dcache_clean_inval_poc

	adr_l	x0, __image_start		/* relocations, packed by tools/image */
	adr_l	x1, __relocs
	mov	x2, x0
1:	ldrh	w3, [x1], #2			/* words since the last one */
	cbz	w3, 2f
	add	x2, x2, x3, lsl #3
	ldr	x4, [x2]
	add	x4, x4, x0
	str	x4, [x2]
	b	1b

2:	adr_l	x0, __bss_start
	adr_l	x1, __bss_end
3:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	3b

	adr_l	x0, __stack_end
	mov	sp, x0
	mov	x29, xzr
	mrs	x0, cntpct_el0
	adr_l	x1, __stack_chk_guard
	ror	x2, x0, #24
	eor	x0, x0, x2
	and	x0, x0, #~0xff			/* a zero byte stops a run-away string copy */
	str	x0, [x1]

	mov	x0, x20
	bl	mmu_build			/* returns the end of what it wrote */

	/*
	 * The walker and EL2 read through the caches from now on. A fetch may have brought in stale
	 * lines of what was just written with the MMU off.
	 */
	mov	x1, x0
	adr_l	x0, __text_end			/* the relocated words are in .rodata */
	bl	dcache_clean_inval_poc
	mov	x0, x20
	bl	mmu_enable

	mov	x0, x19
	mov	x1, x20
	bl	main
	b	.

/*
 * The address that PSCI CPU_ON and CPU_SUSPEND get, and where a CPU goes that waited. x0 = the
 * physical address of this CPU's struct cpu.
 */
func secondary_entry
	mov	x19, x0
	bl	cpu_reset_state
	bl	mmu_enable
	ldr	x0, [x19, #CPU_STACK]
	mov	sp, x0
	mov	x29, xzr
	mov	x0, x19
	bl	secondary_main
	b	.
endfunc secondary_entry

/* Where CPUs come out of a spin-table. At another EL than the boot CPU's one is of no use. */
func spin_table_arrival
	bl	cpu_reset_state
	cmp	x0, #2
	b.ne	.
	bl	mmu_enable
	b	cpu_wait
endfunc spin_table_arrival

/* A known state at whichever exception level this is, which is returned in x0. Clobbers x1. */
cpu_reset_state:
	msr	daifset, #0xf
	msr	spsel, #1
	mrs	x0, CurrentEL
	lsr	x0, x0, #2
	cmp	x0, #2
	b.lo	1f
	b.hi	2f
	mov	x1, #HCR_EL2_BOOT
	msr	hcr_el2, x1
	isb					/* before registers whose layout follows E2H */
	mrs	x1, hcr_el2
	tbnz	x1, #HCR_EL2_E2H_BIT, 3f
	msr	tpidr_el2, xzr			/* no struct cpu yet */
	mov	x1, #CPTR_EL2_BOOT		/* libfdt uses SIMD */
	msr	cptr_el2, x1
	mrs	x1, SYS_ID_AA64MMFR3_EL1	/* later controls of EL2's stage 1, UNKNOWN too */
	tst	x1, #0xf			/* TCRX */
	b.eq	4f
	msr	SYS_TCR2_EL2, xzr
4:	tst	x1, #0xf0			/* SCTLRX */
	b.eq	5f
	msr	SYS_SCTLR2_EL2, xzr
5:	mrs	x1, id_aa64pfr1_el1
	ubfx	x1, x1, #44, #4			/* GCS */
	cbz	x1, 6f
	msr	SYS_GCSCR_EL2, xzr
6:
	ldr	x1, =SCTLR_EL2_OFF
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
3:	orr	x1, x1, #HCR_EL2_TGE
	msr	hcr_el2, x1
	isb
	mov	x0, #1
	b	1b

/*
 * Turns on the MMU and the caches with mmu_params, at exception level x0. Secondaries read the
 * parameters with the MMU off, so mmu_build's were cleaned to the PoC above. TLB and instruction
 * cache hold what an earlier owner of this exception level left: both are dropped first (Arm ARM
 * D8, "TLB maintenance"; B2, "Synchronization of caches").
 */
mmu_enable:
	adr_l	x9, mmu_params
	ldp	x2, x3, [x9, #MMU_MAIR]		/* and tcr */
	ldp	x4, x5, [x9, #MMU_TTBR]		/* and sctlr */
	ldr	x6, [x9, #MMU_PAUTH]
	adr_l	x7, vectors
	cmp	x0, #2
	b.lo	1f
	b.hi	2f

	msr	mair_el2, x2
	msr	tcr_el2, x3
	msr	ttbr0_el2, x4
	msr	vbar_el2, x7
	cbz	x6, 3f
	ldp	x2, x3, [x9, #MMU_KEY]
	msr	S3_0_C2_C1_0, x2		/* APIAKeyLo_EL1 */
	msr	S3_0_C2_C1_1, x3		/* APIAKeyHi_EL1 */
3:	isb
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el2, x5
	isb
	ret

	/*
	 * Not where Mavis runs: only far enough to say so. mmu_build made the values for this
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

	.section .note.GNU-stack, "", %progbits
