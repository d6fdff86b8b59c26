/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config's regions that are a PCI function's BAR. Those that the guest's tree names (reserved,
 * pmem) cannot move: Mavis places the BAR, and the guest does not see the function. The others
 * follow it (hyp/bar.h).
 */
#ifndef BOOT_GUEST_BARS_H
#define BOOT_GUEST_BARS_H

#include "boot/config/config.h"
#include "boot/machine/host.h"
#include "hyp/guest.h"

/*
 * Finds the functions and how large their BARs are. The fixed ones are placed and added to @t, the
 * others go to hyp/bar.h's table. Between memory_map_start() and memory_map_finish(). A text names
 * region, property and what was found.
 */
int bars_find(const struct config *config, const struct host *host, struct region_table *t,
	      struct diag *d);

/*
 * Takes their configuration space from the guest. After guest_map(), before the guest runs. What
 * selfcheck() says of bars.bar[i], which has no place yet, at one that it could have goes into
 * checks[i], where that is all 0; if there is no such place, it stays so.
 */
int bars_trap(struct selfcheck *checks, struct diag *d);

#endif
