/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/keep.h"

#include <libfdt.h>

#include "drivers/console.h"
#include "lib/errno.h"
#include "lib/range.h"
#include "lib/sections.h"

struct keep_taken keep_loaded_in_the_way(const struct host *host, struct range r)
{
	struct keep_taken taken[] = {
		{ image_range(), "Mavis, as the loader put it" },
		{ host->bundle, "the bundle" },
		{ { (u64)host->fdt, fdt_totalsize(host->fdt) }, "the device tree" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(taken); i++)
		if (ranges_overlap(taken[i].range, r))
			return taken[i];
	return (struct keep_taken){ 0 };
}

int keep_check_bundle(const struct host *host, unsigned pa_bits, struct diag *d)
{
	struct range image = image_range(), bundle = host->bundle;

	if (range_end(bundle) > BIT(pa_bits))
		return fail(d, -ERANGE,
			    "bundle: /chosen says that it has %lu KiB at %#lx, beyond the %u bits of address that this CPU has: load it elsewhere",
			    (unsigned long)(bundle.size >> 10), (unsigned long)bundle.base,
			    pa_bits);
	if (!ranges_overlap(image, bundle))
		return 0;
	return fail(d, -EBUSY,
		    "bundle: the loader has put its %lu KiB at %#lx, and Mavis uses %lu KiB at %#lx, more than its file has: load the bundle elsewhere",
		    (unsigned long)(bundle.size >> 10), (unsigned long)bundle.base,
		    (unsigned long)(image.size >> 10), (unsigned long)image.base);
}

/* By the page, as the guest has it. What the tree names may lie in a bank and not be reserved. */
static struct keep_taken callers_in_the_way(const struct host *host, struct range r)
{
	for (const struct host_caller *c = host->caller; c < host->caller + host->nr_callers; c++)
		for (unsigned i = 0; i < c->nr_memory; i++)
			if (ranges_overlap(pages_around(c->memory[i]), r))
				return (struct keep_taken){ pages_around(c->memory[i]), c->name };
	return (struct keep_taken){ 0 };
}

struct keep_taken keep_in_the_way(const struct host *host, const struct config *config,
				  struct range r)
{
	struct keep_taken loaded = keep_loaded_in_the_way(host, r);

	if (loaded.range.size)
		return loaded;
	for (unsigned i = 0; i < host->nr_reserved; i++)
		if (ranges_overlap(host->reserved[i].range, r))
			return (struct keep_taken){ host->reserved[i].range,
						    host->reserved[i].name };
	for (unsigned i = 0; i < host->nr_kept; i++)
		if (ranges_overlap(host->kept[i].range, r))
			return (struct keep_taken){ host->kept[i].range, host->kept[i].name };
	for (unsigned i = 0; i < config->nr_regions; i++)
		if (ranges_overlap(region_pa(&config->regions[i]), r))
			return (struct keep_taken){ region_pa(&config->regions[i]),
						    config->regions[i].name };
	return callers_in_the_way(host, r);
}

static u64 find_below(const struct host *host, const struct config *config, u64 limit, u64 size,
		      u64 align)
{
	for (unsigned i = host->nr_memory; i-- > 0;) {
		struct range bank = host->memory[i];
		u64 end = MIN(range_end(bank), limit);

		while (end >= size && ALIGN_DOWN(end - size, align) >= bank.base) {
			struct range r = { ALIGN_DOWN(end - size, align), size };
			struct range block = keep_in_the_way(host, config, r).range;

			if (!block.size)
				return r.base;
			end = block.base;
		}
	}
	return 0;
}

u64 keep_find(const struct host *host, const struct config *config, u64 size, u64 align)
{
	return find_below(host, config, ~0ull, size, align);
}

int keep_memory_below(u64 end, struct host *host, const struct config *config, u64 size, u64 align,
		      const char *what, pa_t *out, struct diag *d)
{
	u64 at;

	if (!size || size % PAGE_SIZE || align < PAGE_SIZE || align & (align - 1))
		return fail(d, -EINVAL, "%s: %#lx bytes at a multiple of %#lx cannot be kept", what,
			    (unsigned long)size, (unsigned long)align);
	size = ALIGN_UP(size, align);		/* the rest is of no use to the guest */
	at = find_below(host, config, end, size, align);
	if (!at)
		return fail(d, -ENOSPC,
			    "%s: no memory of the machine's has room, %lu KiB in one piece at a multiple of %lu KiB",
			    what, (unsigned long)(size >> 10), (unsigned long)(align >> 10));
	if (!host_reserve(host, (struct range){ at, size }, true, true, "Mavis itself"))
		return fail(d, -ENOSPC, "%s: the machine has more reservations than Mavis takes",
			    what);
	host->reserved[host->nr_reserved - 1].mavis = true;
	print("Mavis keeps %lu KiB more at %#lx, for %s\n", (unsigned long)(size >> 10),
	      (unsigned long)at, what);
	*out = PA(at);
	return 0;
}

int keep_memory(struct host *host, const struct config *config, u64 size, u64 align,
		const char *what, pa_t *out, struct diag *d)
{
	return keep_memory_below(~0ull, host, config, size, align, what, out, d);
}
