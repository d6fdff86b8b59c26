/* SPDX-License-Identifier: Apache-2.0 */
/* Text from values, and the text of an error. Nothing here prints. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>

#include "lib/types.h"

/*
 * Writes at most @size bytes with the closing NUL, and returns the length that the whole text has.
 * Known: %s %c %d %u %x %% with the flags `-` and `0`, a width (a number or `*`), a precision for
 * %s (`.N` or
 * `.*`), and the length modifiers l, ll and z; `#` puts 0x before %x. The rest is written as it
 * stands.
 */
int format(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int vformat(char *buf, size_t size, const char *fmt, va_list ap);

/* Why something was refused: which node, which property, what is wrong and what to do about it. */
struct diag {
	char text[320];
};

/*
 * Writes the text into @d and returns @err, so that a refusal is one line: return fail(d, -EINVAL,
 * ...);
 */
int fail(struct diag *d, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
