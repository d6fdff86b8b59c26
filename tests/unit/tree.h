/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device trees for tests: the sources in tests/data, compiled by the Makefile, and changes to them.
 */
#ifndef TESTS_UNIT_TREE_H
#define TESTS_UNIT_TREE_H

#include <libfdt.h>

#include "lib/types.h"

/*
 * A copy of tests/data/@name.dts, compiled, with 4 KiB of room, in its own allocation: reads past
 * its end are found. free() it.
 */
void *tree_load(const char *name);

/* Changes that must work. Cells are 32 bits each; a node that does not exist is made. */
void tree_set(void *fdt, const char *path, const char *prop, const void *val, int len);
void tree_set_string(void *fdt, const char *path, const char *prop, const char *val);
void tree_set_cells(void *fdt, const char *path, const char *prop, unsigned n, const u32 *cells);
void tree_delete(void *fdt, const char *path, const char *prop);	/* NULL: the node */

#define TREE_CELLS(fdt, path, prop, ...) \
	tree_set_cells(fdt, path, prop, ARRAY_SIZE(((u32[]){ __VA_ARGS__ })), \
		       (u32[]){ __VA_ARGS__ })

/* Gives @dst, which is as large, the content of @src. */
void tree_copy(void *dst, const void *src);

/* Spoils up to eight bits and bytes of the tree, which ones follows from @seed alone. */
void tree_damage(void *fdt, u32 seed);

/* What is there; tree_string() and tree_assert_cells() fail the test if it is something else. */
bool tree_has(const void *fdt, const char *path, const char *prop);
const char *tree_string(const void *fdt, const char *path, const char *prop);
void tree_assert_cells(const void *fdt, const char *path, const char *prop, unsigned n,
		       const u32 *cells);

#define TREE_ASSERT_CELLS(fdt, path, prop, ...) \
	tree_assert_cells(fdt, path, prop, ARRAY_SIZE(((u32[]){ __VA_ARGS__ })), \
			  (u32[]){ __VA_ARGS__ })

#endif
