/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads and stores of A64, by their bits: what an instruction does to which registers and where.
 * For accesses that a syndrome does not describe (ESR_EL2.ISV = 0). Pure.
 */
#ifndef HYP_DECODE_H
#define HYP_DECODE_H

#include "lib/types.h"

/* What Mavis can carry out comes first. */
enum decode_kind {
	DECODE_ACCESS,		/* registers, as the other fields say */
	DECODE_PREFETCH,	/* PRFM: may do nothing */
	DECODE_ZERO,		/* DC ZVA: a block of zeroes at the address in rn */
	DECODE_EXCLUSIVE,	/* LDXR and the like: the monitor is the CPU's */
	DECODE_ATOMIC,		/* CAS, LDADD and the like, LD64B */
	DECODE_STRUCTURE,	/* LD2 and the like, single structures */
	DECODE_TAGS,		/* STG and the like: they need the memory itself */
	DECODE_SIGNED,		/* LDRAA, LDRAB */
	DECODE_COPY,		/* CPY*, SET* */
	DECODE_SVE,
	DECODE_OPEN,		/* CONSTRAINED UNPREDICTABLE: what comes of it is the CPU's */
	DECODE_UNKNOWN,		/* no load or store that is known */
	DECODE_NR_KINDS,
};

#define DECODE_PC	32		/* rn: the address is relative to the instruction */
#define DECODE_NO_INDEX	0xff		/* rm */
#define DECODE_NR_MAX	4
#define DECODE_BYTES_MAX 64

struct decoded {
	u8 kind;			/* enum decode_kind; the rest is for the first three */
	bool write;
	bool vector;			/* V registers; else X registers, of which 31 is XZR */
	bool sext, sf;			/* a load: sign-extended; to 64 bits */
	bool ordered;			/* load-acquire, store-release */
	bool unprivileged;		/* with the rights of EL0 */
	u8 nr;				/* registers, one after the other in memory */
	u8 size;			/* bytes of each: 1, 2, 4, 8; of V registers also 16 */
	u8 esize;			/* of an element: it is aligned and ordered by it */
	u8 rt, rt2;			/* the first two; V registers go on from there */
	u8 rn;				/* the base: 31 is SP; or DECODE_PC */
	u8 rm, extend, shift;		/* a register that is added: its option field, and LSL */
	s32 offset;			/* added to the base for the address */
	bool writes_back;		/* then the base becomes base + after + the register rm */
	s32 after;
};

/* The name of a kind that is not carried out: "an exclusive". */
const char *decode_kind_name(enum decode_kind kind);

void decode(u32 insn, struct decoded *d);

/* The number of register @i, below d->nr. */
static inline unsigned decoded_reg(const struct decoded *d, unsigned i)
{
	return i == 0 ? d->rt : i == 1 ? d->rt2 : (d->rt + i) & 31;
}

/* What register @rm adds to the base. @rm: its value. */
u64 decoded_index(const struct decoded *d, u64 rm);

#endif
