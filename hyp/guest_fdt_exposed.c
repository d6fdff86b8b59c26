/* SPDX-License-Identifier: Apache-2.0 */
/* Regions that the guest's tree names beside its memory: reserved memory and persistent memory. */
#include <string.h>

#include "hyp/guest_fdt_parts.h"
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

/* Offset of /reserved-memory, which is made with the root's cells, as Linux wants them. */
static int reserved_memory(struct edit *e)
{
	int node = fdt_subnode_offset(e->fdt, 0, "reserved-memory"), err;
	fdt32_t cells[2];

	if (node >= 0)
		return node;
	err = edit_add(e, 0, "reserved-memory");
	cells[0] = cpu_to_fdt32(dt_parent(&e->w)->address_cells);
	cells[1] = cpu_to_fdt32(dt_parent(&e->w)->size_cells);
	if (!err)
		err = edit_set(e, "#address-cells", &cells[0], 4);
	if (!err)
		err = edit_set(e, "#size-cells", &cells[1], 4);
	if (!err)
		err = edit_set(e, "ranges", "", 0);
	return err ? err : e->w.node;
}

/*
 * Reserved memory is no-map: it is no bank of /memory either, so that the guest's kernel leaves it
 * to whoever maps it by its address.
 */
static int expose(struct edit *e, const struct region *r)
{
	bool pmem = r->opts.expose == EXPOSE_PMEM;
	struct range bank = { r->ipa.v, r->size };
	int parent = pmem ? 0 : reserved_memory(e), err;
	char name[sizeof(r->name) + 20], *unit;

	if (parent < 0)
		return parent;
	format(name, sizeof(name), "%s", pmem ? "pmem" : r->name);
	unit = strchr(name, '@');
	if (!unit)
		unit = name + strlen(name);
	format(unit, (size_t)(name + sizeof(name) - unit), "@%lx", (unsigned long)r->ipa.v);

	err = edit_add(e, parent, name);
	if (!err)
		err = edit_set_banks(e, &bank, 1);
	if (err)
		return err;
	return pmem ? edit_set_string(e, "compatible", "pmem-region")
		    : edit_set(e, "no-map", "", 0);
}

int edit_exposed(struct edit *e)
{
	const struct region_table *t = e->args->regions;
	int err = 0;

	for (unsigned i = 0; i < t->nr && !err; i++)
		if (is_exposed(&t->region[i]))
			err = expose(e, &t->region[i]);
	return err;
}
