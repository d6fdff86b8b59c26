/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of the control interface: docs/control.md. For EL2, for programs above Mavis, for C
 * and assembly alike; it includes nothing.
 */
#ifndef HYP_CONTROL_ABI_H
#define HYP_CONTROL_ABI_H

#define CONTROL_MAJOR		1
#define CONTROL_MINOR		1

/* SMCCC calls of the vendor-specific hypervisor service, by HVC or SMC. */
#define CONTROL_CALL(command)	(0xc6000000 | (command))
#define CONTROL_CALL_COUNT	0x8600ff00
#define CONTROL_CALL_UID	0x8600ff01
#define CONTROL_CALL_REVISION	0x8600ff03

/* ba8b015f-36f2-4417-a55f-b37325c9bba3, as w0 to w3 have it: bytes in order from bit 0 up. */
#define CONTROL_UID_0		0x5f018bba
#define CONTROL_UID_1		0x1744f236
#define CONTROL_UID_2		0x73b35fa5
#define CONTROL_UID_3		0xa3bbc925

/* Registers of the control page; each CPU has its own. */
#define CONTROL_PAGE_MAGIC	0x000	/* 32 bits */
#define CONTROL_PAGE_VERSION	0x004	/* 32 bits: major << 16 | minor */
#define CONTROL_PAGE_REGIONS	0x008	/* 32 bits */
#define CONTROL_PAGE_CPUS	0x00c	/* 32 bits */
#define CONTROL_PAGE_COMMAND	0x010	/* a write carries it out */
#define CONTROL_PAGE_STATUS	0x018	/* 64 bits, signed */
#define CONTROL_PAGE_ARGS	0x020	/* 3 of 64 bits */
#define CONTROL_PAGE_RESULTS	0x040	/* 12 of 64 bits */

#define CONTROL_MAGIC		0x5356414d	/* "MAVS" in memory */
#define CONTROL_NR_ARGS		3
#define CONTROL_NR_RESULTS	12

#define CONTROL_INFO		0
#define CONTROL_REGION		1
#define CONTROL_CHECK		2
#define CONTROL_WALK		3
#define CONTROL_SET		4
#define CONTROL_COUNTER		5
#define CONTROL_ABORTS		6
#define CONTROL_AT		8
#define CONTROL_CALLS		9
#define CONTROL_AT_LATER	10
#define CONTROL_WATCH		11
#define CONTROL_TRACE		12
#define CONTROL_FIXUPS		13
/* Only with `debug`. */
#define CONTROL_DEBUG		14
#define CONTROL_PEEK		15
#define CONTROL_POKE		16

/*
 * Status: 0, or one of these. SET is the only command with EPERM, so that it is not mistaken for
 * NOT_SUPPORTED, which SMCCC has given the same number.
 */
#define CONTROL_NOT_SUPPORTED	(-1)	/* there is no such command */
#define CONTROL_EPERM		(-1)	/* SET: the region is not adjustable */
#define CONTROL_ENOENT		(-2)	/* nothing of that number, or there; DEBUG: no console */
#define CONTROL_EAGAIN		(-11)	/* AT_LATER: it waits for the event */
#define CONTROL_ENOMEM		(-12)	/* SET: the page pool is used up; nothing has changed */
#define CONTROL_EACCES		(-13)	/* SET: tags that are not there; PEEK, POKE: Mavis's own */
#define CONTROL_EFAULT		(-14)	/* AT: stage 2 does not allow it; PEEK, POKE: an abort */
#define CONTROL_EBUSY		(-16)	/* SET: the BAR that it follows is nowhere now */
#define CONTROL_EINVAL		(-22)	/* an argument is no value that it can have on this CPU */

/* INFO, r1 */
#define CONTROL_INFO_FWB	(1 << 0)	/* HCR_EL2.FWB */
#define CONTROL_INFO_MTE	(1 << 1)	/* the guest is offered MTE */
#define CONTROL_INFO_MTE_PERM	(1 << 2)	/* stage 2 has FEAT_MTE_PERM's encodings */
#define CONTROL_INFO_GICV3	(1 << 3)

/* REGION, r3: [7:0] type, [15:8] origin, [23:16] expose, [63:32] flags */
#define CONTROL_TYPE_RAM		0
#define CONTROL_TYPE_DEVICE_MEMORY	1
#define CONTROL_TYPE_PREFETCHABLE	2
#define CONTROL_TYPE_MMIO		3
#define CONTROL_TYPE_RAW		4
#define CONTROL_ORIGIN_HOST		0
#define CONTROL_ORIGIN_CONFIG		1
#define CONTROL_EXPOSE_BY_TYPE		0
#define CONTROL_EXPOSE_MEMORY		1
#define CONTROL_EXPOSE_RESERVED		2
#define CONTROL_EXPOSE_PMEM		3
#define CONTROL_EXPOSE_NONE		4
#define CONTROL_FLAG_READ_ONLY		(1 << 0)
#define CONTROL_FLAG_EXEC		(1 << 1)	/* the config says so, against its type */
#define CONTROL_FLAG_NO_TAGS		(1 << 2)
#define CONTROL_FLAG_ADJUSTABLE		(1 << 3)
#define CONTROL_FLAG_BAR		(1 << 4)	/* follows a PCI BAR */
#define CONTROL_FLAG_WATCHED		(1 << 5)	/* every access is recorded */

/* REGION, WALK r4: [3:0] MemAttr, [9:8] SH, [23:16] access */
#define CONTROL_SH_SHIFT	8
#define CONTROL_ACCESS_SHIFT	16
#define CONTROL_READ		(1 << 0)
#define CONTROL_WRITE		(1 << 1)
#define CONTROL_EXEC		(1 << 2)

/* WALK, r3: [7:0] level */
#define CONTROL_WALK_CONTIGUOUS	(1 << 8)

/* CHECK, r4: [7:0] PAR_EL1.ATTR, [15:8] SH, [23:16] setting of stage 1, [24] PAR_EL1 is a fault */
#define CONTROL_CHECK_FAULTED	(1 << 24)

/* TRACE, r5: [15:0] CPU, [31:16] region, [39:32] bytes */
#define CONTROL_TRACE_WRITE	0x10000000000	/* [40]; else it is a read */

/* SET, a[2]: the shareability stays as it is (64 bits, all ones) */
#define CONTROL_KEEP_SH		0xffffffffffffffff

/* AT_LATER, a[2]: when, on the CPU that asks */
#define CONTROL_LATER_DC	1	/* EL0 does DC CVAC of the very address */
#define CONTROL_LATER_TTBR1	2	/* TTBR1_EL1 is written: after that */

/* REGION: the name, NUL-padded, is in r5 to r9; COUNTER: in r1 to r4; CALLS: in r3 to r7 */
#define CONTROL_REGION_NAME	40
#define CONTROL_COUNTER_NAME	32

#endif
