/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/gic.h"

#include "drivers/io.h"
#include "hyp/gic.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "mm/el2.h"

/* Where the config has taken it from the guest already, the handler does for reads as well. */
static int take_page(u64 pa, mmio_handler handler, void *arg, struct diag *d)
{
	struct s2_leaf leaf;
	int err = 0;

	if (!stage2_lookup(&guest.s2, IPA(pa), &leaf)) {
		leaf.attr.write = false;
		leaf.attr.exec = false;
		err = stage2_change(&guest.s2, IPA(pa), PAGE_SIZE, leaf.attr);
	}
	if (!err)
		err = mmio_register(IPA(pa), handler, arg);
	if (err)
		return fail(d, err, "GIC: registers at %#lx: cannot be taken from the guest: %s",
			    pa, err == -ENOSPC ? "too many redistributors"
					       : "the page pool is used up");
	return 0;
}

/* Memory that nobody uses, but that is the guest's all the same. */
static bool is_set_aside(const struct host *host, u64 table)
{
	for (unsigned i = 0; i < host->nr_reserved; i++)
		if (!host->reserved[i].firmware &&
		    range_contains(host->reserved[i].range, (struct range){ table, 1 }))
			return true;
	return false;
}

/*
 * LPIs that the loader turned on, and that stay so for good, as GICR_CTLR.CES = 0 allows. Then the
 * guest has to go on with the loader's tables: in memory that the tree reserves for it.
 */
static int leave_on(const struct host *host, struct gicr *r, u32 ctlr, struct diag *d)
{
	u64 prop = read64(r->pa + GICR_PROPBASER), pend = read64(r->pa + GICR_PENDBASER);
	const char *why = gic_lpi_tables_refused(r);

	if (!why && !(is_set_aside(host, prop & GICR_PROPBASER_ADDR) &&
		      is_set_aside(host, pend & GICR_PENDBASER_ADDR)))
		why = "the device tree does not reserve the memory of their tables";
	if (why)
		return fail(d, -EBUSY,
			    "GIC: redistributor at %#lx: LPIs are on and cannot be turned off (GICR_CTLR %#x), and %s: use a loader that leaves them off",
			    r->pa, ctlr, why);
	return 0;
}

/* A loader may have used LPIs, and the redistributor still writes the table that it was given. */
static int turn_off(const struct host *host, struct gicr *r, struct diag *d)
{
	unsigned tries = 1000000;
	u32 ctlr = read32(r->pa + GICR_CTLR);

	if (!(ctlr & GICR_CTLR_ENABLE_LPIS))
		return 0;
	write32(r->pa + GICR_CTLR, ctlr & ~(u32)GICR_CTLR_ENABLE_LPIS);
	do
		ctlr = read32(r->pa + GICR_CTLR);
	while (ctlr & GICR_CTLR_RWP && --tries);
	return ctlr & (GICR_CTLR_ENABLE_LPIS | GICR_CTLR_RWP) ? leave_on(host, r, ctlr, d) : 0;
}

/* One redistributor; *size is how much of the region it takes. */
static int take_redistributor(const struct host *host, u64 pa, u64 room, bool *last, u64 *size,
			      struct diag *d)
{
	struct gicr *r;
	bool vlpis;
	u64 typer;
	int err;

	if (el2_map(PA(pa), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: redistributor at %#lx: EL2 cannot map it: the page pool is used up",
			    pa);
	typer = read64(pa + GICR_TYPER);
	vlpis = typer & GICR_TYPER_VLPIS;
	*last = typer & GICR_TYPER_LAST;
	*size = MAX(host->gic.gicr_stride, (vlpis ? 4 : 2) * GICR_FRAME);
	if (*size > room)
		return fail(d, -EINVAL,
			    "GIC: redistributor at %#lx: %#lx bytes, of which `reg` has only %#lx",
			    pa, *size, room);
	r = gic_add_redistributor(pa, typer);
	if (!r)
		return fail(d, -ENOSPC, "GIC: redistributor at %#lx: one more than Mavis has CPUs",
			    pa);

	err = turn_off(host, r, d);
	if (!err)
		err = take_page(pa, gic_access_gicr, r, d);
	if (err || !vlpis)
		return err;
	pa += 2 * GICR_FRAME;
	if (el2_map(PA(pa), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: virtual LPIs at %#lx: EL2 cannot map them: the page pool is used up",
			    pa);
	return take_page(pa, gic_access_vlpi, (void *)pa, d);
}

/* As Linux finds them: one after the other, until one says that it is the last of its region. */
static int take_region(const struct host *host, struct range r, struct diag *d)
{
	bool last = false;
	u64 size = 0;

	for (u64 at = 0; !last && at < r.size; at += size) {
		int err = take_redistributor(host, r.base + at, r.size - at, &last, &size, d);

		if (err)
			return err;
	}
	return 0;
}

int gic_lpi_bits(const struct host_gic *gic, unsigned *bits, struct diag *d)
{
	u32 typer;

	*bits = 0;
	if (gic->version != 3)
		return 0;
	if (el2_map(PA(gic->gicd.base), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: distributor at %#lx: EL2 cannot map it: the page pool is used up",
			    gic->gicd.base);
	typer = read32(gic->gicd.base + GICD_TYPER);
	if (typer & GICD_TYPER_LPIS)
		*bits = GICD_TYPER_IDBITS(typer);
	return 0;
}

int gic_take(const struct host *host, struct diag *d)
{
	const struct host_gic *gic = &host->gic;
	unsigned bits;
	int err = gic_lpi_bits(gic, &bits, d);

	if (err || !bits)
		return err;
	gic_init(bits);
	for (unsigned i = 0; i < gic->nr_gicr && !err; i++)
		err = take_region(host, gic->gicr[i], d);
	return err;
}
