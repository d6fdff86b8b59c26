/* SPDX-License-Identifier: Apache-2.0 */
/* What of a GICv3 Mavis works itself: see hyp/gic.h. */
#ifndef BOOT_GUEST_GIC_H
#define BOOT_GUEST_GIC_H

#include "boot/machine/host.h"

/*
 * Bits of an INTID, by the distributor, which EL2 maps for it; 0: no GICv3, or one without LPIs.
 * -ENOMEM.
 */
int gic_lpi_bits(const struct host_gic *gic, unsigned *bits, struct diag *d);

/*
 * Turns LPIs off, makes one page of each redistributor read-only in guest.s2, and registers it with
 * hyp/mmio.h; nothing if the GIC has no LPIs. After guest_map(), before the guest runs. The text
 * names the redistributor that cannot be had.
 */
int gic_take(const struct host *host, struct diag *d);

#endif
