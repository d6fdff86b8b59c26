/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "report.h"

#define NR_HASH	(1u << 16)

static struct page *pages[NR_HASH];
static u64 clean_base, clean_size;
static bool all_dirty;
bool guest_unknown;

const char *const name_of[] = {
	[LOADER] = "the loader", [EL2] = "EL2", [GUEST] = "the guest",
	[MASTER] = "a device"
};

static struct page **bucket(u64 pa)
{
	return &pages[(pa / PAGE ^ pa / PAGE / NR_HASH) % NR_HASH];
}

struct page *find_page(u64 pa)
{
	struct page *p = *bucket(pa);

	while (p && p->pa != ALIGN_DOWN(pa, PAGE))
		p = p->next;
	return p;
}

bool dirty_at_start(u64 pa)
{
	return all_dirty && pa - clean_base >= clean_size;
}

struct page *page_at(u64 pa)
{
	struct page *p = find_page(pa);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	p->pa = p->va = ALIGN_DOWN(pa, PAGE);
	for (unsigned i = 0; i < LINES; i++) {
		p->line[i].past_cpu = p->line[i].dc_cpu = NOBODY;
		p->line[i].dirty_cpu = p->line[i].store_cpu = NOBODY;
		if (dirty_at_start(p->pa + i * LINE))
			p->line[i].dirty = ~0ull;
	}
	p->next = *bucket(pa);
	*bucket(pa) = p;
	return p;
}

struct line *line_at(u64 pa)
{
	return &page_at(pa)->line[pa / LINE % LINES];
}

void memory_reset(u64 base, u64 size, bool dirty)
{
	for (unsigned h = 0; h < NR_HASH; h++)
		while (pages[h]) {
			struct page *next = pages[h]->next;

			free(pages[h]);
			pages[h] = next;
		}
	clean_base = base;
	clean_size = size;
	all_dirty = dirty;
	guest_unknown = false;
}

void memory_guest_unknown(void)
{
	guest_unknown = true;
}

/*
 * Once the guest runs with its MMU on, lines that EL2 has not written are as the guest left them.
 * EL2 itself is judged all the same: it must not rely on what a guest does.
 */
static bool known(const struct line *l, enum who who)
{
	return who == EL2 || !guest_unknown || l->writer == EL2;
}

static void check_share(struct at at, const struct line *l, u64 pa, u64 bytes, struct view v)
{
	if (!(l->dirty & bytes) || l->dirty_cpu == NOBODY || l->dirty_cpu == at.cpu)
		return;
	if (l->local || !v.shareable)
		report(SHARE, at, "%#" PRIx64 ", written by CPU %u", pa, l->dirty_cpu);
}

static void note_store(struct at at, struct line *l, enum who who)
{
	l->store_cpu = (u8)at.cpu;
	l->shared_store = (u32)cpus[at.cpu].shared_stores;
	l->wide_store = (u32)cpus[at.cpu].wide_stores;
	l->changed = (u32)++epoch;
	l->writer = who;
}

static void cached_access(struct at at, struct line *l, u64 pa, u64 bytes, bool store,
			  struct view v)
{
	l->absent = false;
	if (v.who == EL2)
		check_share(at, l, pa, bytes, v);
	if (!store) {
		if (l->past & bytes && known(l, v.who))
			report(STALE_READ, at, "%#" PRIx64 ", written by %s", pa,
			       name_of[l->writer]);
		return;
	}
	l->dirty |= bytes;
	l->past &= ~bytes;
	note_store(at, l, v.who);
	l->dirty_cpu = (u8)at.cpu;
	l->local = !v.shareable;
	l->unified = false;
}

/* Between DC and what completes it the line may be anything, to all but accesses ordered after. */
static void check_window(struct at at, struct line *l, u64 pa)
{
	const struct cpu *by;

	if (l->dc_cpu == NOBODY)
		return;
	by = &cpus[l->dc_cpu];
	if (l->dc_completion != (u32)by->completions)
		l->dc_cpu = NOBODY;
	else if (l->dc_cpu != at.cpu)
		report(DC_WINDOW, at, "%#" PRIx64 ", DC by CPU %u, no DSB there", pa, l->dc_cpu);
	else if (l->dc_order == (u32)by->orders)
		report(DC_WINDOW, at, "%#" PRIx64 ", no DMB since the DC", pa);
}

static void uncached_access(struct at at, struct line *l, u64 pa, u64 bytes, bool store,
			    enum who who)
{
	check_window(at, l, pa);
	if (!store) {
		if (l->dirty & bytes && known(l, who))
			report(DIRTY_READ, at, "%#" PRIx64 ", written by %s", pa,
			       name_of[l->writer]);
		return;
	}
	if (l->dirty && known(l, who))
		report(DIRTY_WRITE, at, "%#" PRIx64 ", left by %s", pa, name_of[l->writer]);
	l->dirty &= ~bytes;
	if (!l->absent)
		l->past |= bytes;
	l->past_order = (u32)cpus[at.cpu].store_orders;
	l->past_cpu = (u8)at.cpu;
	note_store(at, l, who);
}

void memory_access(struct at at, u64 pa, u64 size, bool store, struct view v)
{
	while (size) {
		u64 off = pa % LINE, n = LINE - off < size ? LINE - off : size;
		u64 bytes = (n == LINE ? ~0ull : BIT(n) - 1) << off;

		if (v.cacheable)
			cached_access(at, line_at(pa), pa, bytes, store, v);
		else
			uncached_access(at, line_at(pa), pa, bytes, store, v.who);
		pa += n;
		size -= n;
	}
}

void memory_stored_by(struct at at, u64 pa, u64 va)
{
	struct page *p = page_at(pa);

	p->va = ALIGN_DOWN(va, PAGE);
	p->store_order = cpus[at.cpu].store_orders + 1;
	p->store_cpu = (u8)at.cpu;
	if (p->observed) {
		memory_observed[at.cpu]++;
		memory_observed[MAX_CPUS]++;
	}
}

#define CTR_IDC	BIT(28)		/* data need not be cleaned for instructions */
#define CTR_DIC	BIT(29)		/* instruction caches need no invalidation */

u64 memory_ctr;

void memory_fetch(struct at at, u64 pa, u64 size, bool cacheable, enum who who)
{
	const struct cpu *cpu = &cpus[at.cpu];
	u64 dropped = who == EL2 ? cpu->ic_epoch : cpu->ic_epoch_guest;

	for (u64 a = ALIGN_DOWN(pa, LINE); a < pa + size; a += LINE) {
		const struct line *l = line_at(a);

		if (!known(l, who))
			continue;
		if (l->dirty && (!cacheable || !(l->unified || memory_ctr & CTR_IDC)))
			report(FETCH_DIRTY, at, "%#" PRIx64 ", written by %s", a,
			       name_of[l->writer]);
		if (l->past && cacheable)
			report(FETCH_STALE, at, "%#" PRIx64 ", written by %s", a,
			       name_of[l->writer]);
		if (l->changed > dropped && !(memory_ctr & CTR_DIC))
			report(FETCH_OLD, at, "%#" PRIx64 ", written by %s", a, name_of[l->writer]);
	}
}

void memory_dc(struct at at, u64 pa, struct dc dc, bool may_return)
{
	const struct cpu *cpu = &cpus[at.cpu];
	struct line *l = line_at(pa);

	if (l->past && l->past_cpu == at.cpu && l->past_order == (u32)cpu->store_orders)
		report(DC_UNORDERED, at, "%#" PRIx64, pa);
	if (l->dirty && (dc.clean || dc.unified))
		l->changed = (u32)++epoch;	/* an instruction fetch could find it only now */
	if (dc.unified) {
		l->unified = true;
		return;
	}
	if (!dc.clean && l->dirty && l->writer == EL2)
		report(DC_LOSES, at, "%#" PRIx64, pa);
	l->dirty = 0;
	l->dc_cpu = (u8)at.cpu;
	l->dc_order = (u32)cpu->orders;
	l->dc_completion = (u32)cpu->completions;
	l->dc_wide = (u32)cpu->wide_completions;
	if (dc.invalidate) {
		l->past = 0;
		l->gone = (u32)++epoch;
		l->absent = !may_return;
	}
}

void memory_ic_line(u64 pa)
{
	line_at(pa)->changed = 0;
}

static void forget_absence(struct page *p)
{
	for (unsigned i = 0; i < LINES; i++)
		p->line[i].absent = false;
}

#define FEW_PAGES	4096

void memory_may_be_cached(u64 pa, u64 size)
{
	struct page *p;

	if (size / PAGE <= FEW_PAGES) {
		for (u64 a = pa; a < pa + size; a += PAGE)
			if ((p = find_page(a)))
				forget_absence(p);
		return;
	}
	for (unsigned h = 0; h < NR_HASH; h++)
		for (p = pages[h]; p; p = p->next)
			if (p->pa - pa < size)
				forget_absence(p);
}

bool memory_find_dirty(u64 pa, u64 size, u64 *found)
{
	for (u64 a = pa; a < pa + size; a += PAGE) {
		const struct page *p = find_page(a);

		for (unsigned i = 0; i < LINES; i++) {
			*found = ALIGN_DOWN(a, PAGE) + i * LINE;
			if (p ? p->line[i].dirty != 0 : dirty_at_start(*found))
				return true;
		}
	}
	return false;
}

bool memory_find_kept(u64 pa, u64 size, u64 since, bool absent_will_do, u64 *found)
{
	for (u64 a = pa; a < pa + size; a += PAGE) {
		const struct page *p = find_page(a);

		for (unsigned i = 0; i < LINES; i++) {
			*found = ALIGN_DOWN(a, PAGE) + i * LINE;
			if (p && (p->line[i].gone >= since ||
				  (absent_will_do && p->line[i].absent)))
				continue;
			return true;
		}
	}
	return false;
}

bool memory_find_stale(u64 pa, u64 *found)
{
	const struct page *p = find_page(pa);

	for (unsigned i = 0; p && i < LINES; i++) {
		*found = p->pa + i * LINE;
		if (p->line[i].past)
			return true;
	}
	return false;
}

bool memory_published(struct at at, u64 pa)
{
	const struct page *p = find_page(pa);

	return !p || !p->store_order || p->store_cpu != at.cpu ||
	       p->store_order <= cpus[at.cpu].store_orders;
}

u64 memory_va_of(u64 pa)
{
	const struct page *p = find_page(pa);

	return (p ? p->va : ALIGN_DOWN(pa, PAGE)) + pa % PAGE;
}

bool memory_written_by_el2(u64 pa)
{
	const struct page *p = find_page(pa);

	return p && p->line[pa / LINE % LINES].writer == EL2;
}
