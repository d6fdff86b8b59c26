/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/gic.h"

#include "drivers/io.h"
#include "hyp/gic.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "mm/el2.h"

static int take_page(u64 pa, mmio_handler handler, struct diag *d)
{
	int err = stage2_unmap(&guest.s2, IPA(pa), PAGE_SIZE);

	if (!err)
		err = mmio_register(IPA(pa), handler, (void *)pa);
	if (err)
		return fail(d, err, "GIC: registers at %#lx: cannot be taken from the guest: %s",
			    pa, err == -ENOSPC ? "too many redistributors"
					       : "the page pool is used up");
	return 0;
}

/*
 * Reads of GICD's first page come here, to hide LPIs in GICD_TYPER. Writes have nothing to hide and
 * stay the guest's own: that is where interrupts are enabled and disabled.
 */
static int take_gicd(u64 pa, struct diag *d)
{
	struct s2_leaf leaf;
	int err = stage2_lookup(&guest.s2, IPA(pa), &leaf);

	if (!err) {
		leaf.attr.read = false;
		leaf.attr.exec = false;
		err = stage2_change(&guest.s2, IPA(pa), PAGE_SIZE, leaf.attr);
	}
	if (!err)
		err = mmio_register(IPA(pa), gic_access_gicd, (void *)pa);
	if (err)
		return fail(d, err, "GIC: distributor at %#lx: cannot be taken from the guest", pa);
	return 0;
}

/* A loader may have used LPIs, and the redistributor still writes the table that it was given. */
static int turn_off(u64 pa, struct diag *d)
{
	unsigned tries = 1000000;
	u32 ctlr = read32(pa + GICR_CTLR);

	if (!(ctlr & GICR_CTLR_ENABLE_LPIS))
		return 0;
	write32(pa + GICR_CTLR, ctlr & ~(u32)GICR_CTLR_ENABLE_LPIS);
	do
		ctlr = read32(pa + GICR_CTLR);
	while (ctlr & GICR_CTLR_RWP && --tries);
	if (ctlr & (GICR_CTLR_ENABLE_LPIS | GICR_CTLR_RWP))
		return fail(d, -EBUSY,
			    "GIC: redistributor at %#lx: LPIs are on and cannot be turned off (GICR_CTLR %#x): use a loader that leaves them off",
			    pa, ctlr);
	return 0;
}

/* One redistributor; *size is how much of the region it takes. */
static int take_redistributor(u64 pa, u64 room, u64 stride, bool *last, u64 *size, struct diag *d)
{
	u64 typer;
	bool vlpis;
	int err;

	if (el2_map(PA(pa), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: redistributor at %#lx: EL2 cannot map it: the page pool is used up",
			    pa);
	typer = read64(pa + GICR_TYPER);
	vlpis = typer & GICR_TYPER_VLPIS;
	*last = typer & GICR_TYPER_LAST;
	*size = MAX(stride, (vlpis ? 4 : 2) * GICR_FRAME);
	if (*size > room)
		return fail(d, -EINVAL,
			    "GIC: redistributor at %#lx: %#lx bytes, of which `reg` has only %#lx",
			    pa, *size, room);

	err = turn_off(pa, d);
	if (!err)
		err = take_page(pa, gic_access_gicr, d);
	if (!err && vlpis)
		err = take_page(pa + 2 * GICR_FRAME, gic_access_vlpi, d);
	return err;
}

/* As Linux finds them: one after the other, until one says that it is the last of its region. */
static int take_region(struct range r, u64 stride, struct diag *d)
{
	bool last = false;
	u64 size = 0;

	for (u64 at = 0; !last && at < r.size; at += size) {
		int err = take_redistributor(r.base + at, r.size - at, stride, &last, &size, d);

		if (err)
			return err;
	}
	return 0;
}

int gic_hide_lpis(const struct host_gic *gic, struct diag *d)
{
	int err = 0;

	if (gic->version != 3)
		return 0;
	if (el2_map(PA(gic->gicd.base), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: distributor at %#lx: EL2 cannot map it: the page pool is used up",
			    gic->gicd.base);
	if (!(read32(gic->gicd.base + GICD_TYPER) & GICD_TYPER_LPIS))
		return 0;

	for (unsigned i = 0; i < gic->nr_gicr && !err; i++)
		err = take_region(gic->gicr[i], gic->gicr_stride, d);
	if (!err)
		err = take_gicd(gic->gicd.base, d);
	return err;
}
