/* SPDX-License-Identifier: Apache-2.0 */
/* SMMUv3 (Arm IHI 0070): registers, commands, events and table entries, by its names. */
#ifndef DRIVERS_SMMU_REGS_H
#define DRIVERS_SMMU_REGS_H

#include "lib/types.h"

#define SMMU_SIZE		KIB(128)	/* two pages of 64 KiB */
#define SMMU_PAGE1		KIB(64)

#define SMMU_IDR0		0x00
#define IDR0_S2P		BIT(0)
#define IDR0_TTF_AARCH64	BIT(3)
#define IDR0_HYP		BIT(9)
#define IDR0_ATS		BIT(10)
#define IDR0_TTENDIAN(r)	FIELD(r, 22, 21)
#define TTENDIAN_BIG		3
#define IDR0_STALL_MODEL(r)	FIELD(r, 25, 24)
#define STALL_FORCED		2
#define IDR0_ST_LEVEL(r)	FIELD(r, 28, 27)
#define SMMU_IDR1		0x04
#define IDR1_SIDSIZE(r)		FIELD(r, 5, 0)
#define IDR1_EVENTQS(r)		FIELD(r, 20, 16)
#define IDR1_CMDQS(r)		FIELD(r, 25, 21)
#define IDR1_PRESET		(BIT(30) | BIT(29))	/* tables or queues are where they are */
#define SMMU_IDR5		0x14
#define IDR5_OAS(r)		FIELD(r, 2, 0)		/* as pa_sizes[] counts */
#define IDR5_GRAN4K		BIT(4)

#define SMMU_CR0		0x20
#define SMMU_CR0ACK		0x24
#define CR0_SMMUEN		BIT(0)
#define CR0_EVENTQEN		BIT(2)
#define CR0_CMDQEN		BIT(3)
#define CR0_ATSCHK		BIT(4)
#define SMMU_CR1		0x28
#define CR1_COHERENT		0xd75	/* tables and queues: Inner Shareable, Write-Back */
#define CR1_NON_COHERENT	0x820	/* Outer Shareable, Non-cacheable */
#define SMMU_CR2		0x2c
#define CR2_RECINVSID		BIT(1)
#define CR2_PTM			BIT(2)	/* does not listen to the CPUs' TLBI */
#define SMMU_GBPA		0x44
#define GBPA_ABORT		BIT(20)
#define GBPA_UPDATE		BIT(31)
#define SMMU_IRQ_CTRL		0x50
#define SMMU_IRQ_CTRLACK	0x54
#define SMMU_GERROR		0x60
#define SMMU_GERRORN		0x64
#define GERROR_CMDQ		BIT(0)
#define GERROR_EVENTQ_ABT	BIT(2)
#define GERROR_SFM		BIT(8)
#define GERROR_ALL		(GENMASK(8, 2) | BIT(0))
#define SMMU_STRTAB_BASE	0x80
#define SMMU_STRTAB_BASE_CFG	0x88
#define STRTAB_2LEVEL		BIT(16)
#define STRTAB_SPLIT_SHIFT	6
#define SMMU_CMDQ_BASE		0x90
#define SMMU_CMDQ_PROD		0x98
#define SMMU_CMDQ_CONS		0x9c
#define CMDQ_CONS_ERR(r)	FIELD(r, 30, 24)
#define SMMU_EVENTQ_BASE	0xa0
#define BASE_ALLOCATE		BIT(62)		/* RA of tables and commands, WA of events */

/* In page 1. */
#define SMMU_EVENTQ_PROD	0xa8
#define SMMU_EVENTQ_CONS	0xac
#define EVENTQ_OVERFLOW		BIT(31)

/* Commands: two doublewords, the opcode in the first one's lowest byte. */
#define CMD_SIZE		16
#define CMD_CFGI_ALL		0x04
#define CFGI_ALL_RANGE		31		/* in the second one */
#define CMD_TLBI_EL2_ALL	0x20
#define CMD_TLBI_S12_VMALL	0x28
#define CMD_TLBI_S2_IPA		0x2a
#define CMD_TLBI_NSNH_ALL	0x30
#define CMD_SYNC		0x46		/* CS = 0: CONS passes it when it is done */
#define CMD_VMID_SHIFT		32

/* Events: four doublewords. */
#define EVENT_SIZE		32
#define EVENT_TYPE(e)		((u8)FIELD((e)[0], 7, 0))
#define EVENT_STREAM(e)		((u32)FIELD((e)[0], 63, 32))
#define EVENT_READ		BIT(35)		/* of the second */

/* Stream table entries: eight doublewords. Level 1: one, Span and L2Ptr. */
#define STE_SIZE		64
#define STE0_V			BIT(0)
#define STE0_STAGE2		(6ul << 1)	/* Config: stage 1 bypass, stage 2 translates */
#define STE1_MEV		BIT(19)		/* like events may be merged */
#define STE1_SHCFG_INCOMING	(1ul << 44)
#define STE2_VTCR_SHIFT		32		/* VTCR_EL2[18:0] has these places */
#define STE2_S2AA64		BIT(51)
#define STE2_S2AFFD		BIT(53)
#define STE2_S2R		BIT(58)		/* translation faults are recorded */
#define L1STD_SPAN(bits)	((bits) + 1ul)

#endif
