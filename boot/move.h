/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mavis moves: a copy of the image starts elsewhere as if a loader had put it there, with what this
 * one has found out.
 */
#ifndef BOOT_MOVE_H
#define BOOT_MOVE_H

#include "lib/types.h"

/*
 * True if both ends of @to, which is mapped S1_DATA, are memory, whatever the machine's tree says.
 */
bool move_keeps(struct range to);

/* Makes the copy at @to, all of which is mapped S1_DATA. It does not start yet. */
void move_copy(struct range to);

/* Gives the copy at @to a variable of Mavis's that is not cleared at its start (__noinit). */
void move_carry(struct range to, const void *var, u64 size);

/* @p, which may be to something in the image, as the copy at @to needs it. */
const void *move_pointer(struct range to, const void *p);

/*
 * Starts the copy: it comes to main() with @fdt, as this one did. @used bytes were written of what
 * is __first.
 */
void move_start(struct range to, u64 fdt, u64 used) __attribute__((noreturn));

#endif
