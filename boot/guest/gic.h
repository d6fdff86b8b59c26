/* SPDX-License-Identifier: Apache-2.0 */
/* Takes from the guest what it shall not have of a GICv3: see hyp/gic.h. */
#ifndef BOOT_GUEST_GIC_H
#define BOOT_GUEST_GIC_H

#include "boot/machine/host.h"

/*
 * Takes the few pages that matter out of guest.s2 and registers them with hyp/mmio.h; nothing if
 * the GIC has no LPIs. After guest_map(), before the guest runs. The text names the redistributor
 * that could not be found or mapped.
 */
int gic_hide_lpis(const struct host_gic *gic, struct diag *d);

#endif
