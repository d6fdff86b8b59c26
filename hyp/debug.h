/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gdb on the console's UART. All of it but debug_asked leaves with boot/ where nothing asks for
 * `debug`: only who has found debug_asked true may call it.
 */
#ifndef HYP_DEBUG_H
#define HYP_DEBUG_H

#include "hyp/frame.h"
#include "lib/types.h"

/* The config, or Mavis's command line, asks for `debug`. */
extern bool debug_asked;

/* Its console can be read. */
bool debug_can(void);

/* Takes the memory that debug_guest() needs. Before the guest runs; -ENOMEM. */
int debug_prepare(void);

/*
 * Stops the guest on all its CPUs, and a debugger looks at this one, of which @f has the registers,
 * until it lets go. In a trap of the guest's, with no lock held.
 */
void debug_guest(struct frame *f, const char *why);

/* The same for a fault that the guest is about to be told of, if that would lead nowhere. */
void debug_fault(struct frame *f, u64 esr);

/* Control commands: docs/control.md. */
s64 debug_command(const u64 *args, u64 *results);
s64 debug_peek(const u64 *args, u64 *results);
s64 debug_poke(const u64 *args, u64 *results);

/* At Mavis's own end: a debugger looks at EL2, until it lets go. @regs: GDB_CORE of gdb.h. */
void debug_panic(const u64 *regs);

#endif
