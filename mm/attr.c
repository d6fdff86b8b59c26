// SPDX-License-Identifier: Apache-2.0
/*
 * The encodings of memory attributes, each beside its inverse.
 *
 * Every table is a list of rows that is expanded twice: into the array that decodes, and at the end
 * of the file into compile-time checks that the formula which encodes gives the same bits.
 */
#include <string.h>

#include "lib/errno.h"
#include "mm/attr.h"

/*
 * One half of a MAIR byte for Normal memory: outer in bits [7:4], inner in bits [3:0] (Arm ARM,
 * MAIR_ELx). Transient needs an allocation hint: what would be WT without one, 0b0000, is no cache
 * attribute, and what would be WB, 0b0100, is NC.
 */
#define CACHE_ENCODINGS(ROW)		\
	/*  bits policy RA WA transient */ \
	ROW(0x1, WT, 0, 1, 1)		\
	ROW(0x2, WT, 1, 0, 1)		\
	ROW(0x3, WT, 1, 1, 1)		\
	ROW(0x4, NC, 0, 0, 0)		\
	ROW(0x5, WB, 0, 1, 1)		\
	ROW(0x6, WB, 1, 0, 1)		\
	ROW(0x7, WB, 1, 1, 1)		\
	ROW(0x8, WT, 0, 0, 0)		\
	ROW(0x9, WT, 0, 1, 0)		\
	ROW(0xa, WT, 1, 0, 0)		\
	ROW(0xb, WT, 1, 1, 0)		\
	ROW(0xc, WB, 0, 0, 0)		\
	ROW(0xd, WB, 0, 1, 0)		\
	ROW(0xe, WB, 1, 0, 0)		\
	ROW(0xf, WB, 1, 1, 0)

#define CACHE(p, ra, wa, t) \
	{ .policy = CACHE_##p, .read_alloc = ra, .write_alloc = wa, .transient = t }
#define CACHE_ENCODE(p, ra, wa, t) \
	((p) == CACHE_NC ? 0x4 : ((t) ? 0 : 0x8) | ((p) == CACHE_WB ? 0x4 : 0) | (ra) << 1 | (wa))

static const struct cache_attr cache_table[16] = {
#define ROW(bits, p, ra, wa, t) [bits] = CACHE(p, ra, wa, t),
	CACHE_ENCODINGS(ROW)
#undef ROW
};

static u8 cache_encode(const struct cache_attr *c)
{
	return CACHE_ENCODE(c->policy, c->read_alloc, c->write_alloc, c->transient);
}

#define DEVICE_ENCODE(device, xs0)	((device) << 2 | (xs0))
#define IS_DEVICE(byte)			(((byte) & 0xf0) == 0)
#define DEVICE_RESERVED			0x02

/* The bytes 0bxxxx0000 that mean something as a whole; the others of that form are reserved. */
static const struct {
	u8 byte;
	struct mem_attr attr;
} whole[] = {
	{ 0x40, { .type = MEM_NORMAL, .outer = CACHE(NC, 0, 0, 0), .inner = CACHE(NC, 0, 0, 0),
		  .xs0 = true } },
	{ 0xa0, { .type = MEM_NORMAL, .outer = CACHE(WT, 1, 0, 0), .inner = CACHE(WT, 1, 0, 0),
		  .xs0 = true } },
	{ 0xe0, { .type = MEM_NORMAL, .outer = CACHE(WB, 1, 1, 0), .inner = CACHE(WB, 1, 1, 0),
		  .tagged = true, .no_tag_access = true } },
	{ 0xf0, { .type = MEM_NORMAL, .outer = CACHE(WB, 1, 1, 0), .inner = CACHE(WB, 1, 1, 0),
		  .tagged = true } },
};

_Static_assert(sizeof(struct mem_attr) == 5 + 2 * sizeof(struct cache_attr) &&
	       sizeof(struct cache_attr) == 4, "no padding: attributes are compared as bytes");

bool mem_attr_equal(const struct mem_attr *a, const struct mem_attr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

int par_decode(u8 par, struct mem_attr *attr)
{
	if (IS_DEVICE(par)) {
		if (par & DEVICE_RESERVED)
			return -EINVAL;
		*attr = (struct mem_attr){ .type = MEM_DEVICE, .device = par >> 2, .xs0 = par & 1 };
		return 0;
	}
	if (par & 0xf) {
		*attr = (struct mem_attr){ .type = MEM_NORMAL, .outer = cache_table[par >> 4],
					   .inner = cache_table[par & 0xf] };
		return 0;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(whole); i++) {
		if (whole[i].byte == par) {
			*attr = whole[i].attr;
			return 0;
		}
	}
	return -EINVAL;
}

int par_encode(const struct mem_attr *attr)
{
	struct mem_attr back;
	u8 par;

	if (attr->type == MEM_DEVICE)
		par = DEVICE_ENCODE(attr->device, attr->xs0);
	else
		par = cache_encode(&attr->outer) << 4 | cache_encode(&attr->inner);
	/* A struct can say more than such a byte: tags, for example. */
	if (!par_decode(par, &back) && mem_attr_equal(&back, attr))
		return par;
	for (unsigned i = 0; i < ARRAY_SIZE(whole); i++)
		if (mem_attr_equal(&whole[i].attr, attr))
			return whole[i].byte;
	return -EINVAL;
}

int mair_decode(u8 mair, struct mem_attr *attr)
{
	struct mem_attr a;

	if (par_decode(mair, &a) || a.no_tag_access)
		return -EINVAL;
	*attr = a;
	return 0;
}

int mair_encode(const struct mem_attr *attr)
{
	return attr->no_tag_access ? -EINVAL : par_encode(attr);
}

bool par_same(u8 a, u8 b)
{
	struct mem_attr x, y;

	if (a == b || par_decode(a, &x) || par_decode(b, &y))
		return a == b;
	x.xs0 = y.xs0 = false;
	return mem_attr_equal(&x, &y);
}

const char *mem_attr_name(const struct mem_attr *attr)
{
	static const char *const device[] = {
		[DEVICE_nGnRnE] = "Device-nGnRnE", [DEVICE_nGnRE] = "Device-nGnRE",
		[DEVICE_nGRE] = "Device-nGRE", [DEVICE_GRE] = "Device-GRE",
	};
	static const char *const normal[][4] = {	/* [outer][inner] */
		[CACHE_NC] = { [CACHE_NC] = "Normal-NC", [CACHE_WT] = "Normal-iWT-oNC",
			       [CACHE_WB] = "Normal-iWB-oNC" },
		[CACHE_WT] = { [CACHE_NC] = "Normal-iNC-oWT", [CACHE_WT] = "Normal-WT",
			       [CACHE_WB] = "Normal-iWB-oWT" },
		[CACHE_WB] = { [CACHE_NC] = "Normal-iNC-oWB", [CACHE_WT] = "Normal-iWT-oWB",
			       [CACHE_WB] = "Normal-WB" },
	};

	if (attr->type == MEM_DEVICE)
		return device[attr->device];
	if (attr->tagged)
		return attr->no_tag_access ? "Normal-WB tagged NoTagAccess" : "Normal-WB tagged";
	return normal[attr->outer.policy][attr->inner.policy];
}

/*
 * MemAttr[3:0] of a stage 2 descriptor. What is not listed is reserved; NoTagAccess is so without
 * FEAT_MTE_PERM. "As stage 1" is combining with Write-Back, which nothing is stronger than.
 */
#define S2_ENCODINGS(DEV, NORM)				\
	DEV(S2_DEVICE_nGnRnE, nGnRnE)			\
	DEV(S2_DEVICE_nGnRE, nGnRE)			\
	DEV(S2_DEVICE_nGRE, nGRE)			\
	DEV(S2_DEVICE_GRE, GRE)				\
	/*   bits outer inner name */			\
	NORM(S2_NORMAL_NC, NC, NC, "Normal-NC")		\
	NORM(0x6, NC, WT, "Normal-iWT-oNC")		\
	NORM(0x7, NC, WB, "Normal-iWB-oNC")		\
	NORM(0x9, WT, NC, "Normal-iNC-oWT")		\
	NORM(S2_NORMAL_WT, WT, WT, "Normal-WT")		\
	NORM(0xb, WT, WB, "Normal-iWB-oWT")		\
	NORM(0xd, WB, NC, "Normal-iNC-oWB")		\
	NORM(0xe, WB, WT, "Normal-iWT-oWB")		\
	NORM(S2_NORMAL_WB, WB, WB, "Normal-WB")

#define S2_DEV_ROW(bits, dev) [bits] = { S2_COMBINE, \
	.attr = { .type = MEM_DEVICE, .device = DEVICE_##dev }, .name = "Device-" #dev },
#define S2_NORM_ROW(bits, o, i, text) [bits] = { S2_COMBINE, \
	.attr = S2_NORMAL(o, i), .name = text },
#define S2_NORMAL(o, i) \
	{ .type = MEM_NORMAL, .outer.policy = CACHE_##o, .inner.policy = CACHE_##i }

static const struct s2_mem s2_table[2][16] = {
	[0] = {	/* FWB = 0 */
		S2_ENCODINGS(S2_DEV_ROW, S2_NORM_ROW)
		[S2_NO_TAG_ACCESS] = { S2_COMBINE, true, S2_NORMAL(WB, WB),
				       "Normal-WB NoTagAccess" },
	},
	[1] = {	/* FWB = 1 */
		S2_DEV_ROW(S2_DEVICE_nGnRnE, nGnRnE)
		S2_DEV_ROW(S2_DEVICE_nGnRE, nGnRE)
		S2_DEV_ROW(S2_DEVICE_nGRE, nGRE)
		S2_DEV_ROW(S2_DEVICE_GRE, GRE)
		S2_NORM_ROW(S2_NORMAL_NC, NC, NC, "Normal-NC")
		S2_NORM_ROW(S2_FWB_STAGE1, WB, WB, "as stage 1")
		[S2_FWB_STAGE1_NO_TAG_ACCESS] = { S2_COMBINE, true, S2_NORMAL(WB, WB),
						  "as stage 1 NoTagAccess" },
		[S2_FWB_FORCE_WB] = { S2_FORCE_WB, .name = "force Normal-WB" },
		[S2_FWB_WB_NO_TAG_ACCESS] = { S2_FORCE_WB, true,
					      .name = "force Normal-WB NoTagAccess" },
	},
};

const struct s2_mem *s2_decode(u8 memattr, bool fwb, bool mte_perm)
{
	const struct s2_mem *m;

	if (memattr >= ARRAY_SIZE(s2_table[0]))
		return NULL;
	m = &s2_table[fwb][memattr];
	return m->rule == S2_RESERVED || (m->no_tag_access && !mte_perm) ? NULL : m;
}

int s2_encode(const struct s2_mem *mem, bool fwb, bool mte_perm)
{
	for (u8 bits = 0; bits < ARRAY_SIZE(s2_table[0]); bits++) {
		const struct s2_mem *m = s2_decode(bits, fwb, mte_perm);

		if (m && m->rule == mem->rule && m->no_tag_access == mem->no_tag_access &&
		    mem_attr_equal(&m->attr, &mem->attr))
			return bits;
	}
	return -EINVAL;
}

/* What the file relies on: each row of a table is what the formula of its inverse gives. */
#define ROW(bits, p, ra, wa, t) \
	_Static_assert(CACHE_ENCODE(CACHE_##p, ra, wa, t) == (bits), "cache " #bits);
CACHE_ENCODINGS(ROW)
#undef ROW

#define DEV(bits, dev) \
	_Static_assert((bits) == (int)DEVICE_##dev && \
		       IS_DEVICE(DEVICE_ENCODE(DEVICE_##dev, 1)), "Device-" #dev);
#define NORM(bits, o, i, text) \
	_Static_assert((bits) == ((int)CACHE_##o << 2 | (int)CACHE_##i), text);
S2_ENCODINGS(DEV, NORM)
#undef DEV
#undef NORM
_Static_assert((S2_FWB_FORCE_WB | 0x8) == S2_FWB_WB_NO_TAG_ACCESS &&
	       (S2_FWB_STAGE1 | 0x8) == S2_FWB_STAGE1_NO_TAG_ACCESS,
	       "with FWB = 1, MemAttr[3] adds NoTagAccess");
