/* SPDX-License-Identifier: Apache-2.0 */
/* What of a GICv3 Mavis works itself: see hyp/gic.h. */
#ifndef BOOT_GUEST_GIC_H
#define BOOT_GUEST_GIC_H

#include "boot/machine/host.h"

/*
 * Turns LPIs off, makes one page of each redistributor read-only in guest.s2, and registers it with
 * hyp/mmio.h; nothing if the GIC has no LPIs. After guest_map(), before the guest runs. The text
 * names the redistributor that cannot be had.
 */
int gic_take(const struct host *host, struct diag *d);

#endif
