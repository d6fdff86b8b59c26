/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory and caches: what each 64-byte line of RAM may be like, given all that was done to it. One
 * cache holds what all CPUs have (Inner Shareable memory is coherent); a line may be in it or not,
 * whichever is worse.
 */
#ifndef STRICT_MEMORY_H
#define STRICT_MEMORY_H

#include "decode.h"
#include "strict.h"

/* CTR_EL0 of the machine, for what fetches need. */
extern u64 memory_ctr;

/* How an access goes to memory. */
struct view {
	bool cacheable;		/* Normal Write-Back; else past the caches */
	bool shareable;
	enum who who;
};

/*
 * Forgets everything. The loader has cleaned [base, base + size), its image; with @dirty, all other
 * lines are dirty in a cache, which is the worst that the boot protocol allows.
 */
void memory_reset(u64 base, u64 size, bool dirty);

/* The guest has turned its MMU on: what it does from here on is not known. */
void memory_guest_unknown(void);

/* An access to RAM at @pa, after it was made. */
void memory_access(struct at at, u64 pa, u64 size, bool store, struct view view);

/* EL2 has stored at @pa, by @va. */
void memory_stored_by(struct at at, u64 pa, u64 va);

/* Instructions at @pa run; @cacheable: the fetch may hit a data or unified cache. */
void memory_fetch(struct at at, u64 pa, u64 size, bool cacheable, enum who who);

/* DC by VA. @may_return: something maps the line cacheably, so speculation may bring it back. */
void memory_dc(struct at at, u64 pa, struct dc dc, bool may_return);

/* IC IVAU, on all CPUs. */
void memory_ic_line(u64 pa);

/* A cacheable translation of the range is there: its lines may be brought in from now on. */
void memory_may_be_cached(u64 pa, u64 size);

/* The first line of the range that is dirty: true, and @found. */
bool memory_find_dirty(u64 pa, u64 size, u64 *found);

/* The first line that may be in a cache and was not invalidated since @since. */
bool memory_find_kept(u64 pa, u64 size, u64 since, bool absent_will_do, u64 *found);

/* A line of the 4 KiB at @pa that was written past the caches and may be stale in one. */
bool memory_find_stale(u64 pa, u64 *found);

/* False: this CPU's stores to the 4 KiB at @pa are not ordered before what it stores now. */
bool memory_published(struct at at, u64 pa);

/* By which address EL2 stored to the 4 KiB at @pa last; @pa itself if it has not. */
u64 memory_va_of(u64 pa);

/*
 * What a device finds that reads [pa, pa + size) now: all of it, or the first line of which it may
 * not see what this CPU has stored, and why. @coherent: its accesses go by the caches of CPUs;
 * @released: by a store-release it was told to.
 */
enum seen { SEEN, UNORDERED, CLEANING, DIRTY, STALE };
enum seen memory_seen_by_device(struct at at, u64 pa, u64 size, bool coherent, bool released,
				u64 *found);

/* Which CPU has stored to the line at @pa last. */
unsigned memory_storer(u64 pa);

/* A device has written there, past the caches. */
void memory_written_by_device(struct at at, u64 pa, u64 size);

/* From now on EL2's stores to the range count: how many there were, and by this CPU. */
void memory_observe(u64 pa, u64 size);
extern u64 memory_observed[MAX_CPUS + 1];	/* the last: by all */

/* True if EL2 has written the line at @pa last. */
bool memory_written_by_el2(u64 pa);

#endif
