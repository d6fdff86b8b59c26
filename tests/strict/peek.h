/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the machine: registers of the CPU that runs, and its memory. */
#ifndef STRICT_PEEK_H
#define STRICT_PEEK_H

#include "strict.h"

/* Finds out the registers' names; for each CPU as it is made. */
void peek_cpu_made(void);

/* A general register, 31 is XZR; PSTATE as SPSR has it. */
u64 peek_x(unsigned n);
u64 peek_pstate(void);

/* A system register by QEMU's name, such as "SCTLR_EL1". False: this CPU has none. */
bool peek_register(const char *name, u64 *val);

/* Memory at a physical address. False: it cannot be read. */
bool peek(u64 pa, void *buf, size_t size);

/* Memory at an address of the CPU that runs. */
bool peek_virtual(u64 va, void *buf, size_t size);

#endif
