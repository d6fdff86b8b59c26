/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps a GICv3's LPIs from the guest, which otherwise drives the GIC directly.
 *
 * Their configuration and pending tables are memory that the GIC itself reads and writes, past
 * stage 2. So the guest is shown a GIC without LPIs, and the registers that hold the tables'
 * addresses read as 0 and ignore writes.
 */
#ifndef HYP_GIC_H
#define HYP_GIC_H

#include "lib/types.h"

#define GICD_TYPER		0x04
#define GICD_TYPER_LPIS		BIT(17)

#define GICR_CTLR		0x00
#define GICR_CTLR_ENABLE_LPIS	BIT(0)
#define GICR_CTLR_RWP		BIT(3)
#define GICR_TYPER		0x08
#define GICR_TYPER_VLPIS	BIT(1)
#define GICR_TYPER_LAST		BIT(4)

#define GICR_FRAME	KIB(64)	/* RD_base, SGI_base and with VLPIS VLPI_base, reserved */

/* The pages, by what in them is hidden. */
enum gic_page { GIC_GICD, GIC_GICR, GIC_VLPI };

/*
 * The bits of the aligned 8 bytes at @offset in a page that the guest may read (or write): the
 * others read as 0 and keep their value.
 */
u64 gic_visible(enum gic_page page, u64 offset);

/* True if the hardware takes an access of this size there; others read as 0 and are ignored. */
bool gic_access_ok(enum gic_page page, u64 offset, unsigned size);

/* Handlers of hyp/mmio.h for such pages, with the page's address. */
u64 gic_access_gicd(void *arg, u64 offset, unsigned size, bool write, u64 val);
u64 gic_access_gicr(void *arg, u64 offset, unsigned size, bool write, u64 val);
u64 gic_access_vlpi(void *arg, u64 offset, unsigned size, bool write, u64 val);

#endif
