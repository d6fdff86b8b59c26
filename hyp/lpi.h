/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps a GICv3's LPIs from the guest, which otherwise drives the GIC directly.
 *
 * Their configuration and pending tables are memory that the GIC itself reads and writes, past
 * stage 2. So the guest is shown a GIC without LPIs, and the registers that hold the tables'
 * addresses read as 0 and ignore writes.
 */
#ifndef HYP_LPI_H
#define HYP_LPI_H

#include "drivers/host.h"
#include "lib/format.h"

/*
 * Takes the few pages that matter out of guest.s2 and registers them with mmio.h; nothing if the
 * GIC has no LPIs. @map makes a page of registers visible to EL2. After guest_map(), before the
 * guest runs. The text names the redistributor that could not be found or mapped.
 */
int lpi_hide(const struct host_gic *gic, int (*map)(pa_t pa, u64 size), struct diag *d);

/* The pages, by what in them is hidden. */
enum lpi_page { LPI_GICD, LPI_GICR, LPI_VLPI };

/*
 * The bits of the aligned 8 bytes at @offset in a page that the guest may read (or write): the
 * others read as 0 and keep their value.
 */
u64 lpi_visible(enum lpi_page page, u64 offset);

/* True if the hardware takes an access of this size there; others read as 0 and are ignored. */
bool lpi_access_ok(enum lpi_page page, u64 offset, unsigned size);

#endif
