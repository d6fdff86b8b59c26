/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory attributes: what stage 1 says (a MAIR byte), what stage 2 says (MemAttr[3:0], SH, S2AP,
 * XN), and how an address translation reports them (PAR_EL1.ATTR). Every encoding has one place,
 * attr.c, with its inverse beside it; what the two stages make together is combine.h's.
 */
#ifndef MM_ATTR_H
#define MM_ATTR_H

#include "lib/types.h"

/* What this CPU can do, as far as memory attributes go. */
struct mm_caps {
	u8 pa_bits;		/* physical address size that stage 2 can use: 32 to 48 */
	bool fwb;		/* FEAT_S2FWB: stage 2 can force the memory type */
	bool mte;		/* FEAT_MTE2: allocation tags in memory */
	bool mte_perm;		/* FEAT_MTE_PERM: NoTagAccess */
	bool dic;		/* CTR_EL0.DIC: fetches see what was written without IC */
};

/* SH[1:0] of a descriptor. */
enum shareability { SH_NONE = 0, SH_OUTER = 2, SH_INNER = 3 };

/* All that stage 2 says of a page. */
struct s2_attr {
	u8 memattr;		/* MemAttr[3:0] of the descriptor; what it means depends on FWB */
	u8 sh;			/* enum shareability */
	bool read, write, exec;
};

/* MemAttr[3:0] with HCR_EL2.FWB = 0. 0b0100 is NoTagAccess with FEAT_MTE_PERM, else reserved. */
enum {
	S2_DEVICE_nGnRnE = 0x0,
	S2_DEVICE_nGnRE = 0x1,
	S2_DEVICE_nGRE = 0x2,
	S2_DEVICE_GRE = 0x3,
	S2_NO_TAG_ACCESS = 0x4,
	S2_NORMAL_NC = 0x5,
	S2_NORMAL_WT = 0xa,
	S2_NORMAL_WB = 0xf,
};

/* MemAttr[3:0] with HCR_EL2.FWB = 1, where it differs from the above. */
enum {
	S2_FWB_FORCE_WB = 0x6,
	S2_FWB_STAGE1 = 0x7,		/* as stage 1 says */
	S2_FWB_WB_NO_TAG_ACCESS = 0xe,
	S2_FWB_STAGE1_NO_TAG_ACCESS = 0xf,
};

/*
 * Device types, strongest first: of two the smaller wins. The values are those of MemAttr[1:0] and
 * of MAIR bits [3:2].
 */
enum device_type { DEVICE_nGnRnE, DEVICE_nGnRE, DEVICE_nGRE, DEVICE_GRE };

/*
 * Cacheability, weakest first: of two the smaller wins. The values are those of MemAttr[3:2]
 * (outer) and [1:0] (inner) with FWB = 0.
 */
enum cacheability { CACHE_NC = 1, CACHE_WT = 2, CACHE_WB = 3 };

enum mem_type { MEM_DEVICE, MEM_NORMAL };

/* One cache level's policy. Non-cacheable has no hints: they are false. */
struct cache_attr {
	u8 policy;			/* enum cacheability */
	bool read_alloc, write_alloc, transient;
};

/*
 * A decoded memory attribute. What its type does not use is zero: equal ones have equal bytes.
 *
 * XS = 1 says that an access may take long, so that a TLBI with nXS does not wait; it changes
 * nothing of the memory type. Write-Back always has XS = 0; `xs0` is for the encodings that say so
 * for another type, which FEAT_XS adds.
 */
struct mem_attr {
	u8 type;			/* enum mem_type */
	u8 device;			/* enum device_type; Device memory */
	struct cache_attr inner, outer;	/* Normal memory */
	bool tagged;			/* only WB, non-transient, read and write allocate */
	bool no_tag_access;		/* ... and a tag access faults at stage 2 */
	bool xs0;
};

/*
 * A MAIR byte. -EINVAL, with *attr untouched: UNPREDICTABLE whatever the CPU has (0b0000dd1x, and
 * 0bxxxx0000 other than 0x40, 0xa0 and 0xf0). 0xf0 needs FEAT_MTE2; those decoded with `xs0` need
 * FEAT_XS.
 */
int mair_decode(u8 mair, struct mem_attr *attr);

/* The MAIR byte for @attr, or -EINVAL if there is none. */
int mair_encode(const struct mem_attr *attr);

/*
 * PAR_EL1.ATTR: a MAIR byte, or 0xe0 for Tagged NoTagAccess (FEAT_MTE_PERM), which stage 1 alone
 * cannot say. Errors as above.
 */
int par_decode(u8 par, struct mem_attr *attr);
int par_encode(const struct mem_attr *attr);

/*
 * True if two PAR_EL1.ATTR values mean the same memory, XS aside: with FEAT_XS a CPU may report the
 * XS = 0 of a Write-Back stage 1 in the combined attribute (0x40 for 0x44, 0x05 for 0x04).
 */
bool par_same(u8 a, u8 b);

/* "Device-nGnRE", "Normal-WB", "Normal-iWB-oNC", "Normal-WB tagged"; hints and XS are left out. */
const char *mem_attr_name(const struct mem_attr *attr);

/* How stage 2 takes part in the result. */
enum s2_rule {
	S2_RESERVED,
	S2_COMBINE,			/* the weaker of stage 1 and `attr` */
	S2_FORCE_WB,			/* Normal Write-Back, whatever stage 1 says */
};

/* What MemAttr[3:0] means. `attr` is types and policies only: stage 2 has no allocation hints. */
struct s2_mem {
	u8 rule;			/* enum s2_rule */
	bool no_tag_access;
	struct mem_attr attr;		/* with S2_COMBINE */
	const char *name;		/* "Normal-NC", "as stage 1 NoTagAccess" */
};

/*
 * What @memattr (4 bits) means under HCR_EL2.FWB = @fwb. NULL where it is reserved: always, or for
 * want of FEAT_MTE_PERM.
 */
const struct s2_mem *s2_decode(u8 memattr, bool fwb, bool mte_perm);

/* The MemAttr[3:0] with the meaning @mem (its name aside), or -EINVAL if there is none. */
int s2_encode(const struct s2_mem *mem, bool fwb, bool mte_perm);

bool mem_attr_equal(const struct mem_attr *a, const struct mem_attr *b);

#endif
