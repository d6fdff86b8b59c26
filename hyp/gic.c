/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/gic.h"

#include "drivers/console.h"
#include "drivers/cpu_power.h"
#include "drivers/io.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "hyp/trap.h"

#define BASER_IDBITS	GENMASK(4, 0)		/* GICR_PROPBASER: INTID bits - 1 */
#define INV_V		BIT(63)			/* a virtual LPI */

/* Architected where LPIs are: hardware takes an IDbits below 13 as no LPI at all. */
#define LPI_MIN_BITS	14

static struct gicr gicrs[MAX_CPUS] __noinit;
static unsigned nr_gicrs;
static unsigned id_bits;

/* Which LPIs are on, and with what tables: across redistributors that share these. */
static struct lock lpi_lock;

void gic_init(unsigned bits)
{
	id_bits = bits;
	nr_gicrs = 0;
}

struct gicr *gic_add_redistributor(u64 pa, u64 typer)
{
	if (nr_gicrs == ARRAY_SIZE(gicrs))
		return NULL;
	gicrs[nr_gicrs] = (struct gicr){ .pa = pa, .typer = typer, .ending = true };
	return &gicrs[nr_gicrs++];
}

struct gicr *gic_redistributor(unsigned i)
{
	return i < nr_gicrs ? &gicrs[i] : NULL;
}

bool gic_has_number(u64 number)
{
	for (unsigned i = 0; i < nr_gicrs; i++)
		if (GICR_TYPER_NUMBER(gicrs[i].typer) == number)
			return true;
	return false;
}

bool gic_has_redistributor(u64 pa)
{
	const struct mmio_page *page = mmio_find(IPA(pa));

	return page && page->ipa == pa && page->handler == gic_access_gicr;
}

u64 gic_target(bool by_address)
{
	return by_address ? gicrs[0].pa : (u64)GICR_TYPER_NUMBER(gicrs[0].typer) << 16;
}

unsigned gic_id_bits(void)
{
	return id_bits;
}

/*
 * RWP is 1 until LPIs that were turned off are, but also until a write of GICR_ICENABLER0 takes
 * effect, which the guest makes by itself: then the hardware uses no tables.
 */
bool gic_lpis_on(struct gicr *r)
{
	u32 ctlr = read32(r->pa + GICR_CTLR);

	r->ending &= (ctlr & GICR_CTLR_RWP) != 0;
	return r->ending || ctlr & GICR_CTLR_ENABLE_LPIS;
}

/* CommonLPIAff: the affinity fields down to which redistributors must have one table. */
static bool same_group(const struct gicr *a, const struct gicr *b)
{
	u64 fields = GICR_TYPER_COMMON(a->typer);
	u64 mask = fields ? GENMASK(31, 32 - 8 * fields) : 0;

	return !((GICR_TYPER_AFFINITY(a->typer) ^ GICR_TYPER_AFFINITY(b->typer)) & mask);
}

/* The configuration table that others use which must have the same one; NULL: none does. */
static const struct gicr *group_uses(const struct gicr *r)
{
	for (struct gicr *o = gicrs; o < gicrs + nr_gicrs; o++)
		if (o != r && same_group(o, r) && gic_lpis_on(o))
			return o;
	return NULL;
}

static bool same_table(u64 a, u64 b)
{
	return !((a ^ b) & (GICR_PROPBASER_ADDR | BASER_IDBITS));
}

/*
 * A byte for each INTID from the first LPI on, and a bit for each from 0 on. Both for at least the
 * LPIs that there must be.
 */
static struct gic_tables tables_of(u64 prop, u64 pend)
{
	u64 bits = MAX(MIN((prop & BASER_IDBITS) + 1, id_bits), LPI_MIN_BITS);

	return (struct gic_tables){
		.config = { prop & GICR_PROPBASER_ADDR, BIT(bits) - LPI_FIRST },
		.pending = { pend & GICR_PENDBASER_ADDR, BIT(bits) / 8 },
	};
}

struct gic_tables gic_lpi_tables(const struct gicr *r)
{
	return tables_of(read64(r->pa + GICR_PROPBASER), read64(r->pa + GICR_PENDBASER));
}

static const char *not_the_guests(struct gic_tables t)
{
	if (!guest_has_memory(t.config))
		return "GICR_PROPBASER names memory that is not the guest's own";
	if (!guest_has_memory(t.pending))
		return "GICR_PENDBASER names memory that is not the guest's own";
	return NULL;
}

const char *gic_lpi_tables_refused(const struct gicr *r)
{
	const char *why = not_the_guests(gic_lpi_tables(r));
	const struct gicr *o = group_uses(r);

	if (!why && o &&
	    !same_table(read64(o->pa + GICR_PROPBASER), read64(r->pa + GICR_PROPBASER)))
		why = "GICR_PROPBASER differs from that of CPUs that have LPIs on";
	return why;
}

static const char *write_ctlr(struct gicr *r, u64 val)
{
	bool enabled = read32(r->pa + GICR_CTLR) & GICR_CTLR_ENABLE_LPIS;
	const char *why = NULL;

	val &= GICR_CTLR_DPG | GICR_CTLR_ENABLE_LPIS;
	if (val & GICR_CTLR_ENABLE_LPIS && !enabled) {
		why = gic_lpis_on(r) ? "its LPIs are still being turned off" :
				       gic_lpi_tables_refused(r);
		if (why)
			val &= ~GICR_CTLR_ENABLE_LPIS;
	}
	r->ending |= enabled && !(val & GICR_CTLR_ENABLE_LPIS);
	r->was_on |= (val & GICR_CTLR_ENABLE_LPIS) != 0;
	write32(r->pa + GICR_CTLR, (u32)val);
	return why;
}

/*
 * The guest has the distributor: while it clears GICD_CTLR.ARE_NS, where that can be, EnableLPIs
 * reads as 0, and may come back (Arm GIC architecture, GICR_CTLR). So tables of LPIs that were on
 * once only ever move within the guest's memory, and not by halves. With one configuration table
 * goes the size of all pending tables.
 */
static const char *leaves_the_guests(const struct gicr *r, u64 offset, unsigned size, u64 val)
{
	bool config = offset < GICR_PENDBASER;
	const char *why = NULL;

	for (const struct gicr *o = gicrs; o < gicrs + nr_gicrs && !why; o++) {
		if (!o->was_on || (o != r && !(config && same_group(o, r))))
			continue;
		if (size != 8)
			why = "LPIs were on with it: write 8 bytes at once";
		else if (config)
			why = not_the_guests(tables_of(val, read64(o->pa + GICR_PENDBASER)));
		else
			why = not_the_guests(tables_of(read64(o->pa + GICR_PROPBASER), val));
	}
	return why;
}

/*
 * The address of a table, or half of it; of a pending table's what is not RES0. Not while hardware
 * uses the one that is there (Arm GIC architecture, GICR_PROPBASER, GICR_PENDBASER: UNPREDICTABLE);
 * and redistributors that share a configuration table may share the register.
 */
static const char *write_table(struct gicr *r, u64 offset, unsigned size, u64 val)
{
	const struct gicr *o = offset < GICR_PENDBASER ? group_uses(r) : NULL;
	const char *why;

	if (gic_lpis_on(r))
		return "its LPIs are on, or still being turned off";
	if (o && (size != 8 || !same_table(read64(o->pa + GICR_PROPBASER), val)))
		return "CPUs that must have the same GICR_PROPBASER have LPIs on";
	why = leaves_the_guests(r, offset, size, val);
	if (why)
		return why;
	if (offset == GICR_PENDBASER)
		val &= ~GICR_PENDBASER_RES0;
	if (size == 8)
		write64(r->pa + offset, val);
	else
		write32(r->pa + offset, (u32)val);
	return NULL;
}

/*
 * What the guest may write of the page. Left out: registers that make LPIs pending by hand, which
 * where there is an ITS nobody needs; the partition of memory accesses; what is not architected,
 * such as power.
 */
static const char *write_gicr(struct gicr *r, u64 offset, unsigned size, u64 val)
{
	switch (offset) {
	case GICR_CTLR:
		return size == 4 ? write_ctlr(r, val) : NULL;
	case GICR_STATUSR:
	case GICR_WAKER:
		if (size == 4)
			write32(r->pa + offset,
				(u32)(offset == GICR_WAKER ? val & GICR_WAKER_SLEEP : val));
		return NULL;
	case GICR_PROPBASER:
	case GICR_PROPBASER + 4:
	case GICR_PENDBASER:
	case GICR_PENDBASER + 4:
		return size >= 4 ? write_table(r, offset, size, val) : NULL;
	case GICR_INVLPIR:
	case GICR_INVALLR:
		if (size == 8 && !(val & INV_V))
			write64(r->pa + offset, val);
		else if (size == 4)		/* the lower half, with the INTID */
			write32(r->pa + offset, (u32)val);
		return NULL;
	default:
		return NULL;
	}
}

static u64 read_page(u64 page, u64 offset, unsigned size)
{
	u64 at = page + ALIGN_DOWN(offset, 4);

	if (size == 8)
		return read32(at) | (u64)read32(at + 4) << 32;
	return read32(at) >> (offset & 3) * 8;
}

/*
 * Of GICv4.1, and what falls between a break and a make of stage 2; else the guest reads by itself.
 * GICR_TYPER.RVPEID without an ITS of GICv4.1 makes Linux warn of hardware that contradicts itself.
 * VLPIS stays: the redistributor has as many frames.
 */
static u64 read_gicr(const struct gicr *r, u64 offset, unsigned size)
{
	u64 val = read_page(r->pa, offset, size);

	if (ALIGN_DOWN(offset, 8) == GICR_TYPER)
		val &= ~(GICR_TYPER_RVPEID >> (offset & 7) * 8);
	return val;
}

u64 gic_access_gicr(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	struct gicr *r = arg;
	const char *why;

	if (!write)
		return read_gicr(r, offset, size);
	lock(&lpi_lock);
	why = write_gicr(r, offset, size, val);
	unlock(&lpi_lock);
	if (why && trap_may_print())
		print("mavis: GIC: redistributor at %#lx: write of %#lx at offset %#lx: %s; ignored\n",
		      r->pa, val, offset, why);
	return 0;
}

u64 gic_access_vlpi(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	(void)val;
	return write ? 0 : read_page((u64)arg, offset, size);
}
