/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting and joining ranges. None of those that are given may wrap. */
#ifndef LIB_RANGE_H
#define LIB_RANGE_H

#include "lib/types.h"

/* What lies in both; size 0: nothing. */
struct range range_intersect(struct range a, struct range b);

/* Writes what is left of @r without @hole, from below, and returns how many pieces: 0 to 2. */
unsigned range_subtract(struct range r, struct range hole, struct range left[2]);

/*
 * Sorts @nr ranges by base, joins those that overlap or touch and drops the empty ones. Returns how
 * many are left. O(n log n).
 */
unsigned ranges_normalise(struct range *r, unsigned nr);

/* The whole pages that @r touches. */
static inline struct range pages_around(struct range r)
{
	u64 base = ALIGN_DOWN(r.base, PAGE_SIZE);

	return (struct range){ base, ALIGN_UP(range_end(r), PAGE_SIZE) - base };
}

/* The whole pages that are all in @r; size 0: none. */
static inline struct range pages_within(struct range r)
{
	u64 base = ALIGN_UP(r.base, PAGE_SIZE), end = ALIGN_DOWN(range_end(r), PAGE_SIZE);

	return (struct range){ base, end > base ? end - base : 0 };
}

#endif
