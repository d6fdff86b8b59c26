/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, and what of it is reserved. */
#include "boot/machine/parts.h"
#include "lib/errno.h"

/* Only whole pages of a bank can be anyone's memory. */
static int add_bank(struct host *host, const struct dt_walk *w, struct range r, struct diag *d)
{
	struct range pages = pages_within(r);

	if (!pages.size)
		return 0;
	if (host->nr_memory == HOST_MAX_BANKS)
		return dt_fail(w, d, -E2BIG, "reg",
			       "more than %d memory banks: raise HOST_MAX_BANKS", HOST_MAX_BANKS);
	host->memory[host->nr_memory++] = pages;
	return 0;
}

int host_read_memory(struct host *host, const struct dt_walk *w, struct diag *d)
{
	unsigned n = dt_reg_count(w);
	struct range r;
	int ret;

	if (!dt_enabled(w))
		return 0;
	if (!n)
		return dt_fail(w, d, -EINVAL, "reg",
			       "is missing or shorter than one bank; correct the device tree");
	for (unsigned i = 0; i < n; i++) {
		ret = dt_reg(w, i, &r, d);
		if (ret > 0)
			ret = add_bank(host, w, r, d);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static bool add_reserved(struct host *host, struct range r, bool no_map, bool firmware,
			 const char *name)
{
	struct host_reserved *out = &host->reserved[host->nr_reserved];

	if (host->nr_reserved == HOST_MAX_RESERVED)
		return false;
	out->range = pages_around(r);
	out->no_map = no_map;
	out->firmware = firmware;
	format(out->name, sizeof(out->name), "%s", name);
	host->nr_reserved++;
	return true;
}

/*
 * A node without `reg` leaves the place to whoever reads the tree: the guest. Memory that is not to
 * be mapped, has no driver and is referred to by no device is the firmware's.
 */
int host_read_reserved(struct host *host, const struct dt_walk *w, struct diag *d)
{
	bool no_map = dt_prop(w, "no-map").data;
	bool firmware = no_map && !w->prop[DT_COMPATIBLE].data && !w->prop[DT_PHANDLE].data;
	struct range r;
	int ret;

	if (!dt_enabled(w))
		return 0;
	for (unsigned i = 0; i < dt_reg_count(w); i++) {
		ret = dt_reg(w, i, &r, d);
		if (ret < 0)
			return ret;
		if (ret && !add_reserved(host, r, no_map, firmware, dt_name(w)))
			return dt_fail(w, d, -E2BIG, "reg",
				       "more than %d reservations: raise HOST_MAX_RESERVED",
				       HOST_MAX_RESERVED);
	}
	return 0;
}

bool host_reserved_by_loader(const struct host *host, struct range r)
{
	u64 tree = (uintptr_t)host->fdt;

	if (host->bundle.size && range_contains(pages_around(host->bundle), r))
		return true;
	return r.base >= ALIGN_DOWN(tree, PAGE_SIZE) && r.base <= tree;
}

static int read_memreserve(struct host *host, struct diag *d)
{
	struct range r;

	for (int i = 0; dt_reservation(host->fdt, i, &r); i++) {
		if (r.size > BIT(DT_PA_BITS) || r.base > BIT(DT_PA_BITS) - r.size)
			return fail(d, -ERANGE,
				    "/memreserve/: %#lx bytes at %#lx reach beyond a %d-bit physical address; correct the device tree",
				    (unsigned long)r.size, (unsigned long)r.base, DT_PA_BITS);
		if (!host_reserved_by_loader(host, r) &&
		    !add_reserved(host, r, false, true, "/memreserve/"))
			return fail(
				d, -E2BIG,
				"/memreserve/: more than %d reservations: raise HOST_MAX_RESERVED",
				HOST_MAX_RESERVED);
	}
	return 0;
}

/* Many a board's tree has a node with 0 bytes for its loader, which knows how much there is. */
static int no_memory(const struct host *host, struct diag *d)
{
	struct dt_walk w;

	dt_walk(&w, host->fdt);
	while (dt_next(&w))
		if (dt_is_memory(&w) && dt_enabled(&w))
			return dt_fail(&w, d, -ENODEV, "reg",
				       "has not one page of memory: the loader fills it in; take the tree that it passes on, or correct it");
	return fail(d, -ENODEV,
		    "/memory: no enabled node with device_type = \"memory\"; correct the device tree");
}

int host_finish_memory(struct host *host, struct diag *d)
{
	if (!host->nr_memory)
		return no_memory(host, d);
	host->nr_memory = ranges_normalise(host->memory, host->nr_memory);
	return read_memreserve(host, d);
}
