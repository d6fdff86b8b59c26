/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the machine's ITSs over, for the guest: see hyp/its.h. */
#ifndef BOOT_GUEST_ITS_H
#define BOOT_GUEST_ITS_H

#include "boot/config/config.h"
#include "boot/machine/host.h"

/*
 * Brings every ITS to rest, so that nothing reads and writes the tables that a loader gave it:
 * before any memory is chosen, and once more after the move; after gic_find(). -EBUSY: one does not
 * come to rest; -ENOMEM.
 */
int its_stop(struct host *host, struct diag *d);

/*
 * Gives each ITS tables of Mavis's, and its registers to hyp/mmio.h. Those that can be had are
 * `given` in host->gic; a line says why another is not. Keeps memory (boot/guest/keep.h). -ENOMEM,
 * -ENOSPC.
 */
int its_take(struct host *host, const struct config *config, struct diag *d);

#endif
