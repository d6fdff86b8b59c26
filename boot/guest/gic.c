/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/gic.h"

#include "boot/guest/keep.h"
#include "drivers/io.h"
#include "hyp/gic.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "mm/el2.h"

/*
 * Reads are the guest's own with @reads. Where the config has taken it from the guest already, the
 * handler does for reads as well.
 */
static int take_page(u64 pa, bool reads, mmio_handler handler, void *arg, struct diag *d)
{
	struct s2_leaf leaf;
	int err = 0;

	if (!reads) {
		err = stage2_unmap(&guest.s2, IPA(pa), PAGE_SIZE);
	} else if (!stage2_lookup(&guest.s2, IPA(pa), &leaf)) {
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
static bool is_set_aside(const struct host *host, struct range table)
{
	for (unsigned i = 0; i < host->nr_reserved; i++)
		if (!host->reserved[i].firmware &&
		    range_contains(host->reserved[i].range, table))
			return true;
	return false;
}

static int refuse(const struct gicr *r, const char *why, const char *what, struct diag *d)
{
	return fail(d, -EBUSY,
		    "GIC: redistributor at %#lx: LPIs are on and cannot be turned off (GICR_CTLR %#x), and %s%s: use a loader that leaves them off",
		    r->pa, read32(r->pa + GICR_CTLR), why, what);
}

/*
 * LPIs that the loader turned on, and that stay so for good, as GICR_CTLR.CES = 0 allows. Then the
 * guest has to go on with the loader's tables: in memory that the tree reserves for it.
 */
static int leave_on(const struct host *host, const struct gicr *r, struct diag *d)
{
	struct gic_tables t = gic_lpi_tables(r);
	struct range tables[] = { t.config, t.pending };

	for (unsigned i = 0; i < ARRAY_SIZE(tables); i++) {
		struct keep_taken taken = keep_loaded_in_the_way(host, tables[i]);

		if (taken.range.size)
			return refuse(r, "their tables lie in ", taken.name, d);
		if (!is_set_aside(host, tables[i]))
			return refuse(r, "the device tree does not reserve the memory of ",
				      "their tables", d);
	}
	return 0;
}

/*
 * A loader may have used LPIs, and the redistributor still writes the table that it was given, also
 * while it is being turned off (Arm GIC architecture, GICR_CTLR.RWP). Whether its CPU runs does not
 * matter.
 */
static int turn_off(const struct host *host, struct gicr *r, struct diag *d)
{
	unsigned tries = 1000000;

	if (!gic_lpis_on(r))
		return 0;
	r->ending = true;
	write32(r->pa + GICR_CTLR,
		read32(r->pa + GICR_CTLR) & ~(u32)GICR_CTLR_ENABLE_LPIS);
	while (read32(r->pa + GICR_CTLR) & GICR_CTLR_RWP && --tries)
		;
	return gic_lpis_on(r) ? leave_on(host, r, d) : 0;
}

/* One redistributor; *size is how much of the region it takes. */
static int find_redistributor(const struct host *host, u64 pa, u64 room, bool *last, u64 *size,
			      struct diag *d)
{
	u64 typer;

	if (el2_map(PA(pa), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: redistributor at %#lx: EL2 cannot map it: the page pool is used up",
			    pa);
	typer = read64(pa + GICR_TYPER);
	if (typer == ~0ull)
		return fail(d, -ENODEV,
			    "GIC: redistributor at %#lx: answers with an external abort: see to its address in the device tree, or to its power",
			    pa);
	*last = typer & GICR_TYPER_LAST;
	*size = MAX(host->gic.gicr_stride, (typer & GICR_TYPER_VLPIS ? 4 : 2) * GICR_FRAME);
	if (*size > room)
		return fail(d, -EINVAL,
			    "GIC: redistributor at %#lx: %#lx bytes, of which `reg` has only %#lx",
			    pa, *size, room);
	if (!gic_add_redistributor(pa, typer))
		return fail(d, -ENOSPC, "GIC: redistributor at %#lx: one more than Mavis has CPUs",
			    pa);
	return 0;
}

/* As Linux finds them: one after the other, until one says that it is the last of its region. */
static int find_region(const struct host *host, struct range r, struct diag *d)
{
	bool last = false;
	u64 size = 0;

	for (u64 at = 0; !last && at < r.size; at += size) {
		int err = find_redistributor(host, r.base + at, r.size - at, &last, &size, d);

		if (err)
			return err;
	}
	return 0;
}

int gic_find(const struct host *host, struct diag *d)
{
	const struct host_gic *gic = &host->gic;
	int err = 0;
	u32 typer;

	gic_init(0);
	if (gic->version != 3)
		return 0;
	if (el2_map(PA(gic->gicd.base), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: distributor at %#lx: EL2 cannot map it: the page pool is used up",
			    gic->gicd.base);
	typer = read32(gic->gicd.base + GICD_TYPER);
	if (!(typer & GICD_TYPER_LPIS))
		return 0;
	gic_init(GICD_TYPER_IDBITS(typer));
	for (unsigned i = 0; i < gic->nr_gicr && !err; i++)
		err = find_region(host, gic->gicr[i], d);
	return err;
}

int gic_stop_lpis(const struct host *host, struct diag *d)
{
	struct gicr *r;
	int err = 0;

	for (unsigned i = 0; !err && (r = gic_redistributor(i)); i++)
		err = turn_off(host, r, d);
	return err;
}

static int take(struct gicr *r, struct diag *d)
{
	bool on = gic_lpis_on(r);
	const char *why = on ? gic_lpi_tables_refused(r) : NULL;
	u64 vlpis = r->pa + 2 * GICR_FRAME;
	int err = why ? refuse(r, why, "", d)
		      : take_page(r->pa, !(r->typer & GICR_TYPER_RVPEID), gic_access_gicr, r, d);

	r->was_on = on;
	if (err || !(r->typer & GICR_TYPER_VLPIS))
		return err;
	if (el2_map(PA(vlpis), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: virtual LPIs at %#lx: EL2 cannot map them: the page pool is used up",
			    vlpis);
	return take_page(vlpis, true, gic_access_vlpi, (void *)vlpis, d);
}

int gic_take(struct diag *d)
{
	struct gicr *r;
	int err = 0;

	for (unsigned i = 0; !err && (r = gic_redistributor(i)); i++)
		err = take(r, d);
	return err;
}
