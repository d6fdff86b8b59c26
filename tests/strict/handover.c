/* SPDX-License-Identifier: Apache-2.0 */
#include "handover.h"

#include <inttypes.h>
#include <stdlib.h>

#include "memory.h"
#include "report.h"

struct range {
	u64 pa, size;
	u64 since;		/* gone: the epoch when it went */
	enum attr attr;
	struct at at;
};

struct list {
	struct range *range;
	unsigned nr, room;
};

static bool guest_ran;		/* only then is anything in caches by what stage 2 had */
static struct list gone;	/* stage 2 does not have it any more */
static struct list made;	/* to be checked before the guest runs */

static void add(struct list *l, struct range r)
{
	if (l->nr == l->room) {
		l->room = l->room * 2 + 64;
		l->range = realloc(l->range, l->room * sizeof(*l->range));
	}
	l->range[l->nr++] = r;
}

void handover_reset(void)
{
	gone.nr = made.nr = 0;
	guest_ran = false;
}

static bool cacheable(enum attr attr)
{
	return attr == WRITEBACK || attr == BY_STAGE1;
}

void handover_made(struct at at, u64 pa, u64 size, enum attr attr)
{
	struct range *last = made.nr ? &made.range[made.nr - 1] : NULL;

	if (last && last->pa + last->size == pa && last->attr == attr)
		last->size += size;
	else
		add(&made, (struct range){ pa, size, 0, attr, at });
}

/* What lies within a range that goes later needs no line of its own. */
void handover_unmapped(u64 pa, u64 size, enum attr attr)
{
	struct range *last = gone.nr ? &gone.range[gone.nr - 1] : NULL;

	if (!guest_ran)
		return;
	epoch++;
	if (last && last->pa + last->size == pa && cacheable(last->attr) == cacheable(attr)) {
		last->size += size;
		last->since = epoch;
		return;
	}
	for (unsigned i = 0; i < gone.nr; i++)
		if (gone.range[i].pa - pa < size &&
		    gone.range[i].pa + gone.range[i].size <= pa + size)
			gone.range[i--] = gone.range[--gone.nr];
	add(&gone, (struct range){ pa, size, epoch, attr, { 0 } });
}

/*
 * What was mapped otherwise before: all that is left of it in caches has to have gone since. But
 * where a BAR comes and goes, a guest whose stage 1 decides is as on the bare machine: what caches
 * have of it the guest has brought there itself, and knows. Only what was Write-Back by force it
 * does not know of.
 */
static void check_changed(struct at at, const struct range *m)
{
	for (unsigned i = 0; i < gone.nr; i++) {
		const struct range *g = &gone.range[i];
		u64 pa = m->pa > g->pa ? m->pa : g->pa, found;
		u64 end = m->pa + m->size < g->pa + g->size ? m->pa + m->size : g->pa + g->size;

		if (pa >= end || cacheable(g->attr) == cacheable(m->attr))
			continue;
		if (!ram_has(pa) && g->attr != WRITEBACK)
			continue;
		if (memory_find_kept(pa, end - pa, g->since, cacheable(m->attr), &found))
			report(HAND_OVER, at, "%#" PRIx64 " was %s and is %s, mapped at %s", found,
			       cacheable(g->attr) ? "cacheable" : "not cacheable",
			       cacheable(m->attr) ? "cacheable" : "not cacheable",
			       report_place(m->at.pc));
	}
}

/* What EL2 or the loader has left in caches, where RAM is not cacheable to the guest. */
static void check_dirty(struct at at, const struct range *m)
{
	u64 pa = m->pa, size = m->size, found;

	for (unsigned i = 0; !cacheable(m->attr) && ram_part(i, &pa, &size); i++) {
		if (size && memory_find_dirty(pa, size, &found))
			report(HAND_OVER, at,
			       "%#" PRIx64 " is dirty and not cacheable, mapped at %s", found,
			       report_place(m->at.pc));
		pa = m->pa;
		size = m->size;
	}
}

void handover_check(struct at at)
{
	for (unsigned i = 0; i < made.nr; i++) {
		check_changed(at, &made.range[i]);
		check_dirty(at, &made.range[i]);
	}
	made.nr = 0;
	guest_ran = true;
}

#define BLOCK	(2ull << 20)

struct asker {
	struct at at;
};

static void check_alias(const struct table *t, unsigned i, void *arg)
{
	const struct asker *asker = arg;
	u64 size = BIT(level_shift(t->level)), step = size > BLOCK ? BLOCK : PAGE;
	u64 pa = t->desc[i] & DESC_ADDR;

	if (leaf_attr(asker->at.cpu, EL2_STAGE1, t->desc[i]) != WRITEBACK)
		return;
	for (u64 end = pa + size; pa < end; pa += step) {
		enum attr attr = tables_stage2(asker->at.cpu, pa).attr;

		if (attr == DEVICE || attr == NONCACHEABLE)
			report(ALIAS, asker->at,
			       "%#" PRIx64 ", EL2 level %u entry for %#" PRIx64, pa,
			       t->level, t->in + i * size);
	}
}

void handover_check_aliases(struct at at)
{
	static u64 checked;
	struct asker asker = { at };

	if (checked == tables_generation || !(cpus[at.cpu].hcr & HCR_VM))
		return;
	checked = tables_generation;
	tables_each_leaf(EL2_STAGE1, check_alias, &asker);
}
