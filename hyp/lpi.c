/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/lpi.h"

#include "drivers/io.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "lib/errno.h"

#define GICD_TYPER		0x04
#define GICD_TYPER_LPIS		BIT(17)
#define GICD_TYPER_HIDDEN	(GENMASK(18, 17) | GENMASK(15, 11))	/* DVIS, LPIS, num_LPIs */

#define GICR_CTLR		0x00
#define GICR_CTLR_ENABLE_LPIS	BIT(0)
#define GICR_CTLR_RWP		BIT(3)
#define GICR_CTLR_HIDDEN	GENMASK(2, 0)		/* IR, CES, EnableLPIs */
#define GICR_TYPER		0x08
#define GICR_TYPER_HIDDEN	(BIT(3) | BIT(0))	/* DirectLPI, PLPIS */
#define GICR_TYPER_VLPIS BIT(1) /* left as it is: it says how large a redistributor is */
#define GICR_TYPER_LAST		BIT(4)

#define GICR_FRAME KIB(64) /* RD_base, SGI_base and with VLPIS VLPI_base, reserved */

/*
 * Registers of one page that are hidden in full or in part; the rest of the page is the hardware's.
 */
static const struct hidden {
	u16 start, end;		/* bytes */
	u64 bits;		/* of each 8 bytes */
} gicd_hidden[] = {
	{ 0x000, 0x008, GICD_TYPER_HIDDEN << 32 },
	{ 0, 0, 0 },
}, gicr_hidden[] = {
	{ 0x000, 0x008, GICR_CTLR_HIDDEN },
	{ 0x008, 0x010, GICR_TYPER_HIDDEN },
	{ 0x040, 0x050, ~0ull },	/* GICR_SETLPIR, GICR_CLRLPIR */
	{ 0x070, 0x080, ~0ull },	/* GICR_PROPBASER, GICR_PENDBASER */
	{ 0x0a0, 0x0c8, ~0ull },	/* GICR_INVLPIR, GICR_INVALLR, GICR_SYNCR */
	{ 0, 0, 0 },
}, vlpi_hidden[] = {
	{ 0x000, PAGE_SIZE, ~0ull },	/* GICR_VPROPBASER, GICR_VPENDBASER */
	{ 0, 0, 0 },
};

static const struct hidden *const hidden_in[] = {
	[LPI_GICD] = gicd_hidden,
	[LPI_GICR] = gicr_hidden,
	[LPI_VLPI] = vlpi_hidden,
};

u64 lpi_visible(enum lpi_page page, u64 offset)
{
	for (const struct hidden *h = hidden_in[page]; h->end; h++)
		if (offset >= h->start && offset < h->end)
			return ~h->bits;
	return ~0ull;
}

/*
 * Other sizes might be answered by an external abort (Arm GIC architecture, "Access to
 * memory-mapped registers").
 */
bool lpi_access_ok(enum lpi_page page, u64 offset, unsigned size)
{
	switch (size) {
	case 1:					/* GICD_IPRIORITYR, GICD_ITARGETSR */
		return page == LPI_GICD && offset >= 0x400 && offset < 0xc00;
	case 4:
		return true;
	case 8:
		return page == LPI_GICR && offset == GICR_TYPER;
	default:
		return false;
	}
}

static u64 read_register(u64 addr, unsigned size)
{
	switch (size) {
	case 1:
		return read8(addr);
	case 4:
		return read32(addr);
	default:
		return read64(addr);
	}
}

static void write_register(u64 addr, unsigned size, u64 val)
{
	switch (size) {
	case 1:
		write8(addr, (u8)val);
		break;
	case 4:
		write32(addr, (u32)val);
		break;
	default:
		write64(addr, val);
	}
}

/*
 * @pa is what EL2 sees of the register: VA = PA. One that is hidden in full is not touched at all.
 */
static u64 forward(enum lpi_page page, u64 pa, unsigned size, bool write, u64 val)
{
	u64 offset = pa & PAGE_MASK;
	u64 mask = lpi_visible(page, offset) >> (offset & 7) * 8;

	if (!mask || !lpi_access_ok(page, offset, size))
		return 0;
	if (!write)
		return read_register(pa, size) & mask;
	write_register(pa, size, val & mask);
	return 0;
}

static u64 access_gicd(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	return forward(LPI_GICD, (u64)arg + offset, size, write, val);
}

static u64 access_gicr(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	return forward(LPI_GICR, (u64)arg + offset, size, write, val);
}

static u64 access_vlpi(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	return forward(LPI_VLPI, (u64)arg + offset, size, write, val);
}

static int take_page(u64 pa, mmio_handler handler, struct diag *d)
{
	int err = stage2_unmap(&guest.s2, IPA(pa), PAGE_SIZE);

	if (!err)
		err = mmio_register(IPA(pa), handler, (void *)pa);
	if (err)
		return fail(
			d, err, "GIC: registers at %#lx: cannot be taken from the guest: %s", pa,
			err == -ENOSPC ? "too many redistributors" : "the page pool is used up");
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
		err = mmio_register(IPA(pa), access_gicd, (void *)pa);
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
			    "GIC: redistributor at %#lx: LPIs are on and cannot be turned off "
			    "(GICR_CTLR %#x): use a loader that leaves them off",
			    pa, ctlr);
	return 0;
}

/* One redistributor; *size is how much of the region it takes. */
static int take_redistributor(u64 pa, u64 room, u64 stride, int (*map)(pa_t pa, u64 size),
			      bool *last, u64 *size, struct diag *d)
{
	u64 typer;
	bool vlpis;
	int err;

	if (map(PA(pa), PAGE_SIZE))
		return fail(
			d, -ENOMEM,
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
		err = take_page(pa, access_gicr, d);
	if (!err && vlpis)
		err = take_page(pa + 2 * GICR_FRAME, access_vlpi, d);
	return err;
}

/* As Linux finds them: one after the other, until one says that it is the last of its region. */
static int take_region(struct range r, u64 stride, int (*map)(pa_t pa, u64 size), struct diag *d)
{
	bool last = false;
	u64 size = 0;

	for (u64 at = 0; !last && at < r.size; at += size) {
		int err = take_redistributor(r.base + at, r.size - at, stride, map, &last, &size,
					     d);

		if (err)
			return err;
	}
	return 0;
}

int lpi_hide(const struct host_gic *gic, int (*map)(pa_t pa, u64 size), struct diag *d)
{
	int err = 0;

	if (gic->version != 3)
		return 0;
	if (map(PA(gic->gicd.base), PAGE_SIZE))
		return fail(d, -ENOMEM,
			    "GIC: distributor at %#lx: EL2 cannot map it: the page pool is used up",
			    gic->gicd.base);
	if (!(read32(gic->gicd.base + GICD_TYPER) & GICD_TYPER_LPIS))
		return 0;

	for (unsigned i = 0; i < gic->nr_gicr && !err; i++)
		err = take_region(gic->gicr[i], gic->gicr_stride, map, d);
	if (!err)
		err = take_gicd(gic->gicd.base, d);
	return err;
}
