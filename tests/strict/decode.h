/* SPDX-License-Identifier: Apache-2.0 */
/* Which instructions the machine looks at (Arm ARM C4, "A64 instruction set encoding"). */
#ifndef STRICT_DECODE_H
#define STRICT_DECODE_H

#include "strict.h"

enum kind {
	OTHER,
	ERET, SMC, ISB, DSB, DMB,
	PAUTH,			/* one that uses a key */
	SYS,			/* DC, IC, AT, TLBI: insn.key says which */
	MSR, MRS,		/* register: insn.key */
	EXCLUSIVE,		/* an exclusive or atomic access */
	TAGS			/* an access to allocation tags */
};

struct insn {
	u64 pc;
	u32 word;
	u16 key;		/* SYSREG() of a system instruction or register */
	u8 el;
	u8 kind;
};

/* op0 to op2 as they stand in bits [20:5] of a system instruction. */
#define SYSREG(op0, op1, crn, crm, op2)	\
	((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define KEY_OP1(key)	((key) >> 11 & 7)
#define KEY_CRN(key)	((key) >> 7 & 15)
#define KEY_CRM(key)	((key) >> 3 & 15)
#define KEY_OP2(key)	((key) & 7)

/* The register that a system instruction names: 31 is XZR. */
#define INSN_RT(word)	((word) & 31)

enum kind decode(u32 word);

/* What a barrier waits for (C6, DSB and DMB; CRm). */
struct barrier {
	bool loads, stores;
	bool shared;		/* Inner Shareable or wider */
	bool wide;		/* Outer Shareable or the full system */
};

struct barrier decode_barrier(u32 word);

/* A load that acquires, a store that releases: what a device is told, or tells, is ordered. */
bool decode_ordered(u32 word, bool store);

/* What a DC by VA does. False: the key is none, or DC ZVA and the like. */
struct dc {
	bool clean, invalidate;
	bool unified;		/* cleans to where instructions are fetched from, no further */
};

bool decode_dc(unsigned key, struct dc *dc);

/* A TLBI. False: the key is none that is looked at. */
enum tlbi_scope { TLBI_EL2, TLBI_STAGE2, TLBI_STAGE1, TLBI_BOTH };

struct tlbi {
	enum tlbi_scope scope;
	bool shared;		/* goes to all CPUs */
	bool of_vmid;		/* goes by the VMID in VTTBR_EL2 */
	bool all;		/* every address; else [base, base + size) */
	bool last;		/* last-level entries alone: tables are not dropped */
	u64 base, size;
};

bool decode_tlbi(unsigned key, u64 operand, struct tlbi *tlbi);

#endif
