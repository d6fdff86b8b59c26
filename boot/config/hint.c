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

/*
 * True if a slip of the fingers makes @name of @known, with fewer than *least things wrong, which
 * it then becomes; not if half of it differs.
 */
static bool is_nearer(const char *name, const char *known, unsigned *least)
{
	unsigned wrong = distance(name, known);

	if (wrong >= *least || 2 * wrong >= MAX(strlen(name), strlen(known)))
		return false;
	*least = wrong;
	return true;
}

/* The known name that is nearest to @name; NULL: none is near. */
static const char *nearest(const char *name, const char *const *known, unsigned nr)
{
	const char *found = NULL;
	unsigned least = MAX_WRONG + 1;

	for (unsigned i = 0; i < nr; i++)
		if (is_nearer(name, known[i], &least))
			found = known[i];
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

/* Where the walk finds the node that @len characters at @path name; false: there is none. */
static bool find(struct dt_walk *w, const void *fdt, const char *path, size_t len)
{
	dt_walk(w, fdt);
	while (dt_next(w))
		if (!len || dt_path_is(w, path, len))
			return true;
	return false;
}

/* Without a unit address, which a path may leave out: so that it does not count as wrong. */
static void cut_unit(char *name)
{
	char *at = strchr(name, '@');

	if (at)
		*at = '\0';
}

/* The child, of the node that @w stands on, whose name is nearest to @name; NULL: none is near. */
static const char *nearest_child(struct dt_walk *w, const char *name)
{
	unsigned least = MAX_WRONG + 1;
	const char *found = NULL;
	char child[MAX_NAME + 1] = "";
	int depth = w->depth;

	while (dt_next(w) && w->depth > depth) {
		if (w->depth > depth + 1)
			continue;
		format(child, sizeof(child), "%s", dt_name(w));
		if (!strchr(name, '@'))
			cut_unit(child);
		if (is_nearer(name, child, &least))
			found = dt_name(w);
	}
	return found;
}

void config_path_hint(char *buf, size_t size, const void *fdt, const char *path)
{
	char name[MAX_NAME + 1] = "", there[DT_MAX_PATH];
	size_t len = strlen(path), n = 0;
	const char *child;
	struct dt_walk w;

	if (*path != '/') {
		format(buf, size, "give a full path in it");
		return;
	}
	/* As far as it is right, and the name that is not. */
	do
		while (path[--len] != '/')
			;
	while (!find(&w, fdt, path, len));
	while (path[len + 1 + n] && path[len + 1 + n] != '/' && n < MAX_NAME) {
		name[n] = path[len + 1 + n];
		n++;
	}
	name[n] = '\0';
	dt_path(&w, there, sizeof(there));
	child = nearest_child(&w, name);
	if (child)
		format(buf, size, "did you mean %s/%s?", len ? there : "", child);
	else
		format(buf, size, "below %s is nothing with a name like it", there);
}
