/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small ITS for the tests, and hardware that takes no wrong command: it carries out what comes
 * out of hyp/its_command.c, and fails the test (CHECK) at all that the architecture leaves
 * unpredictable, at an ITT that is not Mavis's memory, not clear, or somebody else's, at a device
 * without a place in the table, and at a page of the table that is not where its size has it.
 */
#ifndef TESTS_UNIT_ITS_MODEL_H
#define TESTS_UNIT_ITS_MODEL_H

#include <string.h>

#include "hyp/gic.h"
#include "hyp/its.h"
#include "mm/pgtable.h"

#define MODEL_DEVICES	64u
#define MODEL_ID_SHIFT	4		/* devices of a page of the table's second level */
#define MODEL_UNITS	96u		/* with pages of 4 KiB, more with larger ones */
#define MODEL_MAX_UNITS	(16 * MODEL_UNITS)
#define MODEL_EVENTS	(MODEL_MAX_UNITS * ITS_UNIT / 8)
#define MODEL_EVENT_BITS 9u
#define MODEL_COLLECTIONS 70u
#define MODEL_ITE	12u
#define MODEL_LPI_BITS	14u
#define MODEL_CPUS	3u		/* Processor_Numbers 0, 1, 2 */

struct model_device {
	bool mapped;
	u64 itt;
	unsigned bits;
	bool event[1 << MODEL_EVENT_BITS];
	u16 icid[1 << MODEL_EVENT_BITS];
};

static struct model {
	struct its its;
	_Alignas(65536) u8 heap[MODEL_MAX_UNITS * ITS_UNIT];
	u64 l1[MODEL_DEVICES >> MODEL_ID_SHIFT];
	u64 used[MODEL_MAX_UNITS / 64], collection[2];
	u16 icid[MODEL_EVENTS];
	struct its_device device[ITS_MAX_DEVICES];
	/* the hardware's */
	struct model_device hw[MODEL_DEVICES];
	bool mapped[MODEL_COLLECTIONS];
	unsigned done;			/* commands */
} model;

/* @page_shift: of a page of the device table's second level; 0: it has one level. */
static inline void model_reset(unsigned page_shift)
{
	u32 units = MODEL_UNITS << (page_shift ? page_shift - 12 : 0);

	memset(&model, 0, offsetof(struct model, heap));
	memset(model.l1, 0, sizeof(model) - offsetof(struct model, l1));
	memset(model.heap, 0xa5, units * ITS_UNIT);
	memset(model.icid, 0x5a, sizeof(model.icid));
	model.its = (struct its){
		.regs.typer = GITS_TYPER_PHYSICAL | (MODEL_ITE - 1) << 4 |
			      (MODEL_EVENT_BITS - 1) << 8 | 5 << 13,
		.device_ids = MODEL_DEVICES,
		.l1 = page_shift ? model.l1 : NULL,
		.page_shift = (u8)page_shift,
		.page_id_shift = MODEL_ID_SHIFT,
		.nr_collections = MODEL_COLLECTIONS,
		.collection = model.collection,
		.heap = model.heap,
		.nr_units = (u16)units,
		.used = model.used,
		.icid = model.icid,
		.device = model.device,
	};
}

static inline bool model_is_clear(const u8 *p, u64 size)
{
	while (size && !*p) {
		p++;
		size--;
	}
	return !size;
}

static inline struct range model_itt(const struct model_device *dev)
{
	return (struct range){ dev->itt, (2ul << (dev->bits - 1)) * MODEL_ITE };
}

static inline bool model_in_heap(struct range r)
{
	return range_contains((struct range){ (u64)model.heap, model.its.nr_units * ITS_UNIT }, r);
}

/* A page of the second level as the hardware finds it, by the bits that its size leaves. */
static inline struct range model_page(u64 entry)
{
	unsigned shift = model.its.page_shift;

	return (struct range){ entry & GENMASK(51, shift), BIT(shift) };
}

/* What the hardware uses of the heap, but for that of @but. */
static inline bool model_in_use(struct range r, const struct model_device *but)
{
	for (unsigned i = 0; i < MODEL_DEVICES; i++)
		if (model.hw[i].mapped && &model.hw[i] != but &&
		    ranges_overlap(model_itt(&model.hw[i]), r))
			return true;
	for (unsigned i = 0; i < MODEL_DEVICES >> MODEL_ID_SHIFT; i++)
		if (model.l1[i] && ranges_overlap(model_page(model.l1[i]), r))
			return true;
	return false;
}

static inline void model_mapd(const u64 *cmd)
{
	u64 id = cmd[0] >> 32;
	struct model_device *dev = &model.hw[id];

	CHECK(id < MODEL_DEVICES);
	if (!(cmd[2] & GITS_VALID)) {
		CHECK(dev->mapped && !cmd[1] && !cmd[2]);
		dev->mapped = false;
		return;
	}
	CHECK(!dev->mapped && cmd[1] < MODEL_EVENT_BITS && !(cmd[2] & 0xff));
	memset(dev, 0, sizeof(*dev));
	dev->itt = cmd[2] & GENMASK(51, 8);
	dev->bits = (unsigned)cmd[1] + 1;
	CHECK(model_in_heap(model_itt(dev)) && !model_in_use(model_itt(dev), dev));
	CHECK(model_is_clear((u8 *)dev->itt, model_itt(dev).size));
	dev->mapped = true;
	if (model.its.l1) {
		u64 entry = model.l1[id >> MODEL_ID_SHIFT];

		CHECK(entry == (GITS_VALID | model_page(entry).base));
		CHECK(model_in_heap(model_page(entry)));
	}
	memset((u8 *)dev->itt, 0xee, model_itt(dev).size);	/* it is the hardware's now */
}

static inline void model_target(u64 rdbase)
{
	CHECK(!(rdbase & 0xffff) && rdbase >> 16 < MODEL_CPUS);
}

static inline void model_event(const u64 *cmd)
{
	struct model_device *dev = &model.hw[cmd[0] >> 32];
	u32 event = (u32)cmd[1], icid = (u32)cmd[2];
	u8 op = (u8)cmd[0];

	CHECK(cmd[0] >> 32 < MODEL_DEVICES && dev->mapped && event < 1u << dev->bits);
	CHECK(cmd[2] < MODEL_COLLECTIONS && !cmd[3]);
	if (op == 0x0a) {
		CHECK(!dev->event[event]);
		CHECK(cmd[1] >> 32 >= 8192 && cmd[1] >> 32 < 1 << MODEL_LPI_BITS);
		dev->event[event] = true;
		dev->icid[event] = (u16)icid;
		return;
	}
	CHECK(!(cmd[1] >> 32) && dev->event[event] && model.mapped[dev->icid[event]]);
	if (op == 0x01) {
		CHECK(model.mapped[icid]);
		dev->icid[event] = (u16)icid;
	} else {
		CHECK(!icid);
	}
	if (op == 0x0f)
		dev->event[event] = false;
}

static inline void model_run(const u64 *cmd)
{
	u64 icid = cmd[2] & 0xffff;

	model.done++;
	CHECK(!FIELD(cmd[0], 31, 8));
	switch ((u8)cmd[0]) {
	case 0x08:
		model_mapd(cmd);
		break;
	case 0x09:
		CHECK(icid < MODEL_COLLECTIONS);
		model.mapped[icid] = cmd[2] & GITS_VALID;
		if (cmd[2] & GITS_VALID)
			model_target(cmd[2] & ~GITS_VALID & ~0xffff);
		else
			CHECK(cmd[2] == icid);
		break;
	case 0x0d:
		CHECK(cmd[2] == icid && icid < MODEL_COLLECTIONS && model.mapped[icid]);
		break;
	case 0x0e:
		model_target(cmd[3]);
		model_target(cmd[2]);
		break;
	case 0x05:
		model_target(cmd[2]);
		break;
	case 0x01:
	case 0x03:
	case 0x04:
	case 0x0a:
	case 0x0c:
	case 0x0f:
		model_event(cmd);
		break;
	default:
		CHECK(!"a command of a GICv3");
	}
}

/* What the hardware no longer uses after the batch comes back. */
static inline void model_finish(struct its_batch *b)
{
	struct its *its = &model.its;

	for (; its->nr_freed; its->nr_freed--)
		its_free(its, its->freed[its->nr_freed - 1].at,
			 its->freed[its->nr_freed - 1].units);
	b->nr = b->cost = 0;
}

/* The hardware does the batch. */
static inline void model_batch(struct its_batch *b)
{
	CHECK(b->nr <= ITS_BATCH_OUT);
	for (unsigned i = 0; i < b->nr; i++)
		model_run(b->cmd[i]);
	model_finish(b);
}

/* What the two have mapped is the same, and what is used of the heap is what they use. */
static inline void model_compare(void)
{
	struct its *its = &model.its;
	unsigned units = 0, used = 0, nr = 0;

	for (unsigned i = 0; i < MODEL_DEVICES; i++) {
		const struct model_device *dev = &model.hw[i];
		struct its_device *own = its_find(its, i);

		CHECK(!own == !dev->mapped);
		if (!own)
			continue;
		nr++;
		units += own->units;
		CHECK(dev->bits == own->bits && dev->itt == (u64)model.heap + own->at * ITS_UNIT);
		for (unsigned e = 0; e < 1u << dev->bits; e++)
			CHECK(its_events(its, own)[e] ==
			      (dev->event[e] ? dev->icid[e] : ITS_NOT_MAPPED));
	}
	CHECK(nr == its->nr_devices);
	for (unsigned i = 0; i < MODEL_COLLECTIONS; i++)
		CHECK((model.collection[i / 64] >> i % 64 & 1) == model.mapped[i]);
	for (unsigned i = 0; i < MODEL_DEVICES >> MODEL_ID_SHIFT; i++)
		units += model.l1[i] ? BIT(its->page_shift) / ITS_UNIT : 0;
	for (unsigned i = 0; i < ARRAY_SIZE(model.used); i++)
		used += (unsigned)__builtin_popcountll(model.used[i]);
	CHECK(used == units);
}

#endif
