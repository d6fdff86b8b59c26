/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/doubt.h"

#include <string.h>

/* What Linux's command line has room for (COMMAND_LINE_SIZE on arm64), less the NUL. */
#define LINUX_BOOTARGS	2047

/* The first byte of @r that no memory node has, and in *end where memory goes on, or @r ends. */
static u64 first_gap(const struct host *host, struct range r, u64 *end)
{
	u64 at = r.base;

	*end = range_end(r);
	for (unsigned i = 0; i < host->nr_memory; i++) {
		struct range bank = host->memory[i];

		if (at >= bank.base && at < range_end(bank))
			at = MIN(range_end(bank), range_end(r));
		else if (bank.base > at)
			*end = MIN(*end, bank.base);
	}
	return at;
}

/* The first device in @r; only one with registers of its own, or any window too. */
static const struct host_mmio *find_device(const struct host *host, struct range r, bool windows)
{
	for (const struct host_mmio *m = host->mmio; m < host->mmio + host->nr_mmio; m++)
		if ((windows || m->kind <= HOST_PCI_ECAM) && ranges_overlap(m->range, r))
			return m;
	return NULL;
}

/*
 * Where nothing answers the guest dies without a word. What is exposed to nobody is for a guest
 * that finds it by itself, as it does memory that is plugged in.
 */
static bool no_memory(const struct doubts *d, const struct region *r, char *buf, size_t size)
{
	const struct host_mmio *device;
	u64 gap, end;

	if ((r->type != REGION_RAM && !region_is_memory(r)) || r->opts.expose == EXPOSE_NONE)
		return false;
	gap = first_gap(d->host, region_pa(r), &end);
	if (gap == range_end(region_pa(r)))
		return false;
	for (unsigned i = 0; i < d->host->nr_reserved; i++)
		if (d->host->reserved[i].used &&
		    range_contains(d->host->reserved[i].range, (struct range){ gap, end - gap }))
			return false;		/* a driver's memory, in no bank */
	device = find_device(d->host, (struct range){ gap, end - gap }, true);
	if (device && device->kind >= HOST_PCI_MEM32 && !region_is_memory(r))
		return false;		/* a card's memory */
	format(buf, size,
	       "region %s: is %s, but of it no memory node of the device tree has %#lx to %#lx%s%s: the guest dies there unless there is memory",
	       r->name, region_type_name(r->type), (unsigned long)gap, (unsigned long)end - 1,
	       device ? ", where it has " : ", nor has it anything else there",
	       device ? device->name : "");
	return true;
}

/* Anything but Device memory lets the CPU read ahead, and merge accesses. */
static bool over_registers(const struct doubts *d, const struct region *r, char *buf, size_t size)
{
	const struct s2_mem *mem = s2_decode(r->attr.memattr, d->caps.fwb, d->caps.mte_perm);
	const struct host_mmio *device = find_device(d->host, region_pa(r), false);

	if (!device || !mem || (mem->rule == S2_COMBINE && mem->attr.type == MEM_DEVICE))
		return false;
	format(buf, size,
	       "region %s: is %s over the registers of %s: the CPU may read there ahead of the guest, and merge or repeat accesses: registers are of type mmio",
	       r->name, region_type_name(r->type), device->name);
	return true;
}

static bool is_moved(const struct region *r)
{
	return r->ipa.v != r->pa.v;
}

/* Of a driver's or the kernel's own; what is no-map only if @no_map. */
static const struct host_reserved *find_reserved(const struct host *host, struct range r,
						 bool no_map)
{
	for (unsigned i = 0; i < host->nr_reserved; i++) {
		const struct host_reserved *o = &host->reserved[i];

		if (!o->firmware && (!o->no_map || no_map) && ranges_overlap(o->range, r))
			return o;
	}
	return NULL;
}

/*
 * The guest's tree still names the memory there, for the kernel's own use or a driver's, but as
 * memory the guest does not have it: or at another address, where its kernel does not know that it
 * is reserved. What is no-map is a driver's that knows how to map it, and a region may say how.
 */
static bool over_reserved(const struct doubts *d, const struct region *r, char *buf, size_t size)
{
	bool named = r->opts.expose == EXPOSE_RESERVED || r->opts.expose == EXPOSE_PMEM;
	const struct host_reserved *o;

	if (d->own_tree || (region_is_memory(r) && !is_moved(r)))
		return false;
	o = find_reserved(d->host, region_pa(r), named || is_moved(r));
	if (!o)
		return false;
	format(buf, size,
	       "region %s: shares memory with %s of /reserved-memory, which stays in the guest's device tree: the guest may use it for both: move one of them, or give the bundle a tree without that node",
	       r->name, o->name);
	return true;
}

/* To a device that no SMMU contains, what the guest tells it is an address of the machine. */
static bool moved(const struct doubts *d, const struct region *r, char *buf, size_t size)
{
	if (!region_is_memory(r) || !is_moved(r))
		return false;
	format(buf, size, "region %s: DMA goes wrong there: no SMMU translates for %s", r->name,
	       d->host->nr_streams ? "the devices that are not contained" : "devices");
	return true;
}

/* What the guest's tree has there is something else for it. */
static bool hides(const struct doubts *d, const struct region *r, char *buf, size_t size)
{
	const struct host_mmio *device = find_device(d->host, region_ipa(r), true);
	const struct host_reserved *o = find_reserved(d->host, region_ipa(r), true);

	if ((!device && !o) || !is_moved(r) || d->own_tree)
		return false;
	format(buf, size,
	       "region %s: ipa: hides %s, which stays in the guest's device tree: give another, which tools/regions lists, or withhold that node",
	       r->name, device ? device->name : o->name);
	return true;
}

static bool read_only_memory(const struct doubts *d, const struct region *r, char *buf,
			     size_t size)
{
	(void)d;
	if (!region_is_memory(r) || r->attr.write)
		return false;
	format(buf, size,
	       "region %s: read-only: the guest's kernel has it as general-purpose memory, and dies when it writes there: expose it as reserved, pmem or none",
	       r->name);
	return true;
}

static bool (*const rules[])(const struct doubts *d, const struct region *r, char *buf,
			     size_t size) = { no_memory,     over_registers, over_reserved,
					      moved,	     hides,	     read_only_memory };

/*
 * No region of the config can give it back: EL3 may be there. Some trees have memory of a driver's
 * inside a larger piece, or a piece twice.
 */
static bool lost(const struct host *host, const struct host_reserved *r, char *buf, size_t size)
{
	for (unsigned i = 0; i < host->nr_reserved && r->used && !r->firmware; i++) {
		const struct host_reserved *o = &host->reserved[i];

		if (!o->firmware || !ranges_overlap(o->range, r->range))
			continue;
		format(buf, size,
		       "%s: has %#lx bytes at %#lx for a driver, but the firmware keeps some of that (%s), and the guest does not have it: if no firmware is there, cut it out of %s in the device tree",
		       r->name, r->range.size, r->range.base, o->name, o->name);
		return true;
	}
	return false;
}

static bool long_bootargs(const struct config *config, char *buf, size_t size)
{
	size_t len = strlen(config->bootargs);

	if (config->bare || len <= LINUX_BOOTARGS)
		return false;
	format(buf, size, "/guest: bootargs: has %zu characters, of which Linux takes %d", len,
	       LINUX_BOOTARGS);
	return true;
}

bool doubt_next(struct doubts *d, char *buf, size_t size)
{
	const struct region_table *t = d->regions;

	for (; d->region < t->nr; d->region++, d->rule = 0)
		while (t->region[d->region].origin == REGION_FROM_CONFIG &&
		       d->rule < ARRAY_SIZE(rules))
			if (rules[d->rule++](d, &t->region[d->region], buf, size))
				return true;
	while (d->reserved < d->host->nr_reserved)
		if (lost(d->host, &d->host->reserved[d->reserved++], buf, size))
			return true;
	return d->region++ == t->nr && long_bootargs(d->config, buf, size);
}
