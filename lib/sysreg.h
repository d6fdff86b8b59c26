/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System registers and barriers.
 *
 * A register that the oldest assembler knows has its own name; a newer one is written SYS_<name>,
 * which is its encoding S<op0>_<op1>_C<CRn>_C<CRm>_<op2>, and read with read_sysreg_s().
 */
#ifndef LIB_SYSREG_H
#define LIB_SYSREG_H

#include "lib/types.h"

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

/* Feature registers that came after Armv8.0. Where a CPU does not have one it reads as 0. */
#define SYS_ID_AA64PFR2_EL1	S3_0_C0_C4_2
#define SYS_ID_AA64ZFR0_EL1	S3_0_C0_C4_4
#define SYS_ID_AA64SMFR0_EL1	S3_0_C0_C4_5
#define SYS_ID_AA64ISAR2_EL1	S3_0_C0_C6_2
#define SYS_ID_AA64MMFR2_EL1	S3_0_C0_C7_2
#define SYS_ID_AA64MMFR3_EL1	S3_0_C0_C7_3
#define SYS_ID_AA64MMFR4_EL1	S3_0_C0_C7_4

/* EL2's controls of the guest that came after Armv8.0. */
#define SYS_HFGRTR_EL2		S3_4_C1_C1_4
#define SYS_HFGWTR_EL2		S3_4_C1_C1_5
#define SYS_HFGITR_EL2		S3_4_C1_C1_6
#define SYS_HCRX_EL2		S3_4_C1_C2_2
#define SYS_ZCR_EL2		S3_4_C1_C2_0
#define SYS_TRFCR_EL2		S3_4_C1_C2_1
#define SYS_SMCR_EL2		S3_4_C1_C2_6
#define SYS_HDFGRTR2_EL2	S3_4_C3_C1_0
#define SYS_HDFGWTR2_EL2	S3_4_C3_C1_1
#define SYS_HFGRTR2_EL2		S3_4_C3_C1_2
#define SYS_HFGWTR2_EL2		S3_4_C3_C1_3
#define SYS_HDFGRTR_EL2		S3_4_C3_C1_4
#define SYS_HDFGWTR_EL2		S3_4_C3_C1_5
#define SYS_HAFGRTR_EL2		S3_4_C3_C1_6
#define SYS_HFGITR2_EL2		S3_4_C3_C1_7
#define SYS_PMSCR_EL2		S3_4_C9_C9_0
#define SYS_BRBCR_EL2		S2_4_C9_C0_0
#define SYS_MPAMHCR_EL2		S3_4_C10_C4_0
#define SYS_MPAM2_EL2		S3_4_C10_C5_0
#define SYS_MPAM1_EL1		S3_0_C10_C5_0
#define SYS_MPAM0_EL1		S3_0_C10_C5_1
#define SYS_ICC_SRE_EL2		S3_4_C12_C9_5
#define SYS_ICH_HCR_EL2		S3_4_C12_C11_0
#define SYS_ICH_VMCR_EL2	S3_4_C12_C11_7
#define SYS_CNTHV_CTL_EL2	S3_4_C14_C3_1

/* The guest's, where EL2 sets their value at entry. */
#define SYS_SCTLR2_EL1		S3_0_C1_C0_3
#define SYS_TCR2_EL1		S3_0_C2_C0_3
#define SYS_PMBIDR_EL1		S3_0_C9_C10_7
#define SYS_PMSIDR_EL1		S3_0_C9_C9_7
#define SYS_MPAMIDR_EL1		S3_0_C10_C4_4

#endif
