/* SPDX-License-Identifier: Apache-2.0 */
/* Regions that the guest's tree names beside its memory: reserved memory and persistent memory. */
#include <string.h>

#include "boot/guest/tree_parts.h"
#include "lib/errno.h"

/* A region's name, and its address behind an '@'. */
#define NODE_NAME	(sizeof(((struct region *)0)->name) + 20)

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

static int set_place(struct edit *e, const struct region *r)
{
	struct range bank = region_ipa(r);

	return edit_set_banks(e, &bank, 1);
}

/*
 * Reserved memory is no-map: it is no bank of /memory either, so that the guest's kernel leaves it
 * to whoever maps it by its address.
 */
static int set_region(struct edit *e, const struct region *r)
{
	int err = set_place(e, r);

	if (err)
		return err;
	return r->opts.expose == EXPOSE_PMEM ? edit_set_string(e, "compatible", "pmem-region")
					     : edit_set(e, "no-map", "", 0);
}

/* Named after itself (pmem: what it is) and its place. */
static void name_node(const struct region *r, char name[NODE_NAME])
{
	char *unit;

	format(name, NODE_NAME, "%s", r->opts.expose == EXPOSE_PMEM ? "pmem" : r->name);
	unit = strchr(name, '@');
	if (!unit)
		unit = name + strlen(name);
	format(unit, (size_t)(name + NODE_NAME - unit), "@%lx", (unsigned long)r->ipa.v);
}

/* The hexadecimal digits behind the first '@', as far as they are in lower case. */
static u64 unit_address(const char *name)
{
	static const char hex[] = "0123456789abcdef";
	const char *p = strchr(name, '@'), *digit;
	u64 address = 0;

	while (p && *++p && (digit = strchr(hex, *p)))
		address = address << 4 | (u64)(digit - hex);
	return address;
}

/* Regions are disjoint, and so no two have one name: what is there already may have it. */
static int check_names(struct edit *e, enum region_expose like)
{
	const struct region *r;
	char name[NODE_NAME];
	const char *there;
	int node;

	fdt_for_each_subnode(node, e->fdt, e->w.node) {
		there = fdt_get_name(e->fdt, node, NULL);
		r = region_find(e->args->regions, IPA(unit_address(there)));
		if (!r || r->opts.expose != like)
			continue;
		name_node(r, name);
		if (!strcmp(name, there))
			return edit_add(e, name);	/* which says so */
	}
	return 0;
}

static int add_region(struct edit *e, const struct region *r)
{
	char name[NODE_NAME];
	int err;

	name_node(r, name);
	err = edit_add(e, name);
	return err ? err : set_region(e, r);
}

/*
 * Those between @first and @last, whose node e->w stands on, before it: copies of it, each with a
 * name and place of its own.
 */
static int add_others(struct edit *e, const struct region *first, const struct region *last,
		      int parent)
{
	int at = e->w.node, from, err;
	char name[NODE_NAME];
	u32 size = 0;

	for (const struct region *r = first; r < last; r++)
		if (r->opts.expose == last->opts.expose) {
			name_node(r, name);
			size += edit_copy_size(e, name);
		}
	if (!size)
		return 0;
	edit_leave(e, parent);
	err = edit_add_room(e, name, size);
	from = at + (int)size;
	for (const struct region *r = first; r < last && !err; r++)
		if (r->opts.expose == last->opts.expose) {
			name_node(r, name);
			at = edit_copy(e, from, at, name);
			err = set_place(e, r);
		}
	return err;
}

/* All that are exposed like this, in the table's order. */
static int add_regions(struct edit *e, enum region_expose like)
{
	const struct region *first = e->args->regions->region, *last = NULL;
	int parent = e->w.node, err;

	for (unsigned i = 0; i < e->args->regions->nr; i++)
		if (first[i].opts.expose == like)
			last = &first[i];
	if (!last)
		return 0;
	err = check_names(e, like);
	if (!err)
		err = add_region(e, last);
	if (!err)
		err = add_others(e, first, last, parent);
	if (!err)
		edit_leave(e, parent);
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
