/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs share. Each breaks one rule if it is assembled with BAD, and no rule
 * otherwise. It is an arm64 Image for QEMU's virt, entered at `program` at EL2 with the MMU off;
 * behind its file, in its image_size, is memory to work with, which was cleaned. It ends the
 * machine with `off`.
 *
 * Kept in registers: x19 a page for data, x20 EL2's root table, x21 stage 2's, x22 one more table.
 */
#define RAM		0x40000000
#define WORK_OFFSET	0x100		/* pages behind the image's start */
#define WORK_SIZE	0x6000
#define IMAGE_SIZE	0x200000

#define SCTLR_OFF	0x30c50830
#define SCTLR_ON	0x30c51835	/* M, C, I */
#define MAIR		0xff00		/* 0: Device-nGnRnE, 1: Normal Write-Back */
/* 39 bits from level 1; walks are Write-Back and Inner Shareable; 40 bits of PA */
#define TCR		0x80823519
#define VTCR		0x80023559
#define HCR_RW		(1 << 31)
#define HCR_VM		(1 << 0)

/* Descriptors: a 1 GiB or 2 MiB block with AF, of EL2's stage 1 and of stage 2 */
#define EL2_DEVICE	0x441
#define EL2_WB		0x745		/* Inner Shareable */
#define S2_WB		0x7fd
#define S2_NC		0x7d5
#define TABLE		3

.macro good insn:vararg
#ifndef BAD
	\insn
#endif
.endm

.macro bad insn:vararg
#ifdef BAD
	\insn
#endif
.endm

	.text
_start:	b	start
	.long	0
	.quad	0			/* text_offset */
	.quad	IMAGE_SIZE
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.balign	2048
vectors:
	.rept	16
	b	off
	.balign	128
	.endr

start:	adr	x0, vectors
	msr	vbar_el2, x0
	adr	x19, _start
	add	x19, x19, #WORK_OFFSET, lsl #12
	add	x20, x19, #0x1000
	add	x21, x19, #0x2000
	add	x22, x19, #0x3000
	mov	x0, x19
	mov	x1, #WORK_SIZE
	bl	clean
	b	program

/* [x0, x0 + x1): clean and invalidate to the PoC, complete on return. */
clean:	dc	civac, x0
	add	x0, x0, #64
	subs	x1, x1, #64
	b.ne	clean
	dsb	sy
	ret

/* PSCI SYSTEM_OFF */
off:	movz	w0, #0x8400, lsl #16
	movk	w0, #8
	smc	#0
	b	.

/* PSCI CPU_ON of CPU 1 at x2. Clobbers x0, x1, x3. */
cpu_on:	movz	w0, #0xc400, lsl #16
	movk	w0, #3
	mov	x1, #1
	mov	x3, #0
	smc	#0
	ret

.macro set reg, val:vararg
	ldr	\reg, =\val
.endm

.macro zero_table table
	mov	x0, #0
1:	str	xzr, [\table, x0]
	add	x0, x0, #8
	cmp	x0, #0x1000
	b.ne	1b
.endm

/* What was written to a table with the MMU off: out of the caches' way. */
.macro clean_table table
	dmb	sy
	mov	x0, \table
	mov	x1, #0x1000
	bl	clean
.endm

.macro set_entry table, index, desc:vararg
	set	x0, \desc
	str	x0, [\table, #8 * (\index)]
.endm

/* Devices below 1 GiB, RAM in the second. */
.macro make_el2_table wb:vararg
	zero_table x20
	set_entry x20, 0, EL2_DEVICE
	set_entry x20, 1, RAM | \wb
.endm

.macro set_regime
	mov	x0, #MAIR
	msr	mair_el2, x0
	set	x0, TCR
	msr	tcr_el2, x0
	msr	ttbr0_el2, x20
.endm

.macro drop_el2_tlb
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
.endm

.macro turn_on
	set	x0, SCTLR_ON
	msr	sctlr_el2, x0
	isb
.endm

.macro turn_off
	set	x0, SCTLR_OFF
	msr	sctlr_el2, x0
	isb
.endm

.macro mmu_on
	make_el2_table EL2_WB
	clean_table x20
	set_regime
	isb
	drop_el2_tlb
	turn_on
.endm

/* RAM in the second GiB, as it is. */
.macro make_stage2
	zero_table x21
	set_entry x21, 1, RAM | S2_WB
.endm

.macro set_stage2
	set	x0, VTCR
	msr	vtcr_el2, x0
	msr	vttbr_el2, x21
	isb
	tlbi	alle1
	dsb	nsh
	isb
.endm

/* What EL2 has to write before its first ERET. */
.macro set_guest_registers
	msr	sctlr_el1, xzr
	msr	tcr_el1, xzr
	msr	cpacr_el1, xzr
	msr	mdscr_el1, xzr
	msr	vbar_el1, xzr
	msr	cntkctl_el1, xzr
	msr	contextidr_el1, xzr
	msr	tpidr_el1, xzr
	msr	tpidr_el0, xzr
	msr	tpidrro_el0, xzr
	msr	ttbr0_el1, xzr
	msr	ttbr1_el1, xzr
	msr	mair_el1, xzr
	msr	amair_el1, xzr
	msr	elr_el1, xzr
	msr	spsr_el1, xzr
	msr	esr_el1, xzr
	msr	far_el1, xzr
	msr	par_el1, xzr
	msr	csselr_el1, xzr
	msr	sp_el0, xzr
	msr	sp_el1, xzr
	msr	cntp_ctl_el0, xzr
	msr	cntv_ctl_el0, xzr
	mov	x0, #0x33ff & ~0x400
	msr	cptr_el2, x0
	msr	hstr_el2, xzr
	msr	mdcr_el2, xzr
	mov	x0, #3
	msr	cnthctl_el2, x0
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	mov	x0, #0x3c5
	msr	spsr_el2, x0
.endm

.macro set_hcr
	set	x0, HCR_RW | HCR_VM
	msr	hcr_el2, x0
.endm

/* To EL1, at a label. */
.macro enter_guest at
	adr	x0, \at
	msr	elr_el2, x0
	mov	x0, #0
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	eret
.endm

/* All of it: EL2's MMU may be on or off. */
.macro run_guest at
	set_stage2
	set_guest_registers
	msr	cntvoff_el2, xzr
	set_hcr
	isb
	enter_guest \at
.endm

/* Registers of QEMU's virt that devices are told by. */
#define ITS		0x8080000
#define GITS_CBASER	0x80
#define GITS_CWRITER	0x88
#define ITS_SYNC	5
#define ITS_COHERENT	((1 << 63) | (7 << 59) | (1 << 10))
#define ITS_NOT_COHERENT ((1 << 63) | (1 << 59))
#define GICR		0x80a0000
#define GICR_PROPBASER	0x70
#define GICR_PENDBASER	0x78
#define SMMU		0x9050000
#define SMMU_CR0	0x20
#define SMMU_CR1	0x28
#define SMMU_STRTAB_BASE 0x80
#define SMMU_STRTAB_BASE_CFG 0x88
#define SMMU_CMDQ_BASE	0x90
#define SMMU_CMDQ_PROD	0x98
#define SMMU_CMDQ_CONS	0x9c
#define SMMU_EVENTQ_BASE 0xa0
#define SMMU_EVENTQ_PROD 0xa8		/* QEMU has it in both pages */
#define SMMU_TLBI_S2_IPA 0x2a
#define SMMU_SYNC	0x46
#define SMMU_COHERENT	0xd75
#define SMMU_NOT_COHERENT 0x820
#define STE_VTCR	((1 << 51) | (0x20059 << 32))	/* AArch64; walks past the caches */
#define STE_VTCR_COHERENT ((1 << 51) | (0x23559 << 32))

/* An ITS whose command queue is the page at x19. Its registers: x9. */
.macro start_its attrs:vararg
	set	x9, ITS
	set	x1, \attrs
	orr	x1, x1, x19
	str	x1, [x9, #GITS_CBASER]
	str	xzr, [x9, #GITS_CWRITER]
	mov	w1, #1
	str	w1, [x9]
.endm

/* An SMMU with a queue for 16 commands at x19. Its registers: x9. */
.macro start_smmu cr1
	set	x9, SMMU
	mov	w1, #\cr1
	str	w1, [x9, #SMMU_CR1]
	orr	x1, x19, #4
	str	x1, [x9, #SMMU_CMDQ_BASE]
	str	wzr, [x9, #SMMU_CMDQ_PROD]
	str	wzr, [x9, #SMMU_CMDQ_CONS]
	mov	w1, #(1 << 3)
	str	w1, [x9, #SMMU_CR0]
.endm
