/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/gic.h"

#include "drivers/io.h"

#define GICD_TYPER_HIDDEN	(GENMASK(18, 17) | GENMASK(15, 11))	/* DVIS, LPIS, num_LPIs */

#define GICR_CTLR_HIDDEN	GENMASK(2, 0)		/* IR, CES, EnableLPIs */
#define GICR_TYPER_HIDDEN	(BIT(3) | BIT(0))	/* DirectLPI, PLPIS */

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
	[GIC_GICD] = gicd_hidden,
	[GIC_GICR] = gicr_hidden,
	[GIC_VLPI] = vlpi_hidden,
};

u64 gic_visible(enum gic_page page, u64 offset)
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
bool gic_access_ok(enum gic_page page, u64 offset, unsigned size)
{
	switch (size) {
	case 1:					/* GICD_IPRIORITYR, GICD_ITARGETSR */
		return page == GIC_GICD && offset >= 0x400 && offset < 0xc00;
	case 4:
		return true;
	case 8:
		return page == GIC_GICR && offset == GICR_TYPER;
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
static u64 forward(enum gic_page page, u64 pa, unsigned size, bool write, u64 val)
{
	u64 offset = pa & PAGE_MASK;
	u64 mask = gic_visible(page, offset) >> (offset & 7) * 8;

	if (!mask || !gic_access_ok(page, offset, size))
		return 0;
	if (!write)
		return read_register(pa, size) & mask;
	write_register(pa, size, val & mask);
	return 0;
}

u64 gic_access_gicd(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	return forward(GIC_GICD, (u64)arg + offset, size, write, val);
}

u64 gic_access_gicr(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	return forward(GIC_GICR, (u64)arg + offset, size, write, val);
}

u64 gic_access_vlpi(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	return forward(GIC_VLPI, (u64)arg + offset, size, write, val);
}
