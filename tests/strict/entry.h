/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers that a guest finds when it starts: at reset they are UNKNOWN, so EL2 has to write
 * them on each CPU before its first ERET, and what it writes has to be what the boot protocol asks
 * for. Emulators reset most of them to zero, which hides that nobody has.
 */
#ifndef STRICT_ENTRY_H
#define STRICT_ENTRY_H

#include "strict.h"

/* The machine starts: no CPU has entered a guest. */
void entry_reset(void);

/* This CPU starts, or starts again: nothing is written. */
void entry_cpu_starts(unsigned cpu);

/* EL2 writes a system register. */
void entry_written(unsigned cpu, unsigned key, u64 val);

/* The first ERET of this CPU is about to be made. */
void entry_check(struct at at);

#endif
