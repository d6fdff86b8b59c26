/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ITS's commands, checked (Arm GIC architecture, "ITS commands"). What goes on to the hardware
 * is made anew of the fields that were checked, so that nothing else does.
 */
#include <string.h>

#include "hyp/gic.h"
#include "hyp/its.h"

enum op {
	OP_MOVI = 0x01, OP_INT = 0x03, OP_CLEAR = 0x04, OP_SYNC = 0x05, OP_MAPD = 0x08,
	OP_MAPC = 0x09, OP_MAPTI = 0x0a, OP_MAPI = 0x0b, OP_INV = 0x0c, OP_INVALL = 0x0d,
	OP_MOVALL = 0x0e, OP_DISCARD = 0x0f, NR_OPS
};

#define CMD_OP(cmd)		((u8)(cmd)[0])
#define CMD_DEVICE(cmd)		((u32)((cmd)[0] >> 32))
#define CMD_EVENT(cmd)		((u32)(cmd)[1])
#define CMD_INTID(cmd)		((u32)((cmd)[1] >> 32))
#define CMD_EVENT_BITS(cmd)	((unsigned)FIELD((cmd)[1], 4, 0) + 1)
#define CMD_ICID(cmd)		((u32)FIELD((cmd)[2], 15, 0))
#define CMD_RDBASE		GENMASK(51, 16)

static const char beyond_table[] = "the device table has no room for this device";
static const char no_device[] = "the device is not mapped (MAPD)";
static const char no_event[] = "the device has fewer events";
static const char not_mapped[] = "the event is not mapped (MAPTI)";
static const char mapped_already[] = "the event is mapped already";
static const char no_lpi[] = "the interrupt is no LPI that there is";
static const char no_collection[] = "there are fewer collections";
static const char collection_not_mapped[] = "its collection is not mapped (MAPC)";
static const char no_redistributor[] = "no redistributor is there";
static const char out_of_memory[] = "Mavis's memory for ITTs is used up";

static void emit(struct its_batch *b, u64 dw0, u64 dw1, u64 dw2, u64 dw3)
{
	u64 *out = b->cmd[b->nr++];

	out[0] = dw0;
	out[1] = dw1;
	out[2] = dw2;
	out[3] = dw3;
}

static bool target_is_there(const struct its *its, u64 rdbase)
{
	return its->regs.typer & GITS_TYPER_PTA ? gic_has_redistributor(rdbase) :
					     gic_has_number(rdbase >> 16);
}

static bool is_mapped(const struct its *its, u32 icid)
{
	return icid < its->nr_collections && its_bit(its->collection, icid);
}

/* Its ITT may be used until the hardware is through with the batch. */
static void unmap_device(struct its *its, struct its_batch *b, struct its_device *dev)
{
	emit(b, OP_MAPD | (u64)dev->id << 32, 0, 0, 0);
	its->freed[its->nr_freed].at = dev->at;
	its->freed[its->nr_freed++].units = dev->units;
	its_remove(its, dev);
}

/* The page of the second level for the device. A page stays once it is there, as with Linux. */
static const char *make_table(struct its *its, struct its_batch *b, u32 id)
{
	u64 *entry = its->l1 ? &its->l1[id >> its->page_id_shift] : NULL;
	u32 units = BIT(its->page_shift) / ITS_UNIT;
	u16 at;

	if (!entry || *entry)
		return NULL;
	if (its_alloc(its, units, units, &at))
		return out_of_memory;
	*entry = GITS_VALID | (u64)(its->heap + at * ITS_UNIT);
	its_publish(its, entry, sizeof(*entry));
	b->cost += ITS_BATCH_MAPD;
	return NULL;
}

static const char *map_device(struct its *its, struct its_batch *b, u32 id, unsigned bits,
			      bool *again)
{
	struct its_device *dev = its_find(its, id);
	u64 bytes = BIT(bits) * GITS_TYPER_ITE_SIZE(its->regs.typer);
	u32 units = (u32)(ALIGN_UP(bytes, ITS_UNIT) / ITS_UNIT);
	const char *why = NULL;
	u16 at;

	if (bits > GITS_TYPER_EVENT_BITS(its->regs.typer))
		return "the ITS has fewer events";
	if (!dev && its->nr_devices == ITS_MAX_DEVICES)
		return "Mavis has no room for more devices";
	why = make_table(its, b, id);
	if (!why && its_alloc(its, units, 1, &at))
		why = out_of_memory;
	if (why) {
		b->cost += ITS_BATCH_MAPD;	/* all of the heap was searched */
		*again = its->nr_freed;
		return why;
	}
	if (dev)
		unmap_device(its, b, dev);
	dev = its_add(its, id);
	dev->at = at;
	dev->units = (u16)units;
	dev->bits = (u8)bits;
	memset(its_events(its, dev), 0xff, BIT(bits) * sizeof(u16));	/* ITS_NOT_MAPPED */
	emit(b, OP_MAPD | (u64)id << 32, bits - 1,
	     GITS_VALID | (u64)(its->heap + at * ITS_UNIT), 0);
	b->cost += ITS_BATCH_MAPD + units / (PAGE_SIZE / ITS_UNIT);
	return NULL;
}

static const char *mapd(struct its *its, struct its_batch *b, const u64 *cmd, bool *again)
{
	u32 id = CMD_DEVICE(cmd);
	struct its_device *dev;

	if (id >= its->device_ids)
		return beyond_table;
	if (cmd[2] & GITS_VALID)
		return map_device(its, b, id, CMD_EVENT_BITS(cmd), again);
	dev = its_find(its, id);
	if (dev)
		unmap_device(its, b, dev);
	return NULL;
}

static const char *mapc(struct its *its, struct its_batch *b, const u64 *cmd)
{
	u32 icid = CMD_ICID(cmd);
	bool valid = cmd[2] & GITS_VALID;

	if (icid >= its->nr_collections)
		return no_collection;
	if (valid && !target_is_there(its, cmd[2] & CMD_RDBASE))
		return no_redistributor;
	if (valid || is_mapped(its, icid))
		emit(b, OP_MAPC, 0, valid ? GITS_VALID | (cmd[2] & CMD_RDBASE) | icid : icid, 0);
	its_set_bit(its->collection, icid, valid);
	return NULL;
}

/* Where the event's collection is kept; NULL with *why. */
static u16 *find_event(struct its *its, const u64 *cmd, const char **why)
{
	struct its_device *dev = its_find(its, CMD_DEVICE(cmd));

	*why = dev ? no_event : no_device;
	if (!dev || CMD_EVENT(cmd) >= BIT(dev->bits))
		return NULL;
	return its_events(its, dev) + CMD_EVENT(cmd);
}

static const char *map_event(struct its *its, struct its_batch *b, const u64 *cmd, u32 intid)
{
	const char *why;
	u16 *icid = find_event(its, cmd, &why);

	if (!icid)
		return why;
	if (intid < LPI_FIRST || intid >> gic_id_bits())
		return no_lpi;
	if (CMD_ICID(cmd) >= its->nr_collections)
		return no_collection;
	if (*icid != ITS_NOT_MAPPED)
		return mapped_already;
	*icid = (u16)CMD_ICID(cmd);
	emit(b, OP_MAPTI | cmd[0] >> 32 << 32, CMD_EVENT(cmd) | (u64)intid << 32, *icid, 0);
	return NULL;
}

/* What is done to an event that is mapped, to a collection that is too. */
static const char *change_event(struct its *its, struct its_batch *b, const u64 *cmd)
{
	const char *why;
	u16 *icid = find_event(its, cmd, &why);
	u64 to = 0;

	if (!icid)
		return why;
	if (*icid == ITS_NOT_MAPPED)
		return not_mapped;
	if (!is_mapped(its, *icid))
		return collection_not_mapped;
	if (CMD_OP(cmd) == OP_MOVI) {
		to = CMD_ICID(cmd);
		if (!is_mapped(its, (u32)to))
			return collection_not_mapped;
		*icid = (u16)to;
	}
	if (CMD_OP(cmd) == OP_DISCARD)
		*icid = ITS_NOT_MAPPED;
	emit(b, CMD_OP(cmd) | cmd[0] >> 32 << 32, CMD_EVENT(cmd), to, 0);
	return NULL;
}

static const char *of_targets(struct its *its, struct its_batch *b, const u64 *cmd)
{
	u64 from = cmd[2] & CMD_RDBASE, to = 0;

	if (CMD_OP(cmd) == OP_MOVALL)
		to = cmd[3] & CMD_RDBASE;
	if (!target_is_there(its, from) ||
	    (CMD_OP(cmd) == OP_MOVALL && !target_is_there(its, to)))
		return no_redistributor;
	emit(b, CMD_OP(cmd), 0, from, to);
	return NULL;
}

const char *its_command(struct its *its, struct its_batch *b, const u64 cmd[4], bool *again)
{
	*again = false;
	b->cost++;
	switch (CMD_OP(cmd)) {
	case OP_MAPD:
		return mapd(its, b, cmd, again);
	case OP_MAPC:
		return mapc(its, b, cmd);
	case OP_MAPTI:
		return map_event(its, b, cmd, CMD_INTID(cmd));
	case OP_MAPI:
		return map_event(its, b, cmd, CMD_EVENT(cmd));
	case OP_MOVI:
	case OP_DISCARD:
	case OP_INV:
	case OP_INT:
	case OP_CLEAR:
		return change_event(its, b, cmd);
	case OP_INVALL:
		if (!is_mapped(its, CMD_ICID(cmd)))
			return collection_not_mapped;
		emit(b, OP_INVALL, 0, CMD_ICID(cmd), 0);
		return NULL;
	case OP_MOVALL:
	case OP_SYNC:
		return of_targets(its, b, cmd);
	default:
		return "no command of a GICv3's ITS";
	}
}

static bool drop_collection(struct its *its, struct its_batch *b)
{
	for (u32 i = 0; i < its->nr_collections; i += 64) {
		u64 mapped = its->collection[i / 64];

		if (!mapped)
			continue;
		i += (u32)__builtin_ctzll(mapped);
		its_set_bit(its->collection, i, false);
		emit(b, OP_MAPC, 0, i, 0);
		return true;
	}
	return false;
}

bool its_drop(struct its *its, struct its_batch *b)
{
	b->cost++;
	if (its->drop_devices && its->nr_devices) {
		unmap_device(its, b, &its->device[its->nr_devices - 1]);
		return true;
	}
	its->drop_devices = false;
	its->drop_collections = its->drop_collections && drop_collection(its, b);
	return its->drop_collections;
}

const char *its_command_name(u64 cmd)
{
	static const char names[NR_OPS][8] = {
		[OP_MOVI] = "MOVI",	[OP_INT] = "INT",	[OP_CLEAR] = "CLEAR",
		[OP_SYNC] = "SYNC",	[OP_MAPD] = "MAPD",	[OP_MAPC] = "MAPC",
		[OP_MAPTI] = "MAPTI",	[OP_MAPI] = "MAPI",	[OP_INV] = "INV",
		[OP_INVALL] = "INVALL", [OP_MOVALL] = "MOVALL", [OP_DISCARD] = "DISCARD",
	};

	return (u8)cmd < NR_OPS && *names[(u8)cmd] ? names[(u8)cmd] : "a command";
}
