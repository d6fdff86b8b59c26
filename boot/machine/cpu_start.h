/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the machine's CPUs can be started. */
#ifndef BOOT_MACHINE_CPU_START_H
#define BOOT_MACHINE_CPU_START_H

#include "boot/machine/host.h"

/*
 * Takes those out of host->cpu that nothing here can start, and returns how many these are; @why
 * says of the first of them what stands against it. Asks the firmware, after firmware_init();
 * host->cpu[0] is this CPU. Those of a spin-table stay: fetching them tells (spin_table.h).
 */
unsigned cpu_start_check(struct host *host, struct diag *why);

#endif
