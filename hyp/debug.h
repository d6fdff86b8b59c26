/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gdb on the console's UART. All of it but debug_asked leaves with boot/ where nothing asks for
 * `debug`: only who has found debug_asked true may call it.
 */
#ifndef HYP_DEBUG_H
#define HYP_DEBUG_H

#include "lib/types.h"

/* The config, or Mavis's command line, asks for `debug`. */
extern bool debug_asked;

/* At Mavis's own end: a debugger looks at EL2, until it lets go. @regs: GDB_CORE of gdb.h. */
void debug_panic(const u64 *regs);

#endif
