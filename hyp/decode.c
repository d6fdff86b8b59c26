/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/decode.h"

#include "lib/arch.h"

#define SIZE(insn)	(unsigned)FIELD(insn, 31, 30)
#define IS_VECTOR(insn)	((insn) & BIT(26))
#define OPC(insn)	(unsigned)FIELD(insn, 23, 22)
#define IS_LOAD(insn)	((insn) & BIT(22))
#define RM(insn)	(u8)FIELD(insn, 20, 16)
#define RT2(insn)	(u8)FIELD(insn, 14, 10)
#define RN(insn)	(u8)FIELD(insn, 9, 5)
#define RT(insn)	(u8)FIELD(insn, 4, 0)

/* The field of @bits bits from bit @low on, as a signed number. */
static s32 signed_field(u32 insn, unsigned low, unsigned bits)
{
	return (s32)(insn << (32 - low - bits)) >> (32 - bits);
}

/* Registers of a base that is written: which value wins is open (Arm ARM K1, "LDR and STR"). */
static bool clashes(const struct decoded *d)
{
	if (d->nr == 2 && !d->write && d->rt == d->rt2)
		return true;
	return d->writes_back && !d->vector && d->rn != 31 &&
	       (d->rn == d->rt || (d->nr == 2 && d->rn == d->rt2));
}

/* Of one register: size and opc say how much, which way, and how a load extends it. */
static void single(u32 insn, struct decoded *d)
{
	unsigned size = SIZE(insn), opc = OPC(insn);

	d->vector = IS_VECTOR(insn);
	d->write = !(opc & 1) && (d->vector || opc == 0);
	if (d->vector) {
		size |= (opc & 2) << 1;
		if (size > 4)
			d->kind = DECODE_UNKNOWN;
	} else if (opc >= 2) {
		if (size == 3)
			d->kind = opc == 2 ? DECODE_PREFETCH : DECODE_UNKNOWN;
		else if (size == 2 && opc == 3)
			d->kind = DECODE_UNKNOWN;
		d->sext = true;
	}
	d->size = d->esize = (u8)(1u << (size & 7));
	d->sf = opc == 2 || size == 3;
}

static void unscaled(u32 insn, struct decoded *d)
{
	single(insn, d);
	d->offset = signed_field(insn, 12, 9);
}

static void unprivileged(u32 insn, struct decoded *d)
{
	unscaled(insn, d);
	d->unprivileged = true;
	if (d->vector || d->kind == DECODE_PREFETCH)
		d->kind = DECODE_UNKNOWN;
}

static void pre_indexed(u32 insn, struct decoded *d)
{
	unscaled(insn, d);
	d->writes_back = true;
	d->after = d->offset;
	if (d->kind == DECODE_PREFETCH)
		d->kind = DECODE_UNKNOWN;
}

static void post_indexed(u32 insn, struct decoded *d)
{
	pre_indexed(insn, d);
	d->offset = 0;
}

static void by_register(u32 insn, struct decoded *d)
{
	single(insn, d);
	d->rm = RM(insn);
	d->extend = (u8)FIELD(insn, 15, 13);
	if (insn & BIT(12))
		d->shift = (u8)__builtin_ctz(d->size);
	if (!(d->extend & 2))
		d->kind = DECODE_UNKNOWN;
}

static void scaled(u32 insn, struct decoded *d)
{
	single(insn, d);
	d->offset = (s32)FIELD(insn, 21, 10) * d->size;
}

static void literal(u32 insn, struct decoded *d)
{
	unsigned opc = SIZE(insn);

	d->vector = IS_VECTOR(insn);
	d->rn = DECODE_PC;
	d->offset = signed_field(insn, 5, 19) * 4;
	if (opc == 3)
		d->kind = d->vector ? DECODE_UNKNOWN : DECODE_PREFETCH;
	d->sext = d->sf = !d->vector && opc == 2;
	d->sf |= opc == 1;
	d->size = d->esize = (u8)(d->vector ? 4u << (opc & 3) : opc == 1 ? 8u : 4u);
}

/* LDAR, STLR, LDLAR, STLLR: size alone. */
static void ordered(u32 insn, struct decoded *d)
{
	d->write = !IS_LOAD(insn);
	d->ordered = true;
	d->size = d->esize = (u8)(1u << SIZE(insn));
	d->sf = d->size == 8;
}

static void load_pc_acquire(u32 insn, struct decoded *d)
{
	ordered(insn | BIT(22), d);
}

static void unscaled_ordered(u32 insn, struct decoded *d)
{
	unscaled(insn, d);
	d->ordered = true;
	if (d->kind == DECODE_PREFETCH)
		d->kind = DECODE_UNKNOWN;
}

static void pair(u32 insn, struct decoded *d)
{
	unsigned opc = SIZE(insn);

	d->vector = IS_VECTOR(insn);
	d->write = !IS_LOAD(insn);
	d->nr = 2;
	d->rt2 = RT2(insn);
	if (opc == 3)
		d->kind = DECODE_UNKNOWN;
	else if (opc == 1 && !d->vector && d->write)
		d->kind = DECODE_TAGS;			/* STGP */
	d->sext = opc == 1 && !d->vector;
	d->sf = d->sext || opc == 2;
	d->size = d->esize = (u8)(d->vector ? 4u << (opc & 3) : opc == 2 ? 8u : 4u);
	d->offset = signed_field(insn, 15, 7) * d->size;
}

static void pair_no_allocate(u32 insn, struct decoded *d)
{
	pair(insn, d);
	if (d->sext || d->kind == DECODE_TAGS)
		d->kind = DECODE_UNKNOWN;
}

static void pair_pre_indexed(u32 insn, struct decoded *d)
{
	pair(insn, d);
	d->writes_back = true;
	d->after = d->offset;
}

static void pair_post_indexed(u32 insn, struct decoded *d)
{
	pair_pre_indexed(insn, d);
	d->offset = 0;
}

/* LD1 and ST1 of whole registers; LD2 to LD4 take them apart. */
static void multiple(u32 insn, struct decoded *d)
{
	static const u8 nr[16] = { [2] = 4, [6] = 3, [7] = 1, [10] = 2 };

	d->vector = true;
	d->write = !IS_LOAD(insn);
	d->nr = nr[FIELD(insn, 15, 12)];
	if (!d->nr)
		d->kind = DECODE_STRUCTURE;
	d->rt2 = (d->rt + 1) & 31;
	d->size = insn & BIT(30) ? 16 : 8;
	d->esize = (u8)(1u << FIELD(insn, 11, 10));
}

static void multiple_post_indexed(u32 insn, struct decoded *d)
{
	multiple(insn, d);
	d->writes_back = true;
	if (RM(insn) == 31) {
		d->after = d->nr * d->size;
	} else {
		d->rm = RM(insn);
		d->extend = 3;				/* LSL #0 */
	}
}

static void zero(u32 insn, struct decoded *d)
{
	d->write = true;
	d->rn = RT(insn);
	d->esize = 1;
}

/* By C4.1, "A64 instruction set encoding". The first that fits counts. */
static const struct {
	u32 mask, value;
	u8 kind;
	void (*fill)(u32 insn, struct decoded *d);
} classes[] = {
	{ 0x3fa07c00, 0x08807c00, DECODE_ACCESS, ordered },
	{ 0x3fa07c00, 0x08a07c00, DECODE_ATOMIC, NULL },		/* CAS */
	{ 0xbfa07c00, 0x08207c00, DECODE_ATOMIC, NULL },		/* CASP */
	{ 0x3fa00000, 0x08000000, DECODE_EXCLUSIVE, NULL },
	{ 0xbfa00000, 0x88200000, DECODE_EXCLUSIVE, NULL },		/* pairs */
	{ 0x3ffffc00, 0x38bfc000, DECODE_ACCESS, load_pc_acquire },
	{ 0x3f200c00, 0x38200000, DECODE_ATOMIC, NULL },		/* LSE, and LD64B */
	{ 0x3f200c00, 0x19000000, DECODE_ACCESS, unscaled_ordered },
	{ 0x3b200c00, 0x19000400, DECODE_COPY, NULL },
	{ 0xff200000, 0xd9200000, DECODE_TAGS, NULL },
	{ 0x3b800000, 0x28000000, DECODE_ACCESS, pair_no_allocate },
	{ 0x3b800000, 0x28800000, DECODE_ACCESS, pair_post_indexed },
	{ 0x3b800000, 0x29000000, DECODE_ACCESS, pair },
	{ 0x3b800000, 0x29800000, DECODE_ACCESS, pair_pre_indexed },
	{ 0x3b000000, 0x18000000, DECODE_ACCESS, literal },
	{ 0x3b200c00, 0x38000000, DECODE_ACCESS, unscaled },
	{ 0x3b200c00, 0x38000400, DECODE_ACCESS, post_indexed },
	{ 0x3b200c00, 0x38000800, DECODE_ACCESS, unprivileged },
	{ 0x3b200c00, 0x38000c00, DECODE_ACCESS, pre_indexed },
	{ 0x3b200c00, 0x38200800, DECODE_ACCESS, by_register },
	{ 0xff200400, 0xf8200400, DECODE_SIGNED, NULL },
	{ 0x3b000000, 0x39000000, DECODE_ACCESS, scaled },
	{ 0xbfbf0000, 0x0c000000, DECODE_ACCESS, multiple },
	{ 0xbfa00000, 0x0c800000, DECODE_ACCESS, multiple_post_indexed },
	{ 0xbf9f0000, 0x0d000000, DECODE_STRUCTURE, NULL },
	{ 0xbf800000, 0x0d800000, DECODE_STRUCTURE, NULL },
	{ 0xffffffe0, 0xd50b7420, DECODE_ZERO, zero },
	{ 0xffffffe0, 0xd50b7460, DECODE_TAGS, NULL },			/* DC GVA */
	{ 0xffffffe0, 0xd50b7480, DECODE_TAGS, NULL },			/* DC GZVA */
	{ 0x9e000000, 0x84000000, DECODE_SVE, NULL },
};

void decode(u32 insn, struct decoded *d)
{
	*d = (struct decoded){ .kind = DECODE_UNKNOWN, .nr = 1, .size = 1, .esize = 1,
			       .rt = RT(insn), .rn = RN(insn), .rm = DECODE_NO_INDEX };
	for (unsigned i = 0; i < ARRAY_SIZE(classes); i++) {
		if ((insn & classes[i].mask) != classes[i].value)
			continue;
		d->kind = classes[i].kind;
		if (classes[i].fill)
			classes[i].fill(insn, d);
		break;
	}
	d->sf &= !d->vector;
	if (d->kind == DECODE_ACCESS && clashes(d))
		d->kind = DECODE_OPEN;
}

u64 decoded_index(const struct decoded *d, u64 rm)
{
	if (d->rm == DECODE_NO_INDEX)
		return 0;
	if (d->extend == 2)				/* UXTW */
		rm = (u32)rm;
	else if (d->extend == 6)			/* SXTW */
		rm = (u64)(s32)rm;
	return rm << d->shift;
}

const char *decode_kind_name(enum decode_kind kind)
{
	static const char names[DECODE_NR_KINDS][28] = {
		[DECODE_ACCESS] = "a load or store",
		[DECODE_PREFETCH] = "a prefetch",
		[DECODE_ZERO] = "DC ZVA",
		[DECODE_EXCLUSIVE] = "an exclusive",
		[DECODE_ATOMIC] = "an atomic instruction",
		[DECODE_STRUCTURE] = "a load or store of elements",
		[DECODE_TAGS] = "an access to tags",
		[DECODE_SIGNED] = "LDRAA or LDRAB",
		[DECODE_COPY] = "CPY or SET",
		[DECODE_SVE] = "an SVE instruction",
		[DECODE_OPEN] = "CONSTRAINED UNPREDICTABLE",
		[DECODE_UNKNOWN] = "an unknown instruction",
	};

	return names[kind];
}
