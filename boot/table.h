/* SPDX-License-Identifier: Apache-2.0 */
/* The region table as text, for the boot and for tools/regions. */
#ifndef BOOT_TABLE_H
#define BOOT_TABLE_H

#include "boot/config/config.h"

/* A size as a person writes it: the largest unit that divides it. */
const char *table_size(char *buf, size_t n, u64 size);

/* The names of table_row()'s columns. All of these return what format() does. */
int table_head(char *buf, size_t n);

/*
 * Where the guest sees @r, its size, type and stage 2. @where stands for the address of a region
 * that has none yet; else NULL.
 */
int table_row(char *buf, size_t n, const struct region *r, const char *where,
	      const struct mm_caps *caps);

/*
 * What closes a row: the name, the physical address where it is another, as which hypervisor's it
 * is mapped, and what decided.
 */
int table_name(char *buf, size_t n, const struct region *r);

/* What became of @config's `mte`, in a line; "" if it does not ask for it. */
int table_mte(char *buf, size_t n, const struct region_table *t, const struct config *config,
	      const struct mm_caps *caps);

#endif
