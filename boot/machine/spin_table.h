/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs that wait in the firmware's spin-table. */
#ifndef BOOT_MACHINE_SPIN_TABLE_H
#define BOOT_MACHINE_SPIN_TABLE_H

#include "boot/machine/host.h"

/*
 * Takes the CPUs out of their spin-table, to where drivers/cpu_power.h has them wait: those that
 * the tree disables too, as a guest could start them at EL2. Returns how many of the latter did not
 * come, with a text about the first; -EIO, with a text: another did not come. Before the guest
 * runs; host->cpu[0] is this CPU.
 */
int spin_table_empty(const struct host *host, struct diag *d);

#endif
