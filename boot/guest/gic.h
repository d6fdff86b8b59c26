/* SPDX-License-Identifier: Apache-2.0 */
/* What of a GICv3 Mavis works itself: see hyp/gic.h. */
#ifndef BOOT_GUEST_GIC_H
#define BOOT_GUEST_GIC_H

#include "boot/machine/host.h"

/*
 * Tells hyp/gic.h how many bits an INTID has, 0 if there are no LPIs, and what redistributors there
 * are, which EL2 maps. The text names the one that cannot be had.
 */
int gic_find(const struct host *host, struct diag *d);

/*
 * Turns LPIs off, all CPUs', so that no redistributor writes the tables that a loader gave it:
 * before any memory is chosen, and once more after the move. Where they stay on, the tree has to
 * reserve these tables, and nothing that Mavis works with lies in them. -EBUSY: else.
 */
int gic_stop_lpis(const struct host *host, struct diag *d);

/*
 * Makes one page of each redistributor read-only in guest.s2, and registers it with hyp/mmio.h;
 * nothing if the GIC has no LPIs. After guest_map(), before the guest runs. The text names the
 * redistributor that cannot be had.
 */
int gic_take(struct diag *d);

#endif
