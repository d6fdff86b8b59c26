/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architecture's bits, by the Arm ARM's names, for C and assembly; and for C the system
 * registers and barriers.
 *
 * A register that the oldest assembler knows has its own name; a newer one is written SYS_<name>,
 * which is its encoding S<op0>_<op1>_C<CRn>_C<CRm>_<op2>, and read with read_sysreg_s().
 */
#ifndef LIB_ARCH_H
#define LIB_ARCH_H

#ifdef __ASSEMBLY__
#define BIT(n)		(1 << (n))
#define GENMASK(hi, lo)	((BIT((hi) - (lo)) * 2 - 1) << (lo))
#else
#include "lib/types.h"
#endif

/* CurrentEL.EL */
#define EL_SHIFT	2

/* SCTLR_ELx: what is RES1 in Armv8.0, whatever it means by now, with MMU and caches off. */
#define SCTLR_EL1_OFF	0x30d00800
#define SCTLR_EL2_OFF	0x30c50830
#define SCTLR_M		BIT(0)
#define SCTLR_C		BIT(2)
#define SCTLR_SA	BIT(3)
#define SCTLR_I		BIT(12)
#define SCTLR_WXN	BIT(19)
#define SCTLR_SPAN	BIT(23)
#define SCTLR_E0E	BIT(24)
#define SCTLR_EE	BIT(25)
#define SCTLR_ENIA	BIT(31)
#define SCTLR_BT	BIT(36)
#define SCTLR_TCF_SYNC	BIT(40)
#define SCTLR_ATA_SHIFT	43
#define SCTLR_ATA	BIT(SCTLR_ATA_SHIFT)

#define ISR_A		BIT(8)		/* an SError is pending */
#define SCTLR_DSSBS	BIT(44)
#define SCTLR_SPINTMASK	BIT(62)

#define SCTLR_EL1_ON	(SCTLR_EL1_OFF | SCTLR_M | SCTLR_C | SCTLR_I)

/* MAIR_ELx: bytes for AttrIndx. */
#define MAIR_DEVICE_nGnRnE	0x00
#define MAIR_NORMAL_NC		0x44
#define MAIR_NORMAL_WB		0xff	/* read and write allocate */
#define MAIR_NORMAL_TAGGED	0xf0	/* the same */

/* TCR_ELx, and VTCR_EL2 where it has the field. */
#define TCR_T0SZ(bits)	(64 - (bits))
#define TCR_IRGN0_WB	BIT(8)		/* walks are Normal WB, read and write allocate */
#define TCR_ORGN0_WB	BIT(10)
#define TCR_SH0_INNER	GENMASK(13, 12)
#define TCR_TG0_4K	0
#define TCR_PS_SHIFT	16		/* as pa_sizes[] counts */
#define TCR_EL2_RES1	(BIT(31) | BIT(23))
#define TCR_EL1_EPD1	BIT(23)
#define TCR_EL1_IPS_SHIFT 32
#define TCR_EL1_TBI0	BIT(37)

/* Descriptors of VMSAv8-64 with the 4 KiB granule. */
#define DESC_VALID	BIT(0)
#define DESC_TABLE	BIT(1)		/* at level 3: page */
#define DESC_AF		BIT(10)
#define DESC_ADDR	GENMASK(47, 12)
#define DESC_CONTIGUOUS	BIT(52)

/* Leaves of stage 1. */
#define DESC_ATTRINDX_SHIFT 2
#define DESC_AP1	BIT(6)		/* RES1 where there is no EL0 */
#define DESC_READ_ONLY	BIT(7)		/* AP[2] */
#define DESC_SH_INNER	GENMASK(9, 8)	/* Device is Outer Shareable whatever SH says */
#define DESC_GP		BIT(50)		/* guarded page: RES0 without FEAT_BTI */
#define DESC_PXN	BIT(53)
#define DESC_UXN	BIT(54)		/* XN where there is no EL0 */

/* HCR_EL2 */
#define HCR_VM		BIT(0)
#define HCR_SWIO	BIT(1)
#define HCR_DC		BIT(12)
#define HCR_TWI		BIT(13)
#define HCR_TID3	BIT(18)
#define HCR_TSC		BIT(19)
#define HCR_TIDCP	BIT(20)
#define HCR_TPC		BIT(23)
#define HCR_TVM		BIT(26)
#define HCR_TGE		BIT(27)
#define HCR_RW		BIT(31)
#define HCR_E2H_SHIFT	34
#define HCR_TLOR	BIT(35)
#define HCR_APK		BIT(40)
#define HCR_API		BIT(41)
#define HCR_FWB		BIT(46)
#define HCR_ENSCXT	BIT(53)
#define HCR_ATA		BIT(56)
#define HCR_DCT		BIT(57)
#define HCR_TID5	BIT(58)

/* CPTR_EL2, E2H = 0: with TZ (SVE) and TSM (SME), which were RES1 before they had a meaning. */
#define CPTR_RES1	0x33ff
#define CPTR_TZ		BIT(8)
#define CPTR_TSM	BIT(12)
#define CPTR_TAM	BIT(30)

/* ESR_ELx */
#define ESR_EC_SHIFT	26
#define ESR_EC_MASK	GENMASK(31, 26)
#define ESR_EC(esr)	FIELD(esr, 31, 26)
#define ESR_IL		BIT(25)

#define EC_UNKNOWN		0x00
#define EC_WFX			0x01	/* WFI, where HCR_EL2.TWI asks for it */
#define EC_CP15_32		0x03	/* MCR, MRC */
#define EC_CP15_64		0x04	/* MCRR, MRRC */
#define EC_LS64			0x0a	/* LD64B and the like */
#define EC_SYSREG128		0x14	/* MSRR, MRRS and 128-bit system instructions */
#define EC_HVC64		0x16
#define EC_SMC64		0x17
#define EC_SYSREG		0x18
#define EC_INSTRUCTION_ABORT	0x20	/* from a lower Exception level; + 1: from the same */
#define EC_DATA_ABORT		0x24
#define EC_GCS			0x2d
#define EC_BRK64		0x3c

/* ISS of HVC and SMC. */
#define ISS_IMM16(esr)	FIELD(esr, 15, 0)

/* ISS and ISS2 of a data abort; FNV, S1PTW and FSC are an instruction abort's as well. */
#define ISS2_TAG_ACCESS	BIT(41)		/* NoTagAccess: a permission fault (QEMU 11.1: FSC is 0) */
#define ISS_ISV		BIT(24)
/* It tells all of a load or store of one register: with ISV, and not of LD64B and its like. */
#define ISS_IS_SINGLE(esr) (((esr) & (ISS_ISV | ISS_LST)) == ISS_ISV)
#define ISS_SAS(esr)	FIELD(esr, 23, 22)
#define ISS_SAS_WORD	BIT(23)		/* 4 bytes, or 8 */
#define ISS_SSE		BIT(21)
#define ISS_SRT(esr)	FIELD(esr, 20, 16)
#define ISS_SF		BIT(15)
#define ISS_AR		BIT(14)
#define ISS_LST		GENMASK(12, 11)	/* LD64B, ST64B and their like, with ISV; 0 for others */
#define ISS_FNV		BIT(10)
#define ISS_CM		BIT(8)
#define ISS_S1PTW	BIT(7)
#define ISS_WNR_SHIFT	6
#define ISS_WNR		BIT(ISS_WNR_SHIFT)

/* Fault status codes, [5:0] of an abort's ISS. Those of a walk have its level in [1:0]. */
#define ISS_FSC(esr)	FIELD(esr, 5, 0)
#define FSC_TYPE(fsc)	((fsc) & 0x3c)
#define FSC_ADDRESS_SIZE 0x00
#define FSC_TRANSLATION	0x04
#define FSC_PERMISSION	0x0c
#define FSC_EXTERNAL	0x10
#define FSC_EXTERNAL_WALK 0x14
#define FSC_ALIGNMENT	0x21
#define FSC_GPF_WALK	0x22	/* granule protection fault on a walk, level -2, and on to 3; ... */
#define FSC_GPF		0x28	/* ... and of the access itself: FEAT_RME */
#define FSC_TLB_CONFLICT 0x30
#define FSC_UNSUPPORTED	0x35	/* exclusive or atomic access to such memory */

/* PAR_EL1 after AT */
#define PAR_F		BIT(0)
#define PAR_S		BIT(9)		/* with F: the fault is stage 2's */
#define PAR_FST(par)	FIELD(par, 6, 1)
#define PAR_SH(par)	((u8)FIELD(par, 8, 7))
#define PAR_PA		GENMASK(47, 12)
#define PAR_ATTR(par)	((u8)FIELD(par, 63, 56))

/* MPIDR_EL1: Aff3, Aff2, Aff1, Aff0 */
#define MPIDR_AFFINITY	0xff00ffffff

/* SPSR_ELx */
#define PSTATE_F	BIT(6)
#define PSTATE_I	BIT(7)
#define PSTATE_A	BIT(8)
#define PSTATE_D	BIT(9)
#define PSTATE_BTYPE	GENMASK(11, 10)
#define PSTATE_SSBS	BIT(12)
#define PSTATE_ALLINT	BIT(13)
#define PSTATE_IL	BIT(20)
#define PSTATE_SS	BIT(21)
#define PSTATE_PAN	BIT(22)
#define PSTATE_UAO	BIT(23)
#define PSTATE_DIT	BIT(24)
#define PSTATE_TCO	BIT(25)
#define PSTATE_NZCV	GENMASK(31, 28)

#define PSTATE_MODE	GENMASK(3, 0)
#define PSTATE_AARCH32	BIT(4)
#define PSTATE_T32	BIT(5)		/* in AArch32 state */
#define PSTATE_AARCH32_E BIT(9)		/* likewise */
#define PSTATE_SP	BIT(0)		/* in MODE: t or h */
#define PSTATE_EL0T	0x0
#define PSTATE_EL1T	0x4
#define PSTATE_EL1H	0x5
#define PSTATE_DAIF	(PSTATE_D | PSTATE_A | PSTATE_I | PSTATE_F)

/* Registers that late CPUs have. */
#define SYS_ID_AA64MMFR3_EL1	S3_0_C0_C7_3
#define SYS_SCTLR2_EL2		S3_4_C1_C0_3
#define SYS_TCR2_EL2		S3_4_C2_C0_3
#define SYS_GCSCR_EL2		S3_4_C2_C5_0
#define SYS_APIAKEYLO_EL1	S3_0_C2_C1_0
#define SYS_APIAKEYHI_EL1	S3_0_C2_C1_1
#define SYS_APIBKEYLO_EL1	S3_0_C2_C1_2
#define SYS_APIBKEYHI_EL1	S3_0_C2_C1_3
#define SYS_APDAKEYLO_EL1	S3_0_C2_C2_0
#define SYS_APDAKEYHI_EL1	S3_0_C2_C2_1
#define SYS_APDBKEYLO_EL1	S3_0_C2_C2_2
#define SYS_APDBKEYHI_EL1	S3_0_C2_C2_3

#ifndef __ASSEMBLY__
#define read_sysreg(name) ({						\
	u64 val_;							\
	asm volatile("mrs %0, " #name : "=r"(val_));			\
	val_;								\
})
#define write_sysreg(val, name) do {					\
	u64 val_ = (u64)(val);						\
	asm volatile("msr " #name ", %x0" : : "rZ"(val_));		\
} while (0)

/* The same, with macros in @name expanded first. */
#define read_sysreg_s(name)		read_sysreg(name)
#define write_sysreg_s(val, name)	write_sysreg_(val, name)
#define write_sysreg_(val, name)	write_sysreg(val, name)

/* Barriers for the compiler too. @opt: sy, ish, ishst, nsh, ... */
#define isb()		asm volatile("isb" : : : "memory")
#define dsb(opt)	asm volatile("dsb " #opt : : : "memory")
#define dmb(opt)	asm volatile("dmb " #opt : : : "memory")

/* The logical tag of an address, and what LDG gives. */
#define TAG_SHIFT	56
#define TAG(n)		((u64)(n) << TAG_SHIFT)

/* Feature registers that came after Armv8.0. Where a CPU does not have one it reads as 0. */
#define SYS_ID_AA64PFR2_EL1	S3_0_C0_C4_2
#define SYS_ID_AA64ZFR0_EL1	S3_0_C0_C4_4
#define SYS_ID_AA64SMFR0_EL1	S3_0_C0_C4_5
#define SYS_ID_AA64ISAR2_EL1	S3_0_C0_C6_2
#define SYS_ID_AA64MMFR2_EL1	S3_0_C0_C7_2
#define SYS_ID_AA64MMFR4_EL1	S3_0_C0_C7_4

/* EL2's controls of the guest that came after Armv8.0. */
#define SYS_HFGRTR_EL2		S3_4_C1_C1_4
#define SYS_HFGWTR_EL2		S3_4_C1_C1_5
#define SYS_HFGITR_EL2		S3_4_C1_C1_6
#define SYS_HCRX_EL2		S3_4_C1_C2_2
#define SYS_ZCR_EL2		S3_4_C1_C2_0
#define SYS_TRFCR_EL2		S3_4_C1_C2_1
#define SYS_SMCR_EL2		S3_4_C1_C2_6
#define SYS_SVCR		S3_3_C4_C2_2
#define SYS_HDFGRTR2_EL2	S3_4_C3_C1_0
#define SYS_HDFGWTR2_EL2	S3_4_C3_C1_1
#define SYS_HFGRTR2_EL2		S3_4_C3_C1_2
#define SYS_HFGWTR2_EL2		S3_4_C3_C1_3
#define SYS_HDFGRTR_EL2		S3_4_C3_C1_4
#define SYS_HDFGWTR_EL2		S3_4_C3_C1_5
#define SYS_HAFGRTR_EL2		S3_4_C3_C1_6
#define SYS_HFGITR2_EL2		S3_4_C3_C1_7
#define SYS_PMSCR_EL2		S3_4_C9_C9_0
#define SYS_MPAMHCR_EL2		S3_4_C10_C4_0
#define SYS_MPAM2_EL2		S3_4_C10_C5_0
#define SYS_MPAM1_EL1		S3_0_C10_C5_0
#define SYS_MPAM0_EL1		S3_0_C10_C5_1
#define SYS_MPAMSM_EL1		S3_0_C10_C5_3
#define SYS_ICC_SRE_EL2		S3_4_C12_C9_5
#define SYS_ICH_HCR_EL2		S3_4_C12_C11_0
#define SYS_ICH_VMCR_EL2	S3_4_C12_C11_7
#define SYS_CNTHV_CTL_EL2	S3_4_C14_C3_1

/* The guest's, where EL2 sets their value at entry. */
#define SYS_SCTLR2_EL1		S3_0_C1_C0_3
#define SYS_TCR2_EL1		S3_0_C2_C0_3
#define SYS_RGSR_EL1		S3_0_C1_C0_5
#define SYS_GCR_EL1		S3_0_C1_C0_6
#define SYS_ZCR_EL1		S3_0_C1_C2_0
#define SYS_TRFCR_EL1		S3_0_C1_C2_1
#define SYS_SMCR_EL1		S3_0_C1_C2_6
#define SYS_TFSR_EL1		S3_0_C5_C6_0
#define SYS_TFSRE0_EL1		S3_0_C5_C6_1
#define SYS_PMSCR_EL1		S3_0_C9_C9_0
#define SYS_PMBLIMITR_EL1	S3_0_C9_C10_0
#define SYS_TRBLIMITR_EL1	S3_0_C9_C11_0
#define SYS_TRBIDR_EL1		S3_0_C9_C11_7
#define SYS_PMBIDR_EL1		S3_0_C9_C10_7
#define SYS_PMSIDR_EL1		S3_0_C9_C9_7
#define SYS_MPAMIDR_EL1		S3_0_C10_C4_4

/* The physical address size for ID_AA64MMFR0_EL1.PARange, TCR.PS and VTCR.PS, in bits. */
static const u8 pa_sizes[] = { 32, 36, 40, 42, 44, 48 };
#define PA_SIZE_MAX	(ARRAY_SIZE(pa_sizes) - 1)	/* more needs tables of FEAT_LPA2's */
#endif

#endif
