/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's memory in its device tree. */
#include "boot/guest/tree_parts.h"
#include "lib/errno.h"
#include "lib/range.h"

/* Regions that continue each other are one bank to the guest. */
int edit_collect_ram(struct edit *e)
{
	const struct region_table *t = e->args->regions;
	struct range *last;

	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[i];

		if (!region_is_memory(r))
			continue;
		last = e->nr_ram ? &e->ram[e->nr_ram - 1] : NULL;
		if (last && range_end(*last) == r->ipa.v) {
			last->size += r->size;
			continue;
		}
		if (e->nr_ram == EDIT_MAX_RAM)
			return fail(e->d, -E2BIG,
				    "/memory: reg: the guest's memory is in more than the %d pieces that Mavis takes, the first without a place is %s at %#lx: put the config's regions side by side that make holes in it",
				    EDIT_MAX_RAM, r->name, (unsigned long)r->ipa.v);
		e->ram[e->nr_ram++] = region_ipa(r);
	}
	return 0;
}

/* Takes @part out of e->ram[i], which holds it. False: there is no room for a second piece. */
static bool take(struct edit *e, unsigned i, struct range part)
{
	struct range left[2] = { 0 };

	if (range_subtract(e->ram[i], part, left) == 2) {
		if (e->nr_ram == EDIT_MAX_RAM)
			return false;
		e->ram[e->nr_ram++] = left[1];
	}
	e->ram[i] = left[0];
	return true;
}

/* Writes a number of 1 or 2 cells and steps behind it. */
static void put_cells(u8 **p, unsigned n, u64 val)
{
	if (n == 2)
		fdt64_st(*p, val);
	else
		fdt32_st(*p, (u32)val);
	*p += n * 4;
}

int edit_set_banks(struct edit *e, const struct range *bank, unsigned n)
{
	unsigned address_cells = dt_parent(&e->w)->address_cells;
	unsigned size_cells = dt_parent(&e->w)->size_cells;
	u8 *p;
	int err;

	if (!dt_parent(&e->w)->mapped)
		return dt_fail(&e->w, e->d, -EINVAL, "reg",
			       "the node above must have `ranges`, unless it is the root, and #address-cells and #size-cells of 1 or 2");
	err = edit_resize(e, "reg", n * (address_cells + size_cells) * 4, &p);

	for (unsigned i = 0; i < n && !err; i++) {
		if ((address_cells == 1 && bank[i].base >> 32) ||
		    (size_cells == 1 && bank[i].size >> 32))
			return dt_fail(&e->w, e->d, -ERANGE, "reg",
				       "%#lx bytes at %#lx do not fit in the cells that the node above has for them",
				       (unsigned long)bank[i].size, (unsigned long)bank[i].base);
		put_cells(&p, address_cells, bank[i].base);
		put_cells(&p, size_cells, bank[i].size);
	}
	return err;
}

/* The node keeps what it described and the guest has. */
int edit_memory(struct edit *e)
{
	struct range banks[EDIT_MAX_RAM], r, part;
	unsigned n = 0;
	int ret;

	if (dt_is_off(&e->w))
		return 0;
	if (e->w.depth != 1)
		return edit_delete_node(e);
	for (unsigned i = 0; i < dt_reg_count(&e->w); i++) {
		ret = dt_reg(&e->w, i, &r, e->d);
		if (ret < 0)
			return ret;
		for (unsigned j = 0; ret && j < e->nr_ram; j++) {
			part = range_intersect(e->ram[j], r);
			if (!part.size)
				continue;
			if (n == EDIT_MAX_RAM || !take(e, j, part))
				return dt_fail(&e->w, e->d, -E2BIG, "reg",
					       "the guest has this memory in more than the %d pieces that Mavis takes: put the config's regions side by side that make holes in it",
					       EDIT_MAX_RAM);
			banks[n++] = part;
		}
	}
	if (!n)
		return edit_delete_node(e);
	ret = edit_set_banks(e, banks, n);
	return ret ? ret : edit_delete(e, "linux,usable-memory");
}

int edit_remaining_ram(struct edit *e)
{
	struct range bank[EDIT_MAX_RAM];
	unsigned n = 0;
	char name[32];
	int err;

	for (unsigned i = 0; i < e->nr_ram; i++)
		if (e->ram[i].size)
			bank[n++] = e->ram[i];
	if (!n)
		return 0;
	format(name, sizeof(name), "memory@%lx", (unsigned long)bank[0].base);
	err = edit_add(e, name);
	if (!err)
		err = edit_set_banks(e, bank, n);
	if (!err)
		err = edit_set_string(e, "device_type", "memory");
	if (!err)
		edit_leave(e, 0);
	return err;
}
