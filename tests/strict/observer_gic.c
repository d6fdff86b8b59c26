/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a GICv3's ITS and redistributors read (Arm IHI 0069): command queue, device and collection
 * tables, ITTs; LPI configuration and pending tables.
 */
#include <string.h>

#include "memory.h"
#include "observer.h"
#include "peek.h"

#define MAX_ITS		8
#define NR_BASER	8
#define VALID_BIT	BIT(63)
#define CMD_SIZE	32

static struct its {
	u64 base, typer, cbaser, baser[NR_BASER], ctlr, cwriter;
	u64 posted;		/* where the commands begin that it was not told of yet */
	u64 seen[MAX_CPUS + 1];
} its[MAX_ITS];
static unsigned nr_its;

void its_reset(void)
{
	nr_its = 0;
}

void its_found(u64 base)
{
	if (nr_its < MAX_ITS)
		its[nr_its++] = (struct its){ .base = base };
}

/* InnerCache is cacheable, and Shareability not Non-shareable: of CBASER and BASER. */
static bool coherent(u64 reg)
{
	return FIELD(reg, 61, 59) >= 2 && FIELD(reg, 11, 10);
}

static u64 queue_size(const struct its *s)
{
	return (FIELD(s->cbaser, 7, 0) + 1) * PAGE;
}

/* Of an indirect table: the pages that its entries lead to. */
static void read_level2(const struct doorbell *d, u64 table, u64 size, u64 page_size, bool through)
{
	u64 entry[PAGE / 8];

	for (u64 at = table; at < table + size; at += PAGE) {
		if (!peek(at, entry, sizeof(entry)))
			continue;
		for (unsigned i = 0; i < PAGE / 8; i++)
			if (entry[i] & VALID_BIT)
				observer_reads(d, entry[i] & 0xffffffffff000ull, page_size, through,
					       "a page of an ITS's table");
	}
}

static void read_tables(struct its *s, const struct doorbell *d)
{
	if (!observer_changed(d->at, s->seen))
		return;
	for (unsigned i = 0; i < NR_BASER; i++) {
		u64 b = s->baser[i], code = FIELD(b, 9, 8);
		u64 page_size = PAGE << 2 * (code < 2 ? code : 2);
		u64 table = b & 0xfffffffff000ull, size = (FIELD(b, 7, 0) + 1) * page_size;

		if (!(b & VALID_BIT))
			continue;
		observer_reads(d, table, size, coherent(b), "an ITS's table");
		if (b & BIT(62))
			read_level2(d, table, size, page_size, coherent(b));
	}
}

/* The tables' attributes are those of ITTs: the weakest, where they differ. */
static bool itts_coherent(const struct its *s)
{
	bool all = true;

	for (unsigned i = 0; i < NR_BASER; i++)
		all &= !(s->baser[i] & VALID_BIT) || coherent(s->baser[i]);
	return all;
}

#define MAPD	0x08
#define INV	0x0c
#define INVALL	0x0d

static void read_command(const struct its *s, const struct doorbell *d, u64 pa)
{
	u64 cmd[CMD_SIZE / 8], entry = s->typer ? FIELD(s->typer, 7, 4) + 1 : 8;

	observer_reads(d, pa, CMD_SIZE, coherent(s->cbaser), "an ITS's command queue");
	if (!peek(pa, cmd, sizeof(cmd)))
		return;
	if ((u8)cmd[0] == MAPD && cmd[2] & VALID_BIT)
		observer_reads(d, cmd[2] & 0xfffffffffff00ull, entry << (FIELD(cmd[1], 4, 0) + 1),
			       itts_coherent(s), "an ITT");
	if ((u8)cmd[0] == INV || (u8)cmd[0] == INVALL)
		lpi_read_config(d);
}

static void read_all(struct its *s, const struct doorbell *d)
{
	u64 size = queue_size(s), queue = s->cbaser & 0xffffffffff000ull;

	if (!(s->ctlr & 1) || !(s->cbaser & VALID_BIT) || s->cwriter >= size)
		return;
	read_tables(s, d);
	for (; s->posted != s->cwriter; s->posted = (s->posted + CMD_SIZE) % size)
		read_command(s, d, queue + s->posted);
}

#define GITS_CTLR	0x00
#define GITS_TYPER	0x08
#define GITS_CBASER	0x80
#define GITS_CWRITER	0x88
#define GITS_BASER	0x100

static void write_register(struct at at, struct its *s, u64 offset, struct told t)
{
	u64 reg = ALIGN_DOWN(offset, 8), cwriter;

	switch (reg) {
	case GITS_CTLR:
		if (offset & 4)
			break;
		s->ctlr = t.val;
		read_all(s, &(struct doorbell){ at, t.ordered, "GITS_CTLR is written" });
		break;
	case GITS_CBASER:
		observer_merge(&s->cbaser, offset, t);
		s->posted = s->cwriter = 0;
		break;
	case GITS_CWRITER:
		cwriter = s->cwriter;
		observer_merge(&cwriter, offset, t);
		s->cwriter = cwriter & 0xfffe0;
		read_all(s, &(struct doorbell){ at, t.ordered, "GITS_CWRITER is written" });
		break;
	default:
		if (reg >= GITS_BASER && reg < GITS_BASER + 8 * NR_BASER) {
			observer_merge(&s->baser[(reg - GITS_BASER) / 8], offset, t);
			memset(s->seen, 0xff, sizeof(s->seen));
		}
	}
}

void its_written(struct at at, u64 base, u64 offset, struct told t)
{
	struct its *s = its;

	while (s < its + nr_its && s->base != base)
		s++;
	if (s == its + nr_its || t.size < 4)
		return;
	if (t.store)
		write_register(at, s, offset, t);
	else if (ALIGN_DOWN(offset, 8) == GITS_TYPER)
		observer_merge(&s->typer, offset, t);
}

#define MAX_FRAMES	256
#define GICR_CTLR	0x00
#define GICR_PROPBASER	0x70
#define GICR_PENDBASER	0x78
#define GICR_INVLPIR	0xa0
#define GICR_INVALLR	0xb0
#define LPI_FIRST	8192
#define LPI_MIN_BITS	14
#define LPI_MAX_BITS	16	/* GICD_TYPER.IDbits, of QEMU's: a larger field counts as that */

static struct redistributor {
	u64 frame, prop, pend;
	bool on;
} redistributors[MAX_FRAMES];
static unsigned nr_redistributors;

void lpi_reset(void)
{
	nr_redistributors = 0;
}

static bool lpi_coherent(u64 reg)
{
	return FIELD(reg, 9, 7) >= 2 && FIELD(reg, 11, 10);
}

static u64 lpis(const struct redistributor *r)
{
	u64 bits = FIELD(r->prop, 4, 0) + 1;

	return BIT(bits < LPI_MIN_BITS ? LPI_MIN_BITS : bits > LPI_MAX_BITS ? LPI_MAX_BITS : bits);
}

static void read_config(const struct redistributor *r, const struct doorbell *d)
{
	observer_reads(d, r->prop & 0xffffffffff000ull, lpis(r) - LPI_FIRST, lpi_coherent(r->prop),
		       "an LPI configuration table");
}

void lpi_read_config(const struct doorbell *d)
{
	for (unsigned i = 0; i < nr_redistributors; i++)
		if (redistributors[i].on)
			read_config(&redistributors[i], d);
}

static struct redistributor *find_redistributor(u64 frame)
{
	struct redistributor *r = redistributors;

	while (r < redistributors + nr_redistributors && r->frame != frame)
		r++;
	if (r == redistributors + MAX_FRAMES)
		return NULL;
	if (r == redistributors + nr_redistributors) {
		nr_redistributors++;
		*r = (struct redistributor){ .frame = frame };
	}
	return r;
}

static void write_ctlr(struct at at, struct redistributor *r, struct told t)
{
	const struct doorbell d = { at, t.ordered, "GICR_CTLR is written" };
	bool was = r->on;

	r->on = t.val & 1;
	if (!r->on || was)
		return;
	read_config(r, &d);
	observer_reads(&d, r->pend & 0xfffffffff0000ull, lpis(r) / 8, lpi_coherent(r->pend),
		       "an LPI pending table");
}

/* Only RD_base has these; what SGI_base and VLPI_base have at their places has another meaning. */
void lpi_written(struct at at, u64 frame, u64 offset, struct told t)
{
	struct redistributor *r;

	if (!t.store || t.size < 4 || !(r = find_redistributor(frame)))
		return;
	switch (ALIGN_DOWN(offset, 8)) {
	case GICR_CTLR:
		if (offset == GICR_CTLR)
			write_ctlr(at, r, t);
		break;
	case GICR_PROPBASER:
		observer_merge(&r->prop, offset, t);
		break;
	case GICR_PENDBASER:
		observer_merge(&r->pend, offset, t);
		break;
	case GICR_INVLPIR:
	case GICR_INVALLR:
		if (r->on)
			read_config(r, &(struct doorbell){ at, t.ordered,
							   "GICR_INVLPIR or GICR_INVALLR is written" });
	}
}
