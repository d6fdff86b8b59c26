/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "handover.h"
#include "memory.h"
#include "peek.h"
#include "report.h"
#include "tlb.h"

#define NR_HASH	4096

u64 tables_generation = 1;

static struct table *tables[NR_HASH];

/* Entries that the Contiguous bit makes one in a TLB, to be looked at when EL2 is left. */
static struct group {
	u64 table;
	unsigned first;
	struct at at;		/* who has stored to it last */
} *groups;
static unsigned nr_groups, room_for_groups;

const char *regime_name(enum regime regime)
{
	return regime == STAGE2 ? "stage 2" : "EL2 stage 1";
}

static struct table *table_at(u64 pa)
{
	struct table *t = tables[pa / PAGE % NR_HASH];

	while (t && t->pa != ALIGN_DOWN(pa, PAGE))
		t = t->next;
	return t;
}

void tables_reset(void)
{
	for (unsigned h = 0; h < NR_HASH; h++)
		while (tables[h]) {
			struct table *next = tables[h]->next;

			free(tables[h]);
			tables[h] = next;
		}
	nr_groups = 0;
	tables_generation++;
}

void tables_forget(u64 pa)
{
	struct table **link = &tables[pa / PAGE % NR_HASH], *t;

	while ((t = *link) && t->pa != pa)
		link = &t->next;
	if (!t)
		return;
	*link = t->next;
	tlb_forget(t);
	free(t);
}

void tables_forget_el2(void)
{
	for (unsigned h = 0; h < NR_HASH; h++)
		for (struct table *t = tables[h], *next; t; t = next) {
			next = t->next;
			if (t->regime == EL2_STAGE1)
				tables_forget(t->pa);
		}
	tables_generation++;
}

static u64 entry_in(const struct table *t, unsigned i)
{
	return t->in + ((u64)i << level_shift(t->level));
}

#define NR_GROUP	16
#define HINT		BIT(52)

static void note_group(struct at at, const struct table *t, unsigned i)
{
	struct group g = { t->pa, (unsigned)ALIGN_DOWN(i, NR_GROUP), at };
	struct group *last = nr_groups ? &groups[nr_groups - 1] : NULL;

	if (last && last->table == g.table && last->first == g.first) {
		last->at = at;
		return;
	}
	if (nr_groups == room_for_groups) {
		room_for_groups = room_for_groups * 2 + 64;
		groups = realloc(groups, room_for_groups * sizeof(*groups));
	}
	groups[nr_groups++] = g;
}

/* A leaf is there: its memory may be brought into caches. */
static void leaf_made(struct at at, const struct table *t, unsigned i)
{
	u64 desc = t->desc[i];
	enum attr attr = leaf_attr(at.cpu, t->regime, desc);

	if (attr == WRITEBACK || attr == BY_STAGE1)
		memory_may_be_cached(desc & DESC_ADDR, BIT(level_shift(t->level)));
	if (t->regime == STAGE2)
		handover_made(at, desc & DESC_ADDR, BIT(level_shift(t->level)), attr);
}

/* All that is reachable from a table that is linked, or named by a register. */
static void learn(struct at at, u64 pa, enum regime regime, unsigned level, u64 in)
{
	struct table *t = table_at(pa);

	if (t && t->regime == regime && t->level == level && t->in == in && !t->detached)
		return;
	if (t)
		tables_forget(pa);
	t = calloc(1, sizeof(*t));
	*t = (struct table){ .pa = pa, .in = in, .regime = regime, .level = level,
			     .next = tables[pa / PAGE % NR_HASH] };
	tables[pa / PAGE % NR_HASH] = t;
	if (!peek(pa, t->desc, sizeof(t->desc))) {
		report(MODEL, at, "a table at %#" PRIx64 " cannot be read", pa);
		return;
	}
	for (unsigned i = 0; i < ENTRIES; i++) {
		if (is_table(t->desc[i], level))
			learn(at, t->desc[i] & DESC_ADDR, regime, level + 1, entry_in(t, i));
		else if (is_leaf(t->desc[i], level))
			leaf_made(at, t, i);
		if (is_leaf(t->desc[i], level) && t->desc[i] & HINT)
			note_group(at, t, i);
	}
}

/* Walks read through the caches: what they find there must not be older than memory. */
static void check_stale(struct at at, enum regime regime)
{
	u64 pa;

	for (unsigned h = 0; h < NR_HASH; h++)
		for (const struct table *t = tables[h]; t; t = t->next)
			if (t->regime == regime && memory_find_stale(t->pa, &pa))
				report(WALK_STALE, at, "%s table, %#" PRIx64, regime_name(regime),
				       pa);
}

/* Where a walk starts: its level, and how many tables stand there in a row (stage 2). */
struct start {
	u64 root;
	unsigned level, tables;
};

static struct start start_el2(unsigned cpu)
{
	unsigned bits = 64 - FIELD(cpus[cpu].tcr, 5, 0);

	return (struct start){
		cpus[cpu].ttbr & DESC_ADDR & ~1ull, bits > 39 ? 0 : bits > 30 ? 1 : 2, 1
	};
}

static struct start start_stage2(unsigned cpu)
{
	unsigned bits = 64 - FIELD(cpus[cpu].vtcr, 5, 0), sl0 = FIELD(cpus[cpu].vtcr, 7, 6);
	struct start s = { cpus[cpu].vttbr & DESC_ADDR & ~1ull, sl0 == 3 ? 3 : 2 - sl0, 1 };
	unsigned reach = level_shift(s.level) + 9;

	if (bits > reach)
		s.tables = 1u << (bits - reach);
	return s;
}

static void use(struct at at, enum regime regime, struct start s)
{
	for (unsigned i = 0; i < s.tables; i++)
		learn(at, s.root + i * PAGE, regime, s.level,
		      (u64)i << (level_shift(s.level) + 9));
	tables_generation++;
	check_stale(at, regime);
}

void tables_use_el2(struct at at)
{
	if (FIELD(cpus[at.cpu].tcr, 15, 14))
		report(MODEL, at, "TCR_EL2.TG0 %#" PRIx64 ": only 4 KiB granules are followed",
		       FIELD(cpus[at.cpu].tcr, 15, 14));
	use(at, EL2_STAGE1, start_el2(at.cpu));
}

void tables_use_stage2(struct at at)
{
	if (FIELD(cpus[at.cpu].vtcr, 15, 14))
		report(MODEL, at, "VTCR_EL2.TG0 %#" PRIx64 ": only 4 KiB granules are followed",
		       FIELD(cpus[at.cpu].vtcr, 15, 14));
	use(at, STAGE2, start_stage2(at.cpu));
}

/* What may change in a valid leaf without break-before-make: permissions, AF, software's bits. */
#define SOFTWARE	(15ull << 55 | BIT(10) | BIT(51))
#define PERMISSIONS	(BIT(7) | BIT(6) | BIT(54) | BIT(53))
#define GUARDED		BIT(50)		/* stage 1: GP */

static u64 changeable(enum regime regime)
{
	return SOFTWARE | PERMISSIONS | (regime == EL2_STAGE1 ? GUARDED : 0);
}

static void overwritten(struct at at, struct table *t, unsigned i, u64 old, u64 new)
{
	bool leaves = is_leaf(old, t->level) && is_leaf(new, t->level);

	if (!leaves || (old ^ new) & ~changeable(t->regime)) {
		report(BBM_OVERWRITE, at, "%s level %u for %#" PRIx64 ", %#" PRIx64 " -> %#" PRIx64,
		       regime_name(t->regime), t->level, entry_in(t, i), old, new);
		return;
	}
	if ((old ^ new) & ~SOFTWARE)
		tlb_broke(at, t, i, old);	/* the old permissions may be cached */
}

static void broken(struct at at, struct table *t, unsigned i, u64 old)
{
	struct table *child = is_table(old, t->level) ? table_at(old & DESC_ADDR) : NULL;

	if (child)
		child->detached = true;
	tlb_broke(at, t, i, old);
}

static void made(struct at at, struct table *t, unsigned i, u64 new)
{
	tlb_made(at, t, i);
	if (is_table(new, t->level)) {
		if (!memory_published(at, new & DESC_ADDR))
			report(TABLE_UNPUBLISHED, at, "%s level %u for %#" PRIx64,
			       regime_name(t->regime), t->level, entry_in(t, i));
		learn(at, new & DESC_ADDR, t->regime, t->level + 1, entry_in(t, i));
	} else {
		leaf_made(at, t, i);
	}
}

static void entry_stored(struct at at, struct table *t, unsigned i, u64 new)
{
	u64 old = t->desc[i];

	if (old == new)
		return;
	t->desc[i] = new;
	tables_generation++;
	if ((old | new) & HINT)
		note_group(at, t, i);
	if (t->detached && VALID(new))
		report(BBM_DETACHED, at, "%s level %u for %#" PRIx64 ", %#" PRIx64 " -> %#" PRIx64,
		       regime_name(t->regime), t->level, entry_in(t, i), old, new);
	else if (t->detached)
		return;
	else if (VALID(old) && VALID(new))
		overwritten(at, t, i, old, new);
	else if (VALID(old))
		broken(at, t, i, old);
	else if (VALID(new))
		made(at, t, i, new);
}

void tables_stored(struct at at, u64 pa, u64 size, u64 low, u64 high)
{
	struct table *t = table_at(pa);

	if (!t)
		return;
	if (size < 8) {
		report(TABLE_TORN, at, "%" PRIu64 " bytes at %#" PRIx64, size, pa);
		return;
	}
	entry_stored(at, t, pa / 8 % ENTRIES, low);
	/* Storing the first entry may have forgotten the table. */
	if (size == 16 && (t = table_at(pa)))
		entry_stored(at, t, pa / 8 % ENTRIES + 1, high);
}

/* All of it is one translation, or none of its valid entries says so. */
static bool is_whole(const u64 *desc, unsigned level)
{
	u64 step = BIT(level_shift(level));
	bool hint = false, alike = !((desc[0] & DESC_ADDR) % (NR_GROUP * step));

	for (unsigned i = 0; i < NR_GROUP; i++) {
		hint |= is_leaf(desc[i], level) && desc[i] & HINT;
		alike &= is_leaf(desc[i], level) &&
			 !((desc[i] ^ (desc[0] + i * step)) & ~SOFTWARE);
	}
	return !hint || alike;
}

void tables_check_leave(struct at at)
{
	for (unsigned k = nr_groups; k--;) {
		struct group g = groups[k];
		const struct table *t = table_at(g.table);

		if (g.at.cpu != at.cpu)
			continue;
		groups[k] = groups[--nr_groups];
		if (t && !t->detached && !is_whole(&t->desc[g.first], t->level))
			report(CONTIGUOUS, g.at, "%s level %u for %#" PRIx64,
			       regime_name(t->regime), t->level, entry_in(t, g.first));
	}
}

void tables_each_leaf(enum regime regime, void (*fn)(const struct table *t, unsigned i, void *arg),
		      void *arg)
{
	for (unsigned h = 0; h < NR_HASH; h++)
		for (const struct table *t = tables[h]; t; t = t->next)
			for (unsigned i = 0; i < ENTRIES; i++)
				if (t->regime == regime && !t->detached &&
				    is_leaf(t->desc[i], t->level))
					fn(t, i, arg);
}

enum attr leaf_attr(unsigned cpu, enum regime regime, u64 desc)
{
	unsigned mair = cpus[cpu].mair >> (8 * FIELD(desc, 4, 2)) & 0xff;
	unsigned memattr = FIELD(desc, 5, 2);

	if (regime == EL2_STAGE1)
		return mair < 0x10 ? DEVICE : mair == 0x44 ? NONCACHEABLE : WRITEBACK;
	if (memattr < 4)
		return DEVICE;
	if (memattr == 5)
		return NONCACHEABLE;
	return cpus[cpu].hcr & HCR_FWB && memattr == 6 ? WRITEBACK : BY_STAGE1;
}

static struct leaf walk(unsigned cpu, enum regime regime, struct start s, u64 in)
{
	u64 pa = s.root + (in >> (level_shift(s.level) + 9)) * PAGE;

	if (in >> (level_shift(s.level) + 9) >= s.tables)
		return (struct leaf){ 0 };
	for (unsigned level = s.level;; level++) {
		const struct table *t = table_at(pa);
		u64 desc, size = BIT(level_shift(level));

		if (!t)
			return (struct leaf){ 0 };
		desc = t->desc[in / size % ENTRIES];
		if (is_leaf(desc, level))
			return (struct leaf){
				.attr = leaf_attr(cpu, regime, desc),
				.shareable = FIELD(desc, 9, 8),
				.out = ALIGN_DOWN(desc & DESC_ADDR, size) + in % size,
			};
		if (!is_table(desc, level))
			return (struct leaf){ 0 };
		pa = desc & DESC_ADDR;
	}
}

struct leaf tables_el2(unsigned cpu, u64 va)
{
	static struct {
		u64 generation, page, ttbr;
		struct leaf leaf;
	} known[1024], *k;

	k = &known[va / PAGE % ARRAY_SIZE(known)];
	if (k->generation != tables_generation || k->page != va / PAGE ||
	    k->ttbr != cpus[cpu].ttbr) {
		k->generation = tables_generation;
		k->page = va / PAGE;
		k->ttbr = cpus[cpu].ttbr;
		k->leaf = walk(cpu, EL2_STAGE1, start_el2(cpu), ALIGN_DOWN(va, PAGE));
	}
	return (struct leaf){ k->leaf.attr, k->leaf.shareable, k->leaf.out + va % PAGE };
}

struct leaf tables_stage2(unsigned cpu, u64 ipa)
{
	if (!(cpus[cpu].hcr & HCR_VM))
		return (struct leaf){ BY_STAGE1, true, ipa };
	return walk(cpu, STAGE2, start_stage2(cpu), ipa);
}
