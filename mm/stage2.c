/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/stage2.h"

#include "lib/arch.h"
#include "lib/errno.h"

/*
 * The attributes of a stage 2 leaf, each with its inverse beside it. Never executable is XN = 0b10,
 * which says the same with FEAT_XNX (bits [54:53]) and without (bit 54 alone); executable is 0b00.
 */
#define MEMATTR(x)	((u64)(x) << 2)			/* MemAttr[3:0] */
#define GET_MEMATTR(d)	FIELD(d, 5, 2)
#define S2AP_READ	BIT(6)
#define S2AP_WRITE	BIT(7)
#define SH(x)		((u64)(x) << 8)
#define GET_SH(d)	FIELD(d, 9, 8)
#define XN_NEVER	(2ull << 53)
#define XN_MASK		(3ull << 53)

static u64 encode(struct s2_attr a)
{
	return MEMATTR(a.memattr) | SH(a.sh) | (a.read ? S2AP_READ : 0) |
	       (a.write ? S2AP_WRITE : 0) | (a.exec ? 0 : XN_NEVER);
}

static struct s2_attr decode(u64 d)
{
	return (struct s2_attr){
		.memattr = (u8)GET_MEMATTR(d),
		.sh = (u8)GET_SH(d),
		.read = d & S2AP_READ,
		.write = d & S2AP_WRITE,
		.exec = !(d & XN_MASK),
	};
}

static bool attr_ok(struct s2_attr a)
{
	return a.memattr <= 15 && (a.sh == SH_NONE || a.sh == SH_OUTER || a.sh == SH_INNER);
}

/* VTCR_EL2, beside what it shares with TCR_EL2. VS is 0: a VMID of 8 bits. */
#define VTCR_SL0(level)		((2 - (u64)(level)) << 6)	/* with 4 KiB: 0b10 is level 0 */
#define VTCR_RES1		BIT(31)

#define VTTBR_VMID(x)		((u64)(x) << 48)
#define GUEST_VMID		1	/* 0 is what a CPU not set up yet may have */

/* The PS field for a physical address size. -EINVAL: there is none. */
static int ps_of(unsigned bits)
{
	for (unsigned i = 0; i <= PA_SIZE_MAX; i++)
		if (pa_sizes[i] == bits)
			return (int)i;
	return -EINVAL;
}

int stage2_init(struct stage2 *s2, const struct mm_caps *caps, unsigned bits, struct pool *pool)
{
	int ps = ps_of(caps->pa_bits), err;

	if (ps < 0 || ps_of(bits) < 0 || bits > caps->pa_bits)
		return -EINVAL;
	err = pt_init(&s2->pt, PT_STAGE2, bits, pool);
	if (err)
		return err;
	s2->vtcr = TCR_T0SZ((u64)s2->pt.bits) | VTCR_SL0(s2->pt.start) | TCR_IRGN0_WB |
		   TCR_ORGN0_WB | TCR_SH0_INNER | TCR_TG0_4K | (u64)ps << TCR_PS_SHIFT | VTCR_RES1;
	s2->vttbr = s2->pt.root.v | VTTBR_VMID(GUEST_VMID);
	return 0;
}

int stage2_map(struct stage2 *s2, ipa_t ipa, pa_t pa, u64 size, struct s2_attr attr)
{
	return attr_ok(attr) ? pt_map(&s2->pt, ipa.v, pa, size, encode(attr), PT_LARGEST) : -EINVAL;
}

int stage2_unmap(struct stage2 *s2, ipa_t ipa, u64 size)
{
	return pt_unmap(&s2->pt, ipa.v, size);
}

int stage2_change(struct stage2 *s2, ipa_t ipa, u64 size, struct s2_attr attr)
{
	return attr_ok(attr) ? pt_change(&s2->pt, ipa.v, size, encode(attr)) : -EINVAL;
}

int stage2_break(struct stage2 *s2, ipa_t ipa, u64 size, const struct s2_attr *attr)
{
	if (attr && !attr_ok(*attr))
		return -EINVAL;
	return pt_break(&s2->pt, ipa.v, size, attr ? encode(*attr) : PT_KEEP_ATTRS);
}

int stage2_make(struct stage2 *s2, ipa_t ipa, u64 size, const struct s2_attr *attr)
{
	if (attr && !attr_ok(*attr))
		return -EINVAL;
	return pt_make(&s2->pt, ipa.v, size, attr ? encode(*attr) : PT_KEEP_ATTRS);
}

int stage2_join(struct stage2 *s2, ipa_t ipa, u64 size)
{
	return pt_join(&s2->pt, ipa.v, size);
}

static struct s2_leaf leaf_of(const struct pt_leaf *l)
{
	return (struct s2_leaf){
		.ipa = IPA(l->in),
		.pa = l->out,
		.size = l->size,
		.nr = l->nr,
		.attr = decode(l->attrs),
		.level = l->level,
		.contiguous = l->contiguous,
		.broken = l->broken,
	};
}

int stage2_lookup(const struct stage2 *s2, ipa_t ipa, struct s2_leaf *leaf)
{
	struct pt_leaf l;
	int err = pt_lookup(&s2->pt, ipa.v, &l);

	if (err != -EINVAL)
		*leaf = leaf_of(&l);
	return err;
}

struct visitor {
	int (*fn)(const struct s2_leaf *leaf, void *arg);
	void *arg;
};

static int visit(const struct pt_leaf *l, void *arg)
{
	const struct visitor *v = arg;
	struct s2_leaf leaf = leaf_of(l);

	return v->fn(&leaf, v->arg);
}

int stage2_for_each_leaf(const struct stage2 *s2, ipa_t ipa, u64 size,
			 int (*fn)(const struct s2_leaf *leaf, void *arg), void *arg)
{
	struct visitor v = { fn, arg };

	return pt_for_each_leaf(&s2->pt, ipa.v, size, visit, &v);
}

_Static_assert(GET_MEMATTR(MEMATTR(15)) == 15 && GET_SH(SH(3)) == 3, "decode inverts encode");
_Static_assert((MEMATTR(15) ^ S2AP_READ ^ S2AP_WRITE ^ SH(3) ^ XN_MASK) ==
	       (MEMATTR(15) | S2AP_READ | S2AP_WRITE | SH(3) | XN_MASK), "fields do not overlap");
_Static_assert(!((MEMATTR(15) | S2AP_READ | S2AP_WRITE | SH(3) | XN_MASK) & ~PT_ATTR_MASK),
	       "attribute bits are not the walker's");
_Static_assert((XN_NEVER & XN_MASK) == BIT(54), "execute-never with and without FEAT_XNX");
