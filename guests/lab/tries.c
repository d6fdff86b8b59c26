/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of access, what each should leave behind, and what became of it. */
#include "drivers/console.h"
#include "guests/lab/lab.h"
#include "lib/arch.h"

/* A window of four words, and what is in word i before each try. */
#define WORD(i)		(0x0101010101010101ul * (i))
#define WORDS		4
#define NEW		WORD(0xa)
#define UNCHANGED	{ WORD(1), WORD(2), WORD(3), WORD(4) }

/* Places in the page; DC ZVA's block has up to 2 KiB. Tags of others must not be in the way. */
#define AT_WORDS	0x100
#define AT_TAGS		0x400
#define AT_OTHER	0x600
#define AT_ZVA		0x800
#define AT_CODE		PAGE_SIZE

/* For the time, the best of so many rows. */
#define ROWS		5

enum needs { ALWAYS, NEEDS_LSE, NEEDS_ZVA, NEEDS_MTE, NEEDS_RCPC, NEEDS_LSE128, NEEDS_LS64,
	     NEEDS_MOPS, NEEDS_SVE, NEEDS_GVA };

static const struct try {
	const char *what;
	access_fn *access;
	u16 at;				/* the window, from TEST_VA */
	u8 offset;			/* the access, in the window */
	u8 needs;			/* enum needs */
	u64 val;
	u64 returns;
	u64 after[WORDS];
} tries[] = {
	{ "load", access_load, AT_WORDS, 0, ALWAYS, 0, WORD(1), UNCHANGED },
	{ "store", access_store, AT_WORDS, 0, ALWAYS, NEW, 0, { NEW, WORD(2), WORD(3), WORD(4) } },
	{ "unaligned-load", access_load, AT_WORDS, 1, ALWAYS, 0, WORD(1) >> 8 | WORD(2) << 56,
	  UNCHANGED },
	{ "unaligned-store", access_store, AT_WORDS, 1, ALWAYS, NEW, 0,
	  { NEW << 8 | 1, (WORD(2) & ~0xfful) | (NEW & 0xff), WORD(3), WORD(4) } },
	{ "exclusive", access_exclusive, AT_WORDS, 0, ALWAYS, 1, 0,
	  { WORD(1) + 1, WORD(2), WORD(3), WORD(4) } },
	{ "atomic", access_atomic, AT_WORDS, 0, NEEDS_LSE, 1, 0,
	  { WORD(1) + 1, WORD(2), WORD(3), WORD(4) } },
	{ "dc-zva", access_zva, AT_ZVA, 0, NEEDS_ZVA, 0, 0, { 0, 0, 0, 0 } },
	{ "ldp-16", access_ldp, AT_WORDS, 8, ALWAYS, 0, WORD(2) + WORD(3), UNCHANGED },
	{ "stp-16", access_stp, AT_WORDS, 8, ALWAYS, NEW, 0, { WORD(1), NEW, NEW, WORD(4) } },
	{ "fetch", access_fetch, AT_CODE, 0, ALWAYS, 0, 0, UNCHANGED },
	{ "tag-store", access_tag_store, AT_TAGS, 0, NEEDS_MTE, TAG(5), 0, UNCHANGED },
	/* These two find what tag-store left. */
	{ "tag-load", access_tag_load, AT_TAGS, 0, NEEDS_MTE, 0, TAG(5), UNCHANGED },
	{ "tag-check", access_tag_check, AT_TAGS, 0, NEEDS_MTE, TAG(6), WORD(1), UNCHANGED },
	{ "ldar", access_ldar, AT_WORDS, 0, ALWAYS, 0, WORD(1), UNCHANGED },
	{ "ldapr", access_ldapr, AT_WORDS, 0, NEEDS_RCPC, 0, WORD(1), UNCHANGED },
	{ "stlr", access_stlr, AT_WORDS, 0, ALWAYS, NEW, 0, { NEW, WORD(2), WORD(3), WORD(4) } },
	{ "casp", access_casp, AT_WORDS, 0, NEEDS_LSE, NEW, 0, { NEW, NEW, WORD(3), WORD(4) } },
	{ "swpp", access_swpp, AT_WORDS, 0, NEEDS_LSE128, NEW, 0, { NEW, NEW, WORD(3), WORD(4) } },
	{ "ld64b", access_ld64b, AT_WORDS, 0, NEEDS_LS64, 0, WORD(1), UNCHANGED },
	{ "st64b", access_st64b, AT_WORDS, 0, NEEDS_LS64, NEW, 0, { NEW, NEW, NEW, NEW } },
	{ "cpy", access_cpy, AT_WORDS, 0, NEEDS_MOPS, 0, 0,
	  { WORD(1), WORD(2), WORD(1), WORD(2) } },
	{ "set", access_set, AT_WORDS, 0, NEEDS_MOPS, NEW, 0, { NEW, NEW, WORD(3), WORD(4) } },
	/* Of these a result of 0 means that FFR says "not loaded". */
	{ "ldff1", access_ldff1, AT_WORDS, 0, NEEDS_SVE, 0, WORD(1), UNCHANGED },
	{ "ldnf1", access_ldnf1, AT_WORDS, 0, NEEDS_SVE, 0, WORD(1), UNCHANGED },
	{ "dc-gva", access_dc_gva, AT_ZVA, 0, NEEDS_GVA, 0, 0, UNCHANGED },
	{ "dc-gzva", access_dc_gzva, AT_ZVA, 0, NEEDS_GVA, 0, 0, { 0, 0, 0, 0 } },
	{ "dc-cvac", access_dc_cvac, AT_WORDS, 0, ALWAYS, 0, 0, UNCHANGED },
	/* Under stage 2 it cleans, too (Arm ARM D7, "The data cache maintenance instructions"). */
	{ "dc-ivac", access_dc_ivac, AT_WORDS, 0, ALWAYS, 0, 0, UNCHANGED },
	{ "prfm", access_prfm, AT_WORDS, 0, ALWAYS, 0, 0, UNCHANGED },
};

unsigned tries_done, tries_faulted;

static bool can(u8 needs)
{
	switch (needs) {
	case NEEDS_LSE:
		return features.lse;
	case NEEDS_ZVA:
		return features.zva;
	case NEEDS_MTE:
		return features.mte;
	case NEEDS_RCPC:
		return features.rcpc;
	case NEEDS_LSE128:
		return features.lse128;
	case NEEDS_LS64:
		return features.ls64;
	case NEEDS_MOPS:
		return features.mops;
	case NEEDS_SVE:
		return features.sve;
	case NEEDS_GVA:
		return features.mte && features.zva;
	}
	return true;
}

/* Access functions themselves: what makes Mavis or the machine unhappy here is no disaster. */
static u64 fill(u64 addr, u64 n, u64 val)
{
	volatile u64 *word = (volatile u64 *)addr;

	(void)val;
	for (u64 i = 0; i < n; i++)
		word[i] = WORD(i + 1);
	return 0;
}

static u64 count_wrong(u64 addr, u64 n, u64 val)
{
	const volatile u64 *word = (const volatile u64 *)addr;
	const u64 *want = (const u64 *)val;
	u64 wrong = 0;

	for (u64 i = 0; i < n; i++)
		wrong += word[i] != want[i];
	return wrong;
}

static void say(u8 mair, unsigned s2, const char *what, const char *result)
{
	tries_done++;
	print("{\"t\":\"try\",\"s1\":\"%#04x\",\"s2\":%u", mair, s2);
	print(",\"what\":\"%s\",\"result\":\"%s\"", what, result);
}

static void say_fault(u8 mair, unsigned s2, const char *what, const struct attempt *a)
{
	tries_faulted++;
	say(mair, s2, what, "fault");
	print(",\"ec\":\"%#lx\",\"fsc\":\"%#lx\",\"far\":\"%#lx\"", ESR_EC(a->esr),
	      ISS_FSC(a->esr), a->far);
}

/* In ticks for a row of accesses. */
static u64 cost(const struct try *t)
{
	struct attempt a;
	u64 best = ~0ul;

	for (unsigned i = 0; i < ROWS; i++) {
		attempt(&a, t->access, TEST_VA + t->at + t->offset, TRIES_ROW, t->val);
		if (!a.faulted)
			best = MIN(best, a.ticks);
	}
	return best;
}

/* A load that gives way: no element is loaded where the architecture does not want it. */
static bool may_not_load(const struct try *t)
{
	return t->access == access_ldff1 || t->access == access_ldnf1;
}

/* Memory that keeps no tags has a tag of 0: no failure of the load. */
static bool right_value(const struct try *t, u64 value)
{
	return value == t->returns ||
	       (!value && (t->access == access_tag_load || may_not_load(t)));
}

/*
 * One access, and whether what it did is right; a fault counts for nothing more. With @fresh no TLB
 * knows the page: nothing may come of that, but an emulator can differ.
 */
static bool once(const struct try *t, bool fresh, struct attempt *a)
{
	u64 window = TEST_VA + t->at;
	bool has_window = t->at != AT_CODE;
	struct attempt check = { .value = 0 };

	if (has_window)
		attempt(&check, fill, window, WORDS, 0);
	if (fresh)
		tlb_flush();
	attempt(a, t->access, window + t->offset, 1, t->val);
	if (a->faulted)
		return true;
	if (has_window && !check.faulted)
		attempt(&check, count_wrong, window, WORDS, (u64)t->after);
	return right_value(t, a->value) && !check.faulted && !check.value;
}

static void run(u8 mair, unsigned s2, const struct try *t)
{
	struct attempt fresh, a;
	bool right;
	u64 ticks;

	if (!can(t->needs)) {
		say(mair, s2, t->what, "absent");
		print("}\n");
		return;
	}
	once(t, true, &fresh);
	right = once(t, false, &a);
	if (a.faulted) {
		say_fault(mair, s2, t->what, &a);
	} else {
		ticks = cost(t);
		say(mair, s2, t->what, right ? "ok" : "failed");
		print(",\"ticks\":%lu", ticks);
		if (t->access == access_tag_load)
			print(",\"tag\":%lu", a.value >> TAG_SHIFT);
		if (may_not_load(t))
			print(",\"loaded\":%d", !!a.value);
	}
	if (fresh.faulted != a.faulted)
		print(",\"fresh\":\"%s\"", fresh.faulted ? "fault" : "ok");
	print("}\n");
}

/* The best of a few. */
static bool other(struct attempt *best)
{
	struct attempt a;

	if (!other_sees(TEST_VA + AT_OTHER, best))
		return false;
	for (unsigned i = 1; i < ROWS && !best->faulted && best->value; i++) {
		other_sees(TEST_VA + AT_OTHER, &a);
		if (a.faulted || !a.value || a.ticks < best->ticks)
			*best = a;
	}
	return true;
}

static void run_other(u8 mair, unsigned s2)
{
	struct attempt a;

	if (!other(&a)) {
		say(mair, s2, "other-cpu", "absent");
	} else if (a.faulted) {
		say_fault(mair, s2, "other-cpu", &a);
	} else {
		say(mair, s2, "other-cpu", a.value ? "seen" : "not-seen");
		print(",\"ticks\":%lu", a.ticks);
	}
	print("}\n");
}

/* A page is taken away after a TLB has it: an access to it must not find it any more. */
static void run_tlbi(u8 mair, unsigned s2, const char *what, bool nxs)
{
	u64 best = ~0ul, ticks;
	bool gone = true;

	if (nxs && !features.xs) {
		say(mair, s2, what, "absent");
		print("}\n");
		return;
	}
	for (unsigned i = 0; i < ROWS; i++) {
		struct attempt a;
		u64 entry;

		attempt(&a, access_load, TEST_VA + AT_WORDS, 1, 0);
		entry = mmu_break(TEST_VA, nxs, &ticks);
		attempt(&a, access_load, TEST_VA + AT_WORDS, 1, 0);
		mmu_make(TEST_VA, entry);
		gone = gone && a.faulted && FSC_TYPE(ISS_FSC(a.esr)) == FSC_TRANSLATION;
		best = MIN(best, ticks);
	}
	say(mair, s2, what, gone ? "ok" : "failed");
	print(",\"ticks\":%lu}\n", best);
}

void tries_run(u8 mair, unsigned s2)
{
	for (unsigned i = 0; i < ARRAY_SIZE(tries); i++)
		run(mair, s2, &tries[i]);
	run_tlbi(mair, s2, "tlbi", false);
	run_tlbi(mair, s2, "tlbi-nxs", true);
	run_other(mair, s2);
}
