/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

static const struct {
	u32 mask, value;
	u8 kind;
} table[] = {
	{ 0xffffffff, 0xd69f03e0, ERET },
	{ 0xfffffbff, 0xd69f0bff, ERET },	/* ERETAA, ERETAB */
	{ 0xffe0001f, 0xd4000003, SMC },
	{ 0xfffff0ff, 0xd50330df, ISB },
	{ 0xfffff0ff, 0xd503309f, DSB },
	{ 0xfffff3ff, 0xd503323f, DSB },	/* nXS */
	{ 0xfffff0ff, 0xd50330bf, DMB },
	{ 0xfffffd1f, 0xd503211f, PAUTH },	/* PACIA1716 ... AUTIB1716 */
	{ 0xffffff1f, 0xd503231f, PAUTH },	/* PACIAZ ... AUTIBSP */
	{ 0xfffffbff, 0xd65f0bff, PAUTH },	/* RETAA, RETAB */
	{ 0xffff0000, 0xdac10000, PAUTH },	/* PACIA ... AUTDZB, XPAC */
	{ 0xfff80000, 0xd5080000, SYS },
	{ 0xfff00000, 0xd5100000, MSR },
	{ 0xfff00000, 0xd5300000, MRS },
	{ 0x3ffffc00, 0x38bfc000, OTHER },	/* LDAPR, which stands among the atomics */
	{ 0x3f800000, 0x08000000, EXCLUSIVE },	/* LDXR, STXR, LDAXP, ... */
	{ 0x3fa07c00, 0x08a07c00, EXCLUSIVE },	/* CAS */
	{ 0x3f200c00, 0x38200000, EXCLUSIVE },	/* LDADD, SWP, ... */
	{ 0xff200000, 0xd9200000, TAGS },	/* STG, LDG, STGM, ... */
	{ 0xffc00000, 0x69000000, TAGS },	/* STGP, at an offset */
	{ 0xff400000, 0x68000000, TAGS },	/* STGP, with writeback */
};

enum kind decode(u32 word)
{
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++)
		if ((word & table[i].mask) == table[i].value)
			return table[i].kind;
	return OTHER;
}

/* CRm[3:2] */
enum domain { OSH, NSH, ISH, SY };

struct barrier decode_barrier(u32 word)
{
	unsigned crm = word >> 8 & 15, domain = crm >> 2;
	bool all = (word & 0xff) == 0x3f;	/* DSB nXS */

	return (struct barrier){
		.loads = all || crm & 1,
		.stores = all || crm & 2,
		.shared = domain != NSH,
		.wide = domain == OSH || domain == SY,
	};
}

bool decode_ordered(u32 word, bool store)
{
	u32 what = word & 0x3ffffc00;		/* without the size and the registers */

	if (store)
		return what == 0x089ffc00;	/* STLR */
	return what == 0x08dffc00 || what == 0x38bfc000;	/* LDAR, LDAPR */
}

bool decode_dc(unsigned key, struct dc *dc)
{
	unsigned op2 = KEY_OP2(key);

	if (KEY_CRN(key) != 7 || !(op2 & 1))	/* xVAC, xGVAC, xGDVAC: odd */
		return false;
	switch (KEY_CRM(key)) {
	case 6:					/* IVAC */
		*dc = (struct dc){ .invalidate = true };
		return KEY_OP1(key) == 0;
	case 10: case 12: case 13:		/* CVAC, CVAP, CVADP */
		*dc = (struct dc){ .clean = true };
		return KEY_OP1(key) == 3;
	case 11:				/* CVAU */
		*dc = (struct dc){ .unified = true };
		return KEY_OP1(key) == 3;
	case 14:				/* CIVAC */
		*dc = (struct dc){ .clean = true, .invalidate = true };
		return KEY_OP1(key) == 3;
	}
	return false;
}

/*
 * op1 and op2 say what, CRm how far and whether it is a range. The instructions by IPA have CRm 0
 * and 4, where op2 has the domain, too.
 */
static bool by_ipa(unsigned crm, unsigned op2, struct tlbi *t, bool *range)
{
	static const struct {
		u8 crm, op2;
		bool shared, range, last;
	} ops[] = {
		{ 0, 1, true, false, false }, { 0, 5, true, false, true },
		{ 0, 2, true, true, false }, { 0, 6, true, true, true },
		{ 4, 0, true, false, false }, { 4, 4, true, false, true },
		{ 4, 1, false, false, false }, { 4, 5, false, false, true },
		{ 4, 3, true, true, false }, { 4, 7, true, true, true },
		{ 4, 2, false, true, false }, { 4, 6, false, true, true },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].crm == crm && ops[i].op2 == op2) {
			t->scope = TLBI_STAGE2;
			t->shared = ops[i].shared;
			t->last = ops[i].last;
			*range = ops[i].range;
			return true;
		}
	return false;
}

static bool of_el2(unsigned op2, struct tlbi *t)
{
	t->last = op2 == 5;
	t->all = op2 == 0 || op2 == 4 || op2 == 6;
	t->scope = op2 == 4 || op2 == 6 ? TLBI_BOTH : TLBI_EL2;
	t->of_vmid = op2 == 6;		/* VMALLS12E1; 4 is ALLE1 */
	return op2 == 0 || op2 == 1 || op2 == 4 || op2 == 5 || op2 == 6;
}

static void set_range(u64 operand, struct tlbi *t)
{
	unsigned scale = FIELD(operand, 45, 44);

	t->base = FIELD(operand, 36, 0) << 12;
	t->size = (FIELD(operand, 43, 39) + 1) << (5 * scale + 1) << 12;
}

bool decode_tlbi(unsigned key, u64 operand, struct tlbi *t)
{
	unsigned op1 = KEY_OP1(key), crm = KEY_CRM(key), op2 = KEY_OP2(key);
	bool range = crm == 2 || crm == 5 || crm == 6;

	if (KEY_CRN(key) != 8 && KEY_CRN(key) != 9)	/* 9: the nXS forms */
		return false;
	*t = (struct tlbi){ .size = PAGE };
	t->shared = crm == 1 || crm == 2 || crm == 3 || crm == 5;
	if (op1 == 4 && (crm == 0 || crm == 4)) {
		if (!by_ipa(crm, op2, t, &range))
			return false;
		t->of_vmid = true;
		t->base = FIELD(operand, 39, 0) << 12;
	} else if (op1 == 4) {
		if (!of_el2(op2, t))
			return false;
		t->base = FIELD(operand, 43, 0) << 12;
	} else if (op1 == 0) {
		t->scope = TLBI_STAGE1;
		t->of_vmid = true;
		t->all = op2 == 0;
		t->base = FIELD(operand, 43, 0) << 12;
	} else {
		return false;
	}
	if (range)
		set_range(operand, t);
	return true;
}
