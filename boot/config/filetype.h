/* SPDX-License-Identifier: Apache-2.0 */
/* What some bytes are instead of what was expected: for the text of a refusal. */
#ifndef BOOT_CONFIG_FILETYPE_H
#define BOOT_CONFIG_FILETYPE_H

#include "lib/types.h"

enum filetype_kind { FILETYPE_COMPRESSED, FILETYPE_ARCHIVE, FILETYPE_OTHER };

struct filetype {
	const char *name;		/* "gzip data" */
	enum filetype_kind kind;
	/* compressed: the command that undoes it; else what to do with a kernel, or NULL */
	const char *remedy;
	const char *magic;		/* at `offset`; `size` bytes */
	u8 size, offset;
};

/*
 * The kind of file that @size bytes at @data begin like, or NULL where the beginning tells nothing.
 */
const struct filetype *filetype(const void *data, u64 size);

#endif
