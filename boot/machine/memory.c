/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, and what of it is reserved. */
#include "boot/machine/parts.h"
#include "lib/errno.h"
#include <string.h>

/* Only whole pages of a bank can be anyone's memory. */
static int add_bank(struct host *host, const struct dt_walk *w, struct range r, struct diag *d)
{
	struct range pages = pages_within(r);

	if (!pages.size)
		return 0;
	if (host->nr_memory == HOST_MAX_BANKS)
		return dt_fail(w, d, -E2BIG, "reg",
			       "has one more than the %d banks of memory that Mavis takes: join some in the device tree, or build it with a larger HOST_MAX_BANKS",
			       HOST_MAX_BANKS);
	host->memory[host->nr_memory++] = pages;
	return 0;
}

int host_read_memory(struct host *host, const struct dt_walk *w, struct diag *d)
{
	unsigned n = dt_reg_count(w);
	struct range r;
	int ret;

	if (dt_is_off(w))
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

bool host_reserve(struct host *host, struct range r, bool no_map, bool firmware, const char *name)
{
	struct host_reserved *out = &host->reserved[host->nr_reserved];

	if (host->nr_reserved == HOST_MAX_RESERVED)
		return false;
	out->range = pages_around(r);
	out->no_map = no_map;
	out->firmware = firmware;
	out->used = false;
	out->mavis = false;
	out->phandle = 0;
	format(out->name, sizeof(out->name), "%s", name);
	host->nr_reserved++;
	return true;
}

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && !strcmp(s + len - n, end);
}

/*
 * What MediaTek and Qualcomm call memory that is the firmware's, no driver's. It is a device's that
 * refers to it all the same.
 */
static bool names_firmware(const struct dt_walk *w)
{
	const char *s = NULL;

	while ((s = dt_next_string(w->prop[DT_COMPATIBLE], s)))
		if (ends_in(s, "-atf-reserved-memory") || !strcmp(s, "removed-dma-pool"))
			return true;
	return false;
}

/* Memory that is not to be mapped and has no driver is the firmware's; but see find_users(). */
static int reserve_regs(struct host *host, const struct dt_walk *w, bool no_map, bool drivers,
			struct diag *d)
{
	struct range r;
	u64 phandle = 0;
	int ret;

	for (unsigned i = 0; i < dt_reg_count(w); i++) {
		ret = dt_reg(w, i, &r, d);
		if (ret < 0)
			return ret;
		if (ret && !host_reserve(host, r, no_map, no_map && !drivers, dt_name(w)))
			return dt_fail(w, d, -E2BIG, "reg",
				       "is one more than the %d reservations that Mavis takes: join some in the device tree, or build it with a larger HOST_MAX_RESERVED",
				       HOST_MAX_RESERVED);
		if (!ret)
			continue;
		host->reserved[host->nr_reserved - 1].used = drivers;
		if (dt_number(w->prop[DT_PHANDLE], &phandle))
			host->reserved[host->nr_reserved - 1].phandle = (u32)phandle;
	}
	return 0;
}

/* A node without `reg` leaves the place to whoever reads the tree: the guest. */
int host_read_reserved(struct host *host, const struct dt_walk *w, struct diag *d)
{
	bool no_map = dt_prop(w, "no-map").data;
	bool drivers = w->prop[DT_COMPATIBLE].data && !names_firmware(w);

	return dt_enabled(w) ? reserve_regs(host, w, no_map, drivers, d) : 0;
}

/*
 * What the tree keeps out of an SRAM for no driver is the firmware's, enabled or not: on TI's K3,
 * code of EL3 and of the system controller. Its pages go whole: a driver that has some of one loses
 * that, but not the calls that go by it (add_callers()).
 */
int host_read_sram_part(struct host *host, const struct dt_walk *w, struct diag *d)
{
	static const char *const uses[] = { "compatible", "pool", "export", "protect-exec" };

	for (unsigned i = 0; i < ARRAY_SIZE(uses); i++)
		if (dt_prop(w, uses[i]).data)
			return 0;
	return reserve_regs(host, w, true, false, d);
}

/* Properties by which a device says which memory is for it; vendors put a prefix before. */
static bool names_memory(const char *prop)
{
	static const char *const ends[] = { "memory-region", "memory-regions", "shmem", "sram",
					    "msg-ram" };

	/* Each phandle there has an index beside it, which may be like another node's. */
	if (!strcmp(prop, "allwinner,sram"))
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(ends); i++)
		if (ends_in(prop, ends[i]))
			return true;
	return false;
}

static void note_user(struct host *host, struct dt_prop p)
{
	for (u32 at = 0; at + 4 <= p.len; at += 4)
		for (struct host_reserved *r = host->reserved;
		     r < host->reserved + host->nr_reserved; r++)
			if (r->phandle && r->phandle == dt_cell(p.data + at)) {
				r->firmware = false;
				r->used = true;
			}
}

/* What dtc -L has there by a property's name are offsets into it, which may be like a phandle. */
static bool is_local_fixup(const struct dt_walk *w)
{
	return w->depth && !strcmp(w->bus[1].name, "__local_fixups__");
}

/*
 * A screen that the loader has set up says where by its own `reg`. What begins there: one phone's
 * is larger than what is reserved for it. No other device's registers say that memory is no
 * firmware's: a mailbox may lie amid EL3's; and of /memreserve/ one entry may have a screen and EL3
 * in it, but not the screen first.
 */
static void note_screen(struct host *host, const struct dt_walk *w)
{
	struct diag ignored;
	struct range r;

	if (dt_kind(w) != DT_SCREEN || dt_is_off(w) || !dt_reg_count(w) ||
	    dt_reg(w, 0, &r, &ignored) <= 0)
		return;
	for (struct host_reserved *o = host->reserved; o < host->reserved + host->nr_reserved; o++)
		if (r.base - o->range.base < (o->no_map ? o->range.size : PAGE_SIZE))
			o->firmware = false;
}

bool host_has_memory(const struct host *host, struct range r)
{
	for (unsigned i = 0; i < host->nr_memory; i++)
		if (range_contains(host->memory[i], r))
			return true;
	return false;
}

/* What is in a bank is the guest's whoever uses it, unless it is the firmware's. */
static bool needs_user(const struct host *host, const struct host_reserved *r)
{
	return r->firmware || (r->phandle && !host_has_memory(host, r->range));
}

/* A phandle alone is no sign of a user: trees that overlays may refer to have one everywhere. */
static void find_users(struct host *host)
{
	bool asked = false;
	struct dt_walk w;

	for (unsigned i = 0; i < host->nr_reserved && !asked; i++)
		asked = needs_user(host, &host->reserved[i]);
	if (!asked)
		return;
	dt_walk(&w, host->fdt);
	while (dt_next(&w)) {
		const char *name;
		struct dt_prop p;
		int at = 0;

		if (is_local_fixup(&w))
			continue;
		while (dt_next_prop(&w, &at, &name, &p))
			if (names_memory(name))
				note_user(host, p);
		note_screen(host, &w);
	}
}

bool host_reserved_by_loader(const struct host *host, struct range r)
{
	struct range tree = { (uintptr_t)host->fdt, host_tree_size(host->fdt) };

	if (host->bundle.size && range_contains(pages_around(host->bundle), r))
		return true;
	/* What begins before it in its page, and does not hold it, may be a spin-table. */
	return r.base == tree.base ||
	       (r.base >= ALIGN_DOWN(tree.base, PAGE_SIZE) && range_contains(r, tree));
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
		    !host_reserve(host, r, false, true, "/memreserve/"))
			return fail(d, -E2BIG,
				    "/memreserve/: one more than the %d reservations that Mavis takes: join some in the device tree, or build it with a larger HOST_MAX_RESERVED",
				    HOST_MAX_RESERVED);
	}
	return 0;
}

static bool reserve_release_addr(struct host *host, u64 addr)
{
	struct range page = pages_around((struct range){ addr, 8 });

	for (unsigned i = 0; i < host->nr_reserved; i++)
		if (host->reserved[i].firmware && range_contains(host->reserved[i].range, page))
			return true;
	return host_reserve(host, page, true, true, "spin-table");
}

/* Not all loaders reserve them, and whoever writes there says what a CPU at EL2 does next. */
static int reserve_spin_tables(struct host *host, struct diag *d)
{
	bool room = true;

	for (unsigned i = 0; i < host->nr_cpus && room; i++)
		if (host->cpu[i].method == CPU_METHOD_SPIN_TABLE)
			room = reserve_release_addr(host, host->cpu[i].release_addr);
	for (unsigned i = 0; i < host->nr_parked && room; i++)
		room = reserve_release_addr(host, host->parked[i].release_addr);
	return room ? 0
		    : fail(d, -E2BIG,
			   "/cpus: cpu-release-addr: makes one more than the %d reservations that Mavis takes: join some in the device tree, or build it with a larger HOST_MAX_RESERVED",
			   HOST_MAX_RESERVED);
}

/* Many a board's tree has a node with 0 bytes for its loader, which knows how much there is. */
static int no_memory(const struct host *host, struct diag *d)
{
	struct dt_walk w;

	dt_walk(&w, host->fdt);
	while (dt_next(&w))
		if (dt_is_memory(&w) && !dt_is_off(&w))
			return dt_fail(&w, d, -ENODEV, "reg",
				       "has not one page of memory: the loader fills it in; take the tree that it passes on, or correct it");
	return fail(d, -ENODEV,
		    "/memory: no enabled node with device_type = \"memory\"; correct the device tree");
}

int host_finish_memory(struct host *host, struct diag *d)
{
	int err;

	if (!host->nr_memory)
		return no_memory(host, d);
	host->nr_memory = ranges_normalise(host->memory, host->nr_memory);
	err = read_memreserve(host, d);
	if (err)
		return err;
	find_users(host);
	return reserve_spin_tables(host, d);
}
