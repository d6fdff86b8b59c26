/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The region table for programs, for the boot and for tools/regions: docs/schemas/table.schema.json
 * is its form.
 */
#ifndef BOOT_JSON_H
#define BOOT_JSON_H

#include "boot/config/config.h"

/* Of what the schema describes. A new member does not change it, another meaning does. */
#define JSON_TABLE_VERSION	1

/* Room for a region with the longest names and reasons. */
#define JSON_ROW_SIZE		480

/*
 * Writes @text as a string with its quotes; a character that needs more than a backslash becomes a
 * question mark. Returns what format() does.
 */
int json_string(char *buf, size_t n, const char *text);

/*
 * The members of a region's object, without its braces; of one that has no place yet (@placed is
 * false) not where it is. Returns what format() does.
 */
int json_row(char *buf, size_t n, const struct region *r, bool placed, const struct mm_caps *caps);

/* What became of @config's `mte`, in a word. */
const char *json_mte(const struct region_table *t, const struct config *config,
		     const struct mm_caps *caps);

#endif
