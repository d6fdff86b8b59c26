/* SPDX-License-Identifier: Apache-2.0 */
/* How this machine starts and stops its CPUs. Results are PSCI's (drivers/firmware.h). */
#ifndef DRIVERS_CPU_POWER_H
#define DRIVERS_CPU_POWER_H

#include "lib/types.h"

/* Starts a CPU at EL2, MMU off, at @entry with x0 = @context. */
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
