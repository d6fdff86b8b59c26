/* SPDX-License-Identifier: Apache-2.0 */
/* What the tree says about CPUs and interrupt controllers that the guest does not have. */
#include "hyp/guest_fdt_parts.h"
#include <string.h>

/* Lists of phandles, each with arguments. */
static const struct reference {
	const char *name;
	u8 stride;		/* cells of an entry; 0: of a length that the phandle's node says */
	u8 at;			/* which of them is the phandle */
	bool node;		/* the node is about nothing else: it goes when its list is empty */
} references[] = {
	{ "msi-parent",		0, 0, false },
	{ "msi-map",		4, 1, false },
	{ "interrupt-affinity",	1, 0, false },
	{ "affinity",		1, 0, false },
	{ "cooling-device",	3, 0, true },
	{ "cpu",		1, 0, true },
};

static bool gone(const struct edit *e, const u8 *phandle)
{
	u32 val = dt_cell(phandle);

	for (unsigned i = 0; i < e->nr_gone; i++)
		if (e->gone[i] == val)
			return true;
	return false;
}

static int shrink(struct edit *e, const char *name, u32 len)
{
	u8 *p;

	return len ? edit_resize(e, name, len, &p) : edit_delete(e, name);
}

/*
 * Closes up @n entries of @size bytes at @data, less those whose phandle, one every @stride bytes
 * from @phandle, is gone. The two may be the same list: nothing is written before it is read.
 * Returns the length that is left.
 */
static u32 close_up(const struct edit *e, u8 *data, u32 size, u32 n, const u8 *phandle, u32 stride)
{
	u32 out = 0;

	for (u32 i = 0; i < n; i++, phandle += stride) {
		if (gone(e, phandle))
			continue;
		memmove(data + out, data + i * size, size);
		out += size;
	}
	return out;
}

/* A PMU lists its CPUs in the order of its interrupts. */
static int drop_interrupts(struct edit *e, struct dt_prop affinity)
{
	struct dt_prop irq = dt_prop(&e->w, "interrupts");
	u32 n = affinity.len / 4, left;

	if (!irq.data || irq.len % (n * 4))
		return 0;
	left = close_up(e, (u8 *)irq.data, irq.len / n, n, affinity.data, 4);
	return left == irq.len ? 0 : shrink(e, "interrupts", left);
}

static int edit_list(struct edit *e, const struct reference *ref, bool *changed)
{
	struct dt_prop p = dt_prop(&e->w, ref->name);
	u32 entry = ref->stride ? ref->stride * 4u : p.len, left;
	int err;

	*changed = false;
	if (p.len < 4 || p.len < entry)
		return 0;
	if (!strcmp(ref->name, "interrupt-affinity")) {
		err = drop_interrupts(e, p);
		if (err)
			return err;
		p = dt_prop(&e->w, ref->name);
	}
	left = close_up(e, (u8 *)p.data, entry, p.len / entry, p.data + ref->at * 4, entry);
	if (left == p.len / entry * entry)
		return 0;
	*changed = true;
	return !left && ref->node ? edit_drop(e) : shrink(e, ref->name, left);
}

static int edit_lists(struct edit *e)
{
	struct dt_prop p;
	const char *name;
	bool changed;
	u32 at = 0;
	int err;

	while (dt_next_prop(&e->w, &at, &name, &p)) {
		for (unsigned i = 0; i < ARRAY_SIZE(references); i++) {
			if (*name != *references[i].name || strcmp(name, references[i].name))
				continue;
			err = edit_list(e, &references[i], &changed);
			if (err || e->w.dropped)
				return err;
			if (changed)
				at = 0;		/* the properties have moved */
			break;
		}
	}
	return 0;
}

/* A level of /cpus/cpu-map without a CPU below it. */
static bool is_empty_level(const struct edit *e)
{
	return e->w.depth >= 2 && !strcmp(e->w.bus[1].name, "cpus") &&
	       !strcmp(e->w.bus[2].name, "cpu-map") && !dt_prop(&e->w, "cpu").data &&
	       fdt_first_subnode(e->fdt, e->w.node) < 0;
}

/* The levels from the lowest up, one at a time. */
static int tidy_cpu_map(struct edit *e)
{
	bool again = true;
	int err = 0;

	while (!err && again) {
		again = false;
		dt_walk(&e->w, e->fdt);
		while (!err && dt_next(&e->w)) {
			if (is_empty_level(e)) {
				err = edit_drop(e);
				again = true;
			}
		}
	}
	return err;
}

int edit_references(struct edit *e)
{
	int err = 0;

	dt_walk(&e->w, e->fdt);
	while (!err && dt_next(&e->w))
		err = edit_lists(e);
	return err || !e->cpu_gone ? err : tidy_cpu_map(e);
}
