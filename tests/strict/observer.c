/* SPDX-License-Identifier: Apache-2.0 */
#include "observer.h"

#include <inttypes.h>
#include <string.h>

#include "memory.h"
#include "peek.h"
#include "report.h"

#define FRAME		0x10000u	/* of registers: of a GIC and of an SMMUv3 */
#define MAX_DEVICES	64

enum device { GICR, ITS, SMMU };

static struct {
	enum device device;
	u64 base, size;
} devices[MAX_DEVICES];
static unsigned nr_devices;

void observers_reset(void)
{
	nr_devices = 0;
	memset(memory_observed, 0, sizeof(memory_observed));
	its_reset();
	lpi_reset();
	smmu_reset();
}

static void add(enum device device, u64 base, u64 size)
{
	if (nr_devices == MAX_DEVICES)
		return;
	devices[nr_devices].device = device;
	devices[nr_devices].base = base;
	devices[nr_devices++].size = size;
}

void observers_found(const char *compatible, unsigned nr, u64 base, u64 size)
{
	if (!strcmp(compatible, "arm,gic-v3") && nr)
		add(GICR, base, size);	/* and GICC, GICH, GICV, which have no such registers */
	if (!strcmp(compatible, "arm,gic-v3-its") && !nr) {
		add(ITS, base, FRAME);
		its_found(base);
	}
	if (!strcmp(compatible, "arm,smmu-v3") && !nr) {
		add(SMMU, base, 2 * FRAME);
		smmu_found(base);
	}
}

bool observer_has(u64 pa)
{
	for (unsigned i = 0; i < nr_devices; i++)
		if (pa - devices[i].base < devices[i].size)
			return true;
	return false;
}

void observers_register(struct at at, u64 pa, struct told t)
{
	for (unsigned i = 0; i < nr_devices; i++) {
		u64 base = devices[i].base, offset = pa - base;

		if (offset >= devices[i].size)
			continue;
		if (devices[i].device == GICR)
			lpi_written(at, ALIGN_DOWN(pa, FRAME), pa % FRAME, t);
		else if (devices[i].device == ITS)
			its_written(at, base, offset, t);
		else
			smmu_accessed(at, base, offset % FRAME, t);
	}
}

void observers_loaded(struct at at, u64 pa)
{
	smmu_loaded(at, pa);
}

void observers_dc(struct at at, u64 pa)
{
	smmu_dc(at, pa);
}

void observers_check_leave(struct at at)
{
	smmu_check_leave(at);
}

void observer_reads(const struct doorbell *d, u64 pa, u64 size, bool coherent, const char *what)
{
	static const struct {
		enum rule rule;
		const char *text;
	} faults[] = {
		[UNORDERED] = { DEVICE_UNORDERED, "was stored to, and no barrier orders that" },
		[CLEANING] = { DEVICE_UNORDERED, "is being cleaned, and no DSB completes that" },
		[DIRTY] = { DEVICE_DIRTY, "is dirty in a cache that it does not look into" },
		[STALE] = { STALE_READ, "may be in a cache as it was" },
	};
	u64 found;
	enum seen seen = memory_seen_by_device(d->at, pa, size, coherent, d->released, &found);

	memory_observe(pa, size);
	if (seen != SEEN)
		report(faults[seen].rule, d->at, "%s (x30 is %s): %#" PRIx64 " of %s %s", d->told,
		       report_place(peek_x(30)), found, what, faults[seen].text);
}

void observer_merge(u64 *reg, u64 offset, struct told t)
{
	u64 mask = t.size == 8 ? ~0ull : 0xffffffffull << 8 * (offset & 4);

	*reg = (*reg & ~mask) | (t.val << 8 * (offset & 4) & mask);
}

bool observer_changed(struct at at, u64 seen[MAX_CPUS + 1])
{
	bool changed = seen[MAX_CPUS] != memory_observed[MAX_CPUS] ||
		       seen[at.cpu] != memory_observed[at.cpu];

	seen[MAX_CPUS] = memory_observed[MAX_CPUS];
	seen[at.cpu] = memory_observed[at.cpu];
	return changed;
}
