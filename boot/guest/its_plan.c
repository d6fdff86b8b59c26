/* SPDX-License-Identifier: Apache-2.0 */
/* What tables an ITS gets: how large they are, and where in one block of memory. */
#include "boot/guest/its_parts.h"

#define MAX_PAGES	256u		/* GITS_BASER.Size */
#define NR_CODES	3
/*
 * Of a device table that has to be there as a whole: what Linux allocates at most. Boards rely on
 * it: behind a Hip07's mbigens there are devices up to 0x46b1b, and its ITSs have one level only.
 */
#define MAX_FLAT	MIB(4)
#define LEVEL2		KIB(256)	/* of the pages of one that has not, ... */
#define LEVEL2_PAGES	8		/* ... but at least so many */

static unsigned log2_of(u64 n)
{
	return 63 - (unsigned)__builtin_clzll(n);
}

/* The smallest pages of which @bytes are not too many, or as much of it as the largest can hold. */
static void choose_pages(struct its_table *t, u64 bytes)
{
	for (unsigned code = 0; code < NR_CODES; code++) {
		u64 pages = ALIGN_UP(bytes, its_page_size(code)) / its_page_size(code);

		if (!(t->codes & BIT(code)))
			continue;
		t->code = (u8)code;
		t->pages = (u32)MIN(pages, MAX_PAGES);
		if (pages <= MAX_PAGES)
			return;
	}
}

static u64 table_size(const struct its_table *t)
{
	return t->pages * its_page_size(t->code);
}

/* Two levels where a flat one takes more than two pages, as Linux has it. */
static void plan_devices(struct its_plan *p)
{
	struct its_table *t = &p->device;
	u64 ids = BIT(p->device_bits), flat = ids * t->entry;

	p->device_ids = ids;
	if (!t->there)
		return;
	t->indirect = t->two_levels && flat > 2 * PAGE_SIZE;
	if (!t->indirect) {
		choose_pages(t, MIN(flat, MAX_FLAT));
		p->device_ids = MIN(ids, table_size(t) / t->entry);
		return;
	}
	for (unsigned code = 0; code < NR_CODES; code++) {
		if (!(t->codes & BIT(code)))
			continue;
		p->page_id_shift = (u8)log2_of(its_page_size(code) / t->entry);
		t->code = (u8)code;
		t->pages = (u32)MIN(ALIGN_UP(MAX(ids >> p->page_id_shift, 1) * 8,
					     its_page_size(code)) / its_page_size(code), MAX_PAGES);
		p->device_ids = MIN(ids, table_size(t) / 8 << p->page_id_shift);
		if (p->device_ids == ids)
			break;
	}
}

/* CollectionIDs below HCC are kept in the ITS itself. */
static void plan_collections(struct its_plan *p)
{
	struct its_table *t = &p->collection;
	u64 ids = MIN(BIT(GITS_TYPER_CID_BITS(p->typer)), ITS_MAX_COLLECTIONS);

	p->nr_collections = (u32)MIN(ids, GITS_TYPER_HCC(p->typer));
	if (!t->there)
		return;
	choose_pages(t, ids * t->entry);
	p->nr_collections = (u32)MIN(ids, table_size(t) / t->entry);
}

/* ITTs for as many events as there can be LPIs, up to a number. */
static void plan_heap(struct its_plan *p)
{
	u32 ite = GITS_TYPER_ITE_SIZE(p->typer);
	u64 bytes = MIN(BIT(p->id_bits), ITS_MAX_MAPPED) * ite;
	u64 page = its_page_size(p->device.code);

	if (p->device.indirect)
		bytes += MAX(LEVEL2, LEVEL2_PAGES * page);
	p->nr_units = (u32)(ALIGN_UP(bytes, PAGE_SIZE) / ITS_UNIT);
	p->nr_events = its_heap_events(p->nr_units, ite);
}

static u64 place(struct its_plan *p, u64 size, u64 align)
{
	u64 at = ALIGN_UP(p->size, align);

	p->size = at + size;
	return at;
}

/* The queue is at the block's start. */
void its_plan(struct its_plan *p)
{
	plan_devices(p);
	plan_collections(p);
	plan_heap(p);

	p->size = ITS_QUEUE_SIZE;
	p->device.at = place(p, table_size(&p->device), its_page_size(p->device.code));
	p->collection.at = place(p, table_size(&p->collection), its_page_size(p->collection.code));
	p->heap = place(p, (u64)p->nr_units * ITS_UNIT, its_page_size(p->device.code));
	p->used = place(p, ALIGN_UP(p->nr_units, 64) / 8, 64);
	p->mapped = place(p, ALIGN_UP(p->nr_collections, 64) / 8, 64);
	p->its = place(p, sizeof(struct its), 64);
	p->devices = place(p, ITS_MAX_DEVICES * sizeof(struct its_device), 64);
	p->icid = place(p, p->nr_events * sizeof(u16), 64);
	p->size = ALIGN_UP(p->size, PAGE_SIZE);
}
