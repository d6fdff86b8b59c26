/* SPDX-License-Identifier: Apache-2.0 */
/* What an ITS has mapped, and the memory for it. */
#include <string.h>

#include "hyp/its.h"
#include "lib/errno.h"

static void set_used(struct its *its, u32 at, u32 units, bool used)
{
	for (u32 unit = at; unit < at + units; unit++)
		its_set_bit(its->used, unit, used);
}

/* The last unit of these that is used; @at - 1: none is. */
static u32 last_used(const struct its *its, u32 at, u32 units)
{
	u32 unit = at + units;

	while (unit-- > at)
		if (its_bit(its->used, unit))
			break;
	return unit;
}

static bool find_free(const struct its *its, u32 from, u32 units, u32 align, u32 *out)
{
	u32 at = (u32)ALIGN_UP(from, align);

	while (at + units <= its->nr_units) {
		u32 last = last_used(its, at, units);

		if (last + 1 == at) {
			*out = at;
			return true;
		}
		at = (u32)ALIGN_UP(last + 1, align);
		while (!(at % 64) && at < its->nr_units && its->used[at / 64] == ~0ull)
			at += MAX(64u, align);
	}
	return false;
}

int its_alloc(struct its *its, u32 units, u32 align, u16 *out)
{
	u32 at;

	if (!find_free(its, its->hint, units, align, &at) && !find_free(its, 0, units, align, &at))
		return -ENOMEM;
	set_used(its, at, units, true);
	its->hint = (u16)(at + units);
	memset(its->heap + at * ITS_UNIT, 0, units * ITS_UNIT);
	its_publish(its, its->heap + at * ITS_UNIT, units * ITS_UNIT);
	*out = (u16)at;
	return 0;
}

void its_free(struct its *its, u32 at, u32 units)
{
	set_used(its, at, units, false);
	its->hint = (u16)MIN(its->hint, at);
}

/* The place of @id: of the first device that is not below it. */
static unsigned place_of(const struct its *its, u32 id)
{
	unsigned low = 0, high = its->nr_devices;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (its->device[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct its_device *its_find(struct its *its, u32 id)
{
	unsigned at = place_of(its, id);

	return at < its->nr_devices && its->device[at].id == id ? &its->device[at] : NULL;
}

struct its_device *its_add(struct its *its, u32 id)
{
	unsigned at = place_of(its, id);
	struct its_device *dev = &its->device[at];

	if (its->nr_devices == ITS_MAX_DEVICES)
		return NULL;
	memmove(dev + 1, dev, (its->nr_devices - at) * sizeof(*dev));
	its->nr_devices++;
	*dev = (struct its_device){ .id = id };
	return dev;
}

void its_remove(struct its *its, struct its_device *dev)
{
	its->nr_devices--;
	memmove(dev, dev + 1, (size_t)(its->device + its->nr_devices - dev) * sizeof(*dev));
}

u16 *its_events(const struct its *its, const struct its_device *dev)
{
	return its->icid + its_heap_events(dev->at, GITS_TYPER_ITE_SIZE(its->regs.typer));
}
