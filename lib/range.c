/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/range.h"

#include "lib/sort.h"

struct range range_intersect(struct range a, struct range b)
{
	u64 base = MAX(a.base, b.base), end = MIN(range_end(a), range_end(b));

	return (struct range){ base, end > base ? end - base : 0 };
}

unsigned range_subtract(struct range r, struct range hole, struct range left[2])
{
	unsigned nr = 0;

	hole = range_intersect(r, hole);
	if (!hole.size) {
		left[0] = r;
		return r.size ? 1 : 0;
	}
	if (hole.base > r.base)
		left[nr++] = (struct range){ r.base, hole.base - r.base };
	if (range_end(hole) < range_end(r))
		left[nr++] = (struct range){ range_end(hole), range_end(r) - range_end(hole) };
	return nr;
}

static bool starts_before(const void *a, const void *b, const void *arg)
{
	(void)arg;
	return ((const struct range *)a)->base < ((const struct range *)b)->base;
}

unsigned ranges_normalise(struct range *r, unsigned nr)
{
	unsigned n = 0;

	sort(r, nr, sizeof(*r), starts_before, NULL);
	for (unsigned i = 0; i < nr; i++) {
		struct range *last = n ? &r[n - 1] : NULL;

		if (!r[i].size)
			continue;
		if (last && r[i].base <= range_end(*last))
			last->size = MAX(range_end(*last), range_end(r[i])) - last->base;
		else
			r[n++] = r[i];
	}
	return n;
}
