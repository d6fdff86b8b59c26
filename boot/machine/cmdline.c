/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/cmdline.h"

#include <string.h>

#include "lib/format.h"

/* A name that ends in = takes a value. */
static const char *const words[NR_CMDLINE_WORDS] = {
	[CMDLINE_VERIFY] = "verify",
	[CMDLINE_VERBOSE] = "verbose",
	[CMDLINE_QUIET] = "quiet",
	[CMDLINE_JSON] = "json",
	[CMDLINE_DEBUG] = "debug",
	[CMDLINE_EARLYCON] = "earlycon=",
	[CMDLINE_STDOUT] = "earlycon",
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* The word at *at, its length in *len, and *at behind it; NULL: there is no more. */
static const char *next(const char **at, size_t *len)
{
	const char *start = *at;

	while (is_blank(*start))
		start++;
	for (*len = 0; start[*len] && !is_blank(start[*len]);)
		++*len;
	*at = start + *len;
	return *len ? start : NULL;
}

static bool is(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	return n <= len && !strncmp(text, word, n) && (n == len || word[n - 1] == '=');
}

const char *cmdline_find(const char *args, enum cmdline_word word, size_t *len)
{
	const char *text, *found = NULL;
	size_t n;

	while ((text = next(&args, &n))) {
		if (!is(text, n, words[word]))
			continue;
		found = text + strlen(words[word]);
		*len = n - strlen(words[word]);
	}
	return found;
}

static bool is_known(const char *text, size_t len)
{
	for (unsigned i = 0; i < NR_CMDLINE_WORDS; i++)
		if (is(text, len, words[i]))
			return true;
	return false;
}

/* A word from outside, without what a terminal would obey. */
static size_t put_word(char *buf, size_t size, const char *text, size_t len)
{
	size_t at = 0;

	for (; at < len && at + 1 < size; at++)
		buf[at] = text[at] >= ' ' && text[at] <= '~' ? text[at] : '?';
	buf[at] = '\0';
	return at;
}

unsigned cmdline_unknown(const char *args, char *buf, size_t size)
{
	static const char more[] = ", and 99999 more";
	unsigned nr = 0, listed = 0;
	const char *text;
	size_t len, at = 0;

	buf[0] = '\0';
	while ((text = next(&args, &len))) {
		if (is_known(text, len))
			continue;
		/* In their order, without a gap: once one is left out, so are those after it. */
		if (listed == nr && at + 2 + len + sizeof(more) <= size) {
			at += (size_t)format(buf + at, size - at, "%s", at ? ", " : "");
			at += put_word(buf + at, size - at, text, len);
			listed++;
		}
		nr++;
	}
	if (listed < nr)
		format(buf + at, size - at, "%s%u more", at ? ", and " : "", nr - listed);
	return nr;
}

void cmdline_known(char *buf, size_t size)
{
	size_t at = 0;

	for (unsigned i = 0; i < NR_CMDLINE_WORDS && at < size; i++)
		at += (size_t)format(buf + at, size - at, "%s%s", i ? ", " : "", words[i]);
}
