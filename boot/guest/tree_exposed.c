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
static int new_region(struct edit *e, const void *arg)
{
	const struct region *r = arg;
	struct range bank = { r->ipa.v, r->size };
	int err = edit_set_banks(e, &bank, 1);

	if (err)
		return err;
	return r->opts.expose == EXPOSE_PMEM ? edit_set_string(e, "compatible", "pmem-region")
					     : edit_set(e, "no-map", "", 0);
}

/* All that are exposed like this, named after themselves (pmem: what it is) and their place. */
static int add_regions(struct edit *e, enum region_expose like)
{
	const struct region_table *t = e->args->regions;
	int err = 0;

	for (const struct region *r = t->region; r < t->region + t->nr && !err; r++) {
		char name[sizeof(r->name) + 20], *unit;

		if (r->opts.expose != like)
			continue;
		format(name, sizeof(name), "%s", like == EXPOSE_PMEM ? "pmem" : r->name);
		unit = strchr(name, '@');
		if (!unit)
			unit = name + strlen(name);
		format(unit, (size_t)(name + sizeof(name) - unit), "@%lx",
		       (unsigned long)r->ipa.v);
		err = edit_add(e, name, new_region, r);
	}
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
static int new_reserved(struct edit *e, const void *arg)
{
	u8 *p;
	int err = edit_room(e, "#address-cells", 4, &p);

	(void)arg;
	if (err)
		return err;
	edit_put_cells(&p, 1, dt_parent(&e->w)->address_cells);
	err = edit_room(e, "#size-cells", 4, &p);
	if (err)
		return err;
	edit_put_cells(&p, 1, dt_parent(&e->w)->size_cells);
	return edit_set(e, "ranges", "", 0);
}

int edit_exposed(struct edit *e)
{
	int err = 0;

	if (!e->reserved && any_reserved(e->args->regions))
		err = edit_add(e, "reserved-memory", new_reserved, NULL);
	return err ? err : add_regions(e, EXPOSE_PMEM);
}

static int new_control(struct edit *e, const void *arg)
{
	int err = edit_set_banks(e, arg, 1);

	return err ? err : edit_set_string(e, "compatible", "mavis,control");
}

int edit_control(struct edit *e)
{
	struct range page = { e->args->control_page.v, PAGE_SIZE };
	char name[40];

	format(name, sizeof(name), "mavis-control@%lx", (unsigned long)page.base);
	return edit_add(e, name, new_control, &page);
}
