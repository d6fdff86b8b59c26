/* SPDX-License-Identifier: Apache-2.0 */
#include "tlb.h"

#include <inttypes.h>
#include <stdlib.h>

#include "handover.h"
#include "report.h"

enum state {
	MADE, MADE_PUBLISHED,
	BROKEN, BROKEN_PUBLISHED,
	IPA_DROPPING,		/* TLBI by IPA: entries of both stages combined may be left */
	IPA_DROPPED,		/* and complete */
	DROPPING		/* the TLBI after which only a DSB is missing */
};

static const char *const state_name[] = {
	[MADE] = "not published by a DSB",
	[MADE_PUBLISHED] = "published, without an ISB since",
	[BROKEN] = "broken, not published by a DSB",
	[BROKEN_PUBLISHED] = "broken and published, without TLBI",
	[IPA_DROPPING] = "dropped by IPA, not complete",
	[IPA_DROPPED] = "dropped by IPA, but not from entries of both stages",
	[DROPPING] = "being dropped, not complete",
};

struct change {
	struct table *table;
	unsigned index;
	struct at at;		/* who made it */
	enum state state;
	u64 in, size, old;	/* old: what was valid */
	u64 nr;			/* its place in the list below */
};

static struct change **changes;
static u64 nr_changes, room;
static u64 nr_made;		/* of EL2's stage 1 */

void tlb_reset(void)
{
	while (nr_changes)
		free(changes[--nr_changes]);
	nr_made = 0;
}

static bool is_made(const struct change *c)
{
	return c->state <= MADE_PUBLISHED;
}

static void drop(struct change *c)
{
	if (is_made(c) && c->table->regime == EL2_STAGE1)
		nr_made--;
	c->table->change[c->index] = NULL;
	changes[c->nr] = changes[--nr_changes];
	changes[c->nr]->nr = c->nr;
	free(c);
}

static struct change *change_of(struct at at, struct table *t, unsigned i)
{
	struct change *c = t->change[i];
	u64 size = BIT(level_shift(t->level));

	if (!c) {
		if (nr_changes == room) {
			room = room * 2 + 64;
			changes = realloc(changes, room * sizeof(*changes));
		}
		c = calloc(1, sizeof(*c));
		*c = (struct change){ .table = t, .index = i, .in = t->in + i * size, .size = size,
				      .state = BROKEN, .nr = nr_changes };
		t->change[i] = changes[nr_changes++] = c;
	} else if (is_made(c) && t->regime == EL2_STAGE1) {
		nr_made--;
	}
	c->at = at;
	return c;
}

static void say(enum rule rule, struct at at, const struct change *c, const char *how)
{
	report(rule, at, "%s%s level %u for %#" PRIx64 ", stored at %s, is %s", how,
	       regime_name(c->table->regime), c->table->level, c->in, report_place(c->at.pc),
	       state_name[c->state]);
}

void tlb_made(struct at at, struct table *t, unsigned i)
{
	struct change *c = t->change[i];

	if (c && !is_made(c)) {
		say(BBM_EARLY, at, c, "");
		return;			/* what is cached of the old one is still to be dropped */
	}
	c = change_of(at, t, i);
	c->state = MADE;
	if (t->regime == EL2_STAGE1)
		nr_made++;
}

void tlb_broke(struct at at, struct table *t, unsigned i, u64 old)
{
	struct change *c = change_of(at, t, i);

	c->state = BROKEN;
	c->old = old;
}

void tlb_forget(struct table *t)
{
	for (unsigned i = 0; i < ENTRIES; i++)
		if (t->change[i])
			drop(t->change[i]);
}

static void done(struct change *c)
{
	u64 old = c->old, size = c->size;
	unsigned level = c->table->level, cpu = c->at.cpu;
	bool stage2 = c->table->regime == STAGE2, broken = !is_made(c);
	bool gone = !VALID(c->table->desc[c->index]);

	drop(c);
	if (!broken)
		return;
	if (is_table(old, level) && gone)
		tables_forget(old & DESC_ADDR);
	else if (is_leaf(old, level) && stage2)
		handover_unmapped(old & DESC_ADDR, size, leaf_attr(cpu, STAGE2, old));
}

static bool reaches_all(bool shared)
{
	return shared || online < 2;
}

/* What a DSB does for one change; true if it was all that was missing. */
static bool advance(struct change *c, struct barrier b)
{
	bool stores = b.stores && reaches_all(b.shared), all = stores && b.loads;

	switch (c->state) {
	case MADE:
		c->state = stores ? MADE_PUBLISHED : MADE;
		return false;
	case BROKEN:
		c->state = stores ? BROKEN_PUBLISHED : BROKEN;
		return false;
	case IPA_DROPPING:
		c->state = all ? IPA_DROPPED : IPA_DROPPING;
		return false;
	case DROPPING:
		return all;
	default:
		return false;
	}
}

/* From the end: what is done goes, and takes others with it only if its table is forgotten. */
static void advance_level(struct at at, struct barrier b, unsigned level)
{
	u64 k = nr_changes;

	while (k--) {
		if (k >= nr_changes) {
			k = nr_changes;
			continue;
		}
		if (changes[k]->table->level == level && changes[k]->at.cpu == at.cpu &&
		    advance(changes[k], b))
			done(changes[k]);
	}
}

/*
 * The lower tables first: one that is forgotten takes along what it has unlinked, and that would
 * count as a table for ever, whatever its page is then used for (an SMMU's tables, say).
 */
void tlb_barrier(struct at at, struct barrier b)
{
	for (unsigned level = 4; nr_changes && level--;)
		advance_level(at, b, level);
}

void tlb_synchronize(unsigned cpu)
{
	for (u64 k = nr_changes; k--;)
		if (changes[k]->at.cpu == cpu && changes[k]->state == MADE_PUBLISHED)
			drop(changes[k]);
}

/* Does the operation hit what may be cached of the change? */
static bool hits(const struct tlbi *op, const struct change *c)
{
	bool ours = c->table->regime == STAGE2 ? op->scope != TLBI_EL2 : op->scope == TLBI_EL2;

	if (!ours || (op->last && is_table(c->old, c->table->level)))
		return false;
	if (op->scope == TLBI_STAGE1)
		return op->all;		/* by VA: which ones is not known */
	return op->all || op->scope == TLBI_BOTH ||
	       (op->base < c->in + c->size && c->in < op->base + op->size);
}

static void invalidate(struct at at, const struct tlbi *op, struct change *c)
{
	if (c->state == BROKEN && c->at.cpu == at.cpu && op->scope != TLBI_STAGE1) {
		say(TLBI_EARLY, at, c, "");
		return;
	}
	if (!reaches_all(op->shared))
		return;
	if (op->scope == TLBI_STAGE1)
		c->state = c->state == IPA_DROPPED ? DROPPING : c->state;
	else if (c->state == BROKEN_PUBLISHED && op->scope == TLBI_STAGE2)
		c->state = IPA_DROPPING;
	else if (c->state >= BROKEN_PUBLISHED && op->scope != TLBI_STAGE2)
		c->state = DROPPING;
}

static bool el2_walks(void)
{
	for (unsigned c = 0; c < MAX_CPUS; c++)
		if (cpus[c].sctlr_el2 & SCTLR_M)
			return true;
	return false;
}

static void note_known(struct cpu *cpu, const struct tlbi *op)
{
	if (!op->all)
		return;
	if (op->scope == TLBI_BOTH)
		cpu->tlb_known_guest = true;
	if (op->scope != TLBI_EL2)
		return;
	cpu->tlb_known_el2 = true;
	/* No walk goes on, and none has left anything: an image that moves leaves its tables so. */
	if (reaches_all(op->shared) && !el2_walks())
		tables_forget_el2();
}

void tlb_invalidate(struct at at, const struct tlbi *op)
{
	for (u64 k = 0; k < nr_changes; k++)
		if (!is_made(changes[k]) && hits(op, changes[k]))
			invalidate(at, op, changes[k]);
	note_known(&cpus[at.cpu], op);
	cpus[at.cpu].tlbi_open = true;
}

void tlb_check_use(struct at at, u64 va)
{
	if (!nr_made)
		return;
	for (u64 k = 0; k < nr_changes; k++) {
		const struct change *c = changes[k];

		if (is_made(c) && c->table->regime == EL2_STAGE1 && c->at.cpu == at.cpu &&
		    va - c->in < c->size)
			say(ENTRY_EARLY, at, c, "");
	}
}

void tlb_check_leave(struct at at, const char *how)
{
	for (u64 k = 0; k < nr_changes; k++) {
		const struct change *c = changes[k];

		if (c->at.cpu != at.cpu)
			continue;
		if (!is_made(c))
			say(TLBI_MISSING, at, c, how);
		else if (c->state == MADE)
			say(ENTRY_UNPUBLISHED, at, c, how);
	}
}
