/* SPDX-License-Identifier: Apache-2.0 */
/* What devices find in memory, and what they leave there. */
#include <inttypes.h>

#include "lines.h"
#include "report.h"

u64 memory_observed[MAX_CPUS + 1];

void memory_observe(u64 pa, u64 size)
{
	for (u64 a = ALIGN_DOWN(pa, PAGE); a < pa + size; a += PAGE)
		page_at(a)->observed = true;
}

/* The bytes of the line at @a that are in [pa, end). */
static u64 bytes_of(u64 a, u64 pa, u64 end)
{
	u64 mask = ~0ull;

	if (pa > a)
		mask &= ~0ull << (pa - a);
	if (end - a < LINE)
		mask &= BIT(end - a) - 1;
	return mask;
}

/* By caches: the CPU's stores come in order; what was written past them may be stale in one. */
static enum seen seen_coherently(struct at at, const struct line *l, u64 bytes, bool released)
{
	if (l->store_cpu == at.cpu && !released &&
	    l->shared_store == (u32)cpus[at.cpu].shared_stores)
		return UNORDERED;
	if (l->dirty & bytes && l->local)
		return DIRTY;
	return l->past & bytes && l->writer != GUEST ? STALE : SEEN;
}

/* Past the caches. What other CPUs have stored they answer for themselves. */
static enum seen seen_in_memory(struct at at, const struct line *l, u64 bytes, bool released)
{
	const struct cpu *cpu = &cpus[at.cpu];
	bool ours = l->dirty_cpu == at.cpu || l->dirty_cpu == NOBODY;

	if (l->dirty & bytes && ours && (l->writer == EL2 || !guest_unknown))
		return DIRTY;
	if (l->dc_cpu == at.cpu && l->dc_wide == (u32)cpu->wide_completions)
		return CLEANING;
	return l->store_cpu == at.cpu && !released && l->wide_store == (u32)cpu->wide_stores ?
		       UNORDERED : SEEN;
}

enum seen memory_seen_by_device(struct at at, u64 pa, u64 size, bool coherent, bool released,
				u64 *found)
{
	for (u64 a = ALIGN_DOWN(pa, LINE); a < pa + size; a += LINE) {
		const struct page *p = find_page(a);
		u64 bytes = bytes_of(a, pa, pa + size);
		enum seen seen = SEEN;

		*found = a;
		if (p)
			seen = (coherent ? seen_coherently : seen_in_memory)(
				at, &p->line[a / LINE % LINES], bytes, released);
		else if (!coherent && dirty_at_start(a) && !guest_unknown)
			seen = DIRTY;
		if (seen != SEEN)
			return seen;
	}
	return SEEN;
}

void memory_written_by_device(struct at at, u64 pa, u64 size)
{
	for (u64 a = ALIGN_DOWN(pa, LINE); a < pa + size; a += LINE) {
		struct line *l = line_at(a);
		u64 bytes = bytes_of(a, pa, pa + size);

		if (l->dirty)
			report(DIRTY_WRITE, at, "%#" PRIx64 ", by a device, left by %s", a,
			       name_of[l->writer]);
		l->dirty &= ~bytes;
		if (!l->absent)
			l->past |= bytes;
		l->past_cpu = l->store_cpu = NOBODY;
		l->changed = (u32)++epoch;
		l->writer = MASTER;
	}
}

unsigned memory_storer(u64 pa)
{
	return line_at(pa)->store_cpu;
}
