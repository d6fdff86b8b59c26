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
#define WAIT_AFFINITY	0xff00ffffff	/* MPIDR_AFFINITY */

#ifndef __ASSEMBLY__
#include "drivers/host.h"
#include "lib/types.h"

/*
 * Takes the CPUs out of their spin-table: each is sent to @arrival, which shall turn on its MMU and
 * go to cpu_wait. @poke writes a number to memory, past the caches too. -EIO, with a text: one did
 * not come. Before the guest runs; host->cpu[0] is this CPU.
 */
int cpu_power_init(const struct host *host, pa_t arrival, int (*poke)(pa_t pa, u64 val),
		   struct diag *d);

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
