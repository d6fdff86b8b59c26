/* SPDX-License-Identifier: Apache-2.0 */
/* What some bytes are instead of what was expected: for the text of a refusal. */
#ifndef BOOT_CONFIG_FILETYPE_H
#define BOOT_CONFIG_FILETYPE_H

#include "lib/types.h"

enum filetype_kind {
	FILETYPE_COMPRESSED,	/* `tool` undoes it */
	FILETYPE_INITRAMFS,	/* an archive that Linux unpacks */
	FILETYPE_ARCHIVE,	/* one that it does not */
	FILETYPE_WRAPPED,	/* around what is wanted: `tool` takes it out */
	FILETYPE_OTHER,
};

struct filetype {
	const char *name;		/* "gzip data" */
	enum filetype_kind kind;
	const char *tool;		/* a command, or NULL */
	bool tool_of;			/* it wants "kernel" or "ramdisk" after it */
	const char *instead;		/* what to give instead where a kernel is wanted, or NULL */
	char magic[8];			/* at `offset`; `size` bytes */
	u16 size, offset;
	const char *within;		/* NULL, or `within_size` bytes in the first page */
	u16 within_size;
};

/*
 * The kind of file that @size bytes at @data begin like, or NULL where the beginning tells nothing.
 */
const struct filetype *filetype(const void *data, u64 size);

#endif
