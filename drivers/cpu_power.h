/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How this machine starts and stops its CPUs: the firmware's PSCI, or a spin-table. Results are
 * PSCI's (drivers/firmware.h).
 *
 * A CPU in a spin-table runs firmware's code at EL2, in memory that the guest may have, and jumps
 * to whatever is stored at its cpu-release-addr. So all of them leave it before the guest starts,
 * and wait in Mavis instead (cpu_wait.S), to where they return when they are turned off.
 */
#ifndef DRIVERS_CPU_POWER_H
#define DRIVERS_CPU_POWER_H

/* Offsets in struct waiting_cpu, and its size, for cpu_wait.S. */
#define WAIT_MPIDR	0
#define WAIT_ENTRY	8
#define WAIT_CONTEXT	16
#define WAIT_HERE	24
#define WAIT_SIZE	64

#ifndef __ASSEMBLY__
#include "lib/types.h"

#define MAX_CPUS	512

/*
 * Says of a CPU (its affinity fields) that it comes, or came, out of a spin-table; it does so at
 * @arrival, which shall turn on its MMU and go to cpu_wait. All are to be named before the first of
 * them is let go.
 */
void cpu_power_expect(u64 mpidr, pa_t arrival);

/*
 * True once that CPU waits. It has a second from @since on (CNTPCT_EL0), and more where looking for
 * it a hundred thousand times takes longer.
 */
bool cpu_power_comes(u64 mpidr, u64 since);

/* Where a CPU of a spin-table waits for cpu_power_on(): at EL2, MMU on, no stack. */
extern char cpu_wait[] __attribute__((visibility("hidden")));

/* Starts a CPU at EL2 at @entry with x0 = @context, MMU off (on: a CPU that waited). */
s64 cpu_power_on(u64 mpidr, pa_t entry, u64 context);

/* Turns this CPU off. Returns only an error. */
s64 cpu_power_off(void);

/*
 * Puts this CPU into the low-power state that @state names. It returns once awake, unless the state
 * loses the CPU's registers: then the CPU starts at @entry as from cpu_power_on().
 */
s64 cpu_power_suspend(u32 state, pa_t entry, u64 context);

/* enum cpu_state, as the machine sees it, or an error. */
s64 cpu_power_state(u64 mpidr);
#endif

#endif
