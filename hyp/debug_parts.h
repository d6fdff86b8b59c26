/* SPDX-License-Identifier: Apache-2.0 */
/* What hyp/debug*.c have from each other. */
#ifndef HYP_DEBUG_PARTS_H
#define HYP_DEBUG_PARTS_H

#include "hyp/gdb.h"

/* A target's system registers, its console and what it cannot do otherwise. */
#define DEBUG_NAMES	20
extern const char debug_names[DEBUG_NAMES][GDB_NAME];
u64 debug_system_reg(unsigned n);
void debug_put(char c);

/*
 * Bytes that EL2 sees now, by single accesses of @len where that is a register's size: it may be a
 * device. How many there are up to a page that answers with an abort.
 */
unsigned debug_load(u64 addr, u8 *buf, unsigned len);
unsigned debug_store(u64 addr, const u8 *buf, unsigned len);

/* False, and a line, if the console cannot be read. */
bool debug_begin(void);

/*
 * Packets, until gdb has the stop end. GDB_MORE: the UART does not answer any more. If another CPU
 * comes to Mavis's end meanwhile, the console is that one's.
 */
enum gdb_wish debug_serve(struct gdb *g);

/* Mavis's end, on another CPU, which cannot stop this one, as it is at EL2. */
bool debug_panic_elsewhere(void);

#endif
