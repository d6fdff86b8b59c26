/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device tree, written from its first byte to its last, like another one: properties keep their
 * names' places in that tree's strings, which come along whole. (libfdt's sequential writer looks
 * every name up in all that there are, which is most of what a guest's start may cost.)
 *
 * Reservations come first, then nodes, each with its properties before its children. All that is
 * written after the room is used up is lost; dt_write_finish() tells.
 */
#ifndef BOOT_GUEST_FDT_WRITE_H
#define BOOT_GUEST_FDT_WRITE_H

#include "lib/types.h"

#define DT_MAX_NEW_NAMES	256	/* bytes of names that the other tree does not have */

struct dt_writer {
	u8 *buf;
	u32 size, at;		/* room, and how much of it is used */
	u32 structure;		/* where the structure block begins; 0: there is no node yet */
	const void *like;
	char names[DT_MAX_NEW_NAMES];
	u32 names_size;
	bool full;
};

/* @size bytes at @buf, aligned to 8, apart from @like, which dt_check() has passed. */
void dt_write_start(struct dt_writer *w, void *buf, u32 size, const void *like);

void dt_write_reservation(struct dt_writer *w, struct range r);
void dt_write_node(struct dt_writer *w, const char *name);
void dt_write_end(struct dt_writer *w);

/* @name: one of the other tree's own strings costs no room. */
void dt_write_prop(struct dt_writer *w, const char *name, const void *data, u32 len);

/* The same, for a value that the caller fills in; NULL: there is no room. */
u8 *dt_write_room(struct dt_writer *w, const char *name, u32 len);

/* Closes the tree; its totalsize is what it needs. -ENOSPC. */
int dt_write_finish(struct dt_writer *w);

#endif
