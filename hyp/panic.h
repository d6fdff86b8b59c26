/* SPDX-License-Identifier: Apache-2.0 */
/* The end: an error that stops the machine, said so that it can be found and mended. */
#ifndef HYP_PANIC_H
#define HYP_PANIC_H

/*
 * What kind of entry it was: a group of the vector table, plus 0 to 3 for synchronous, IRQ, FIQ,
 * SError.
 */
#define PANIC_EL2_SP0	0
#define PANIC_EL2	4
#define PANIC_GUEST	8
#define PANIC_GUEST32	12

#ifndef __ASSEMBLY__
#include "lib/format.h"
#include "lib/types.h"

struct panic_frame {
	u64 x[31];
	u64 sp;
};

/*
 * Prints the reason and stops the machine: powered off where the firmware can, else every CPU
 * waits.
 */
void stop(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Stops with the text of @d if @err is an error. */
void check(int err, const struct diag *d);

/*
 * Stops the guest on all other CPUs: they wait at EL2. Of two CPUs that call it one returns.
 * Without locks, for who stops for good.
 */
void panic_take_over(void);

/*
 * For a CPU that finds panic_owner set and may have filled stage 2 since it was emptied: empties it
 * once more, and waits.
 */
void panic_join(void) __attribute__((noreturn));

/*
 * Stops the guest on all CPUs, reports an unexpected exception at EL2 with registers and a
 * backtrace, and stops the machine. From vectors.S only.
 */
void panic_exception(u64 kind) __attribute__((noreturn));

/*
 * MPIDR_EL1 of the CPU that reports; 0: none does. Then the others go to panic_wait(), and nowhere
 * else: a debugger sees it.
 */
extern u64 panic_owner;

/* Waits for good, as also a CPU does that is off but cannot be turned off. */
void panic_wait(void) __attribute__((noreturn, noinline));
#endif

#endif
