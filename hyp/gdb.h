/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gdb's remote serial protocol: packets in, answers out. It touches nothing but what its target
 * gives it; what comes from the wire is any bytes. Only where the config asks for `debug`.
 */
#ifndef HYP_GDB_H
#define HYP_GDB_H

#include "lib/types.h"

#define GDB_PACKET	1024		/* characters between $ and # */
#define GDB_NAME	12

/* Registers by number: x0 to x30, and then. */
#define GDB_SP		31
#define GDB_PC		32
#define GDB_CPSR	33		/* 32 bits */
#define GDB_CORE	34		/* so many; then those that a target names */

/* What is looked at. */
struct gdb_target {
	/* How many of the @len bytes at @addr could be read. @addr + @len does not wrap. */
	unsigned (*read)(u64 addr, u8 *buf, unsigned len);
	/* False: not all of them could be written; perhaps some. */
	bool (*write)(u64 addr, const u8 *buf, unsigned len);
	/* @n is below GDB_CORE + @nr_names. */
	u64 (*reg)(unsigned n);
	/* False: not this one, or not this value. */
	bool (*set_reg)(unsigned n, u64 val);
	void (*put)(char c);		/* to gdb */
	const char (*names)[GDB_NAME];	/* of more registers: 64 bits */
	unsigned nr_names;
};

/* What gdb wants: more of its packets read; or an end of the stop. */
enum gdb_wish { GDB_MORE, GDB_CONTINUE, GDB_DETACH, GDB_KILL };

struct gdb {
	const struct gdb_target *target;
	enum { GDB_IDLE, GDB_DATA, GDB_SUM, GDB_SUM_LOW } state;
	bool no_ack;
	bool waits;			/* it has continued, and is to be told of the next stop */
	u8 sum, high;			/* of what came; as sent, the upper digit */
	unsigned in_len;		/* beyond GDB_PACKET: the rest was dropped */
	unsigned out_len;
	char in[GDB_PACKET + 1];
	char out[GDB_PACKET];		/* the last answer, to be sent again on request */
};

/* No gdb has been seen yet. */
void gdb_init(struct gdb *g, const struct gdb_target *target);

/* The target has stopped. A gdb that waits for that is told. */
void gdb_stopped(struct gdb *g);

/* The target ends: a gdb that waits for it to stop is told that it has. */
void gdb_gone(struct gdb *g);

/* The next byte from gdb. Answers what is complete. */
enum gdb_wish gdb_take(struct gdb *g, u8 c);

#endif
