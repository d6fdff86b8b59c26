/* SPDX-License-Identifier: Apache-2.0 */
/* Regions that the guest's tree names beside its memory: reserved memory and persistent memory. */
#include <string.h>

#include "boot/guest/tree_parts.h"
#include "lib/errno.h"

static bool is_exposed(const struct region *r)
{
	return r->opts.expose == EXPOSE_RESERVED || r->opts.expose == EXPOSE_PMEM;
}

u64 edit_exposed_bound(const struct region_table *t)
{
	u64 bytes = 0;

	/* Node, name, properties; /reserved-memory and the properties' names. */
	for (unsigned i = 0; i < t->nr; i++)
		if (is_exposed(&t->region[i]))
			bytes += 160 + (bytes ? 0 : 160);
	return bytes;
}

/*
 * Reserved memory is no-map: it is no bank of /memory either, so that the guest's kernel leaves it
 * to whoever maps it by its address.
 */
static int set_region(struct edit *e, const struct region *r)
{
	struct range bank = { r->ipa.v, r->size };
	int err = edit_set_banks(e, &bank, 1);

	if (err)
		return err;
	return r->opts.expose == EXPOSE_PMEM ? edit_set_string(e, "compatible", "pmem-region")
					     : edit_set(e, "no-map", "", 0);
}

/* Named after itself (pmem: what it is) and its place. */
static int add_region(struct edit *e, const struct region *r)
{
	char name[sizeof(r->name) + 20], *unit;
	int parent = e->w.node, err;

	format(name, sizeof(name), "%s", r->opts.expose == EXPOSE_PMEM ? "pmem" : r->name);
	unit = strchr(name, '@');
	if (!unit)
		unit = name + strlen(name);
	format(unit, (size_t)(name + sizeof(name) - unit), "@%lx", (unsigned long)r->ipa.v);
	err = edit_add(e, name);
	if (!err)
		err = set_region(e, r);
	if (!err)
		edit_leave(e, parent);
	return err;
}

/* All that are exposed like this. The last first: each is put before the others. */
static int add_regions(struct edit *e, enum region_expose like)
{
	const struct region_table *t = e->args->regions;
	int err = 0;

	for (unsigned i = t->nr; i && !err; i--)
		if (t->region[i - 1].opts.expose == like)
			err = add_region(e, &t->region[i - 1]);
	return err;
}

int edit_reserved(struct edit *e)
{
	e->reserved = true;
	return add_regions(e, EXPOSE_RESERVED);
}

static bool any_reserved(const struct region_table *t)
{
	for (unsigned i = 0; i < t->nr; i++)
		if (t->region[i].opts.expose == EXPOSE_RESERVED)
			return true;
	return false;
}

/* Has the root's cells, as Linux wants them. */
static int add_reserved(struct edit *e)
{
	u32 address_cells = e->w.bus[0].address_cells, size_cells = e->w.bus[0].size_cells;
	int err = edit_add(e, "reserved-memory");

	if (!err)
		err = edit_set_u32(e, "#address-cells", address_cells);
	if (!err)
		err = edit_set_u32(e, "#size-cells", size_cells);
	if (!err)
		err = edit_set(e, "ranges", "", 0);
	if (!err)
		err = edit_reserved(e);
	if (!err)
		edit_leave(e, 0);
	return err;
}

int edit_exposed(struct edit *e)
{
	int err = 0;

	if (!e->reserved && any_reserved(e->args->regions))
		err = add_reserved(e);
	return err ? err : add_regions(e, EXPOSE_PMEM);
}

int edit_control(struct edit *e)
{
	struct range page = { e->args->control_page.v, PAGE_SIZE };
	char name[40];
	int err;

	format(name, sizeof(name), "mavis-control@%lx", (unsigned long)page.base);
	err = edit_add(e, name);
	if (!err)
		err = edit_set_banks(e, &page, 1);
	if (!err)
		err = edit_set_string(e, "compatible", "mavis,control");
	if (!err)
		edit_leave(e, 0);
	return err;
}
