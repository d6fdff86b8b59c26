/* SPDX-License-Identifier: Apache-2.0 */
/* What was meant by a name that is not known. */
#include <string.h>

#include "boot/config/parts.h"

#define MAX_NAME	40
#define MAX_WRONG	2

/*
 * How many letters to put in, take out, change or swap with a neighbour make one name of the other
 * (optimal string alignment: row i is what the first i letters of @a are from each start of @b).
 */
static unsigned distance(const char *a, const char *b)
{
	size_t rows = strlen(a), cols = strlen(b);
	u8 row[3][MAX_NAME + 1];

	if (rows > MAX_NAME || cols > MAX_NAME)
		return MAX_NAME;
	for (size_t j = 0; j <= cols; j++)
		row[0][j] = (u8)j;
	for (size_t i = 1; i <= rows; i++) {
		u8 *now = row[i % 3], *up = row[(i - 1) % 3], *above = row[(i + 1) % 3];

		now[0] = (u8)i;
		for (size_t j = 1; j <= cols; j++) {
			unsigned best = MIN(up[j], now[j - 1]) + 1u;

			best = MIN(best, up[j - 1] + (a[i - 1] != b[j - 1] ? 1u : 0u));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = MIN(best, above[j - 2] + 1u);
			now[j] = (u8)best;
		}
	}
	return row[rows % 3][cols];
}

/* The known name that a slip of the fingers makes @name of; NULL: none, or half of it differs. */
static const char *nearest(const char *name, const char *const *known, unsigned nr)
{
	const char *found = NULL;
	unsigned least = MAX_WRONG + 1;

	for (unsigned i = 0; i < nr; i++) {
		unsigned wrong = distance(name, known[i]);

		if (wrong < least && 2 * wrong < MAX(strlen(name), strlen(known[i]))) {
			least = wrong;
			found = known[i];
		}
	}
	return found;
}

void config_hint(char *buf, size_t size, const char *name, const char *const *known, unsigned nr)
{
	const char *near = nearest(name, known, nr);
	size_t at;

	if (near) {
		format(buf, size, "did you mean %s?", near);
		return;
	}
	at = (size_t)format(buf, size, "%s", nr ? "known here:" : "none is known here");
	for (unsigned i = 0; i < nr && at < size; i++)
		at += (size_t)format(buf + at, size - at, "%s %s", i ? "," : "", known[i]);
}
