/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the node on which the walk over the guest's tree stands. */
#include <string.h>

#include "boot/guest/tree_parts.h"
#include "lib/errno.h"

/* @err is libfdt's. */
static int changed(struct edit *e, const char *prop, int err)
{
	if (err < 0)
		return dt_fail(&e->w, e->d, -ENOSPC, prop,
			       "it cannot be changed in the guest's device tree, which needs more than %u bytes (libfdt: %d)",
			       fdt_totalsize(e->fdt), err);
	dt_stand(&e->w, e->w.node, e->w.depth);
	return 0;
}

int edit_set(struct edit *e, const char *prop, const void *val, u32 len)
{
	return changed(e, prop, fdt_setprop(e->fdt, e->w.node, prop, val, (int)len));
}

int edit_set_string(struct edit *e, const char *prop, const char *val)
{
	return edit_set(e, prop, val, (u32)strlen(val) + 1);
}

int edit_set_u32(struct edit *e, const char *prop, u32 val)
{
	return changed(e, prop, fdt_setprop_u32(e->fdt, e->w.node, prop, val));
}

int edit_set_u64(struct edit *e, const char *prop, u64 val)
{
	return changed(e, prop, fdt_setprop_u64(e->fdt, e->w.node, prop, val));
}

int edit_resize(struct edit *e, const char *prop, u32 len, u8 **val)
{
	int had, err;
	void *data = fdt_getprop_w(e->fdt, e->w.node, prop, &had);

	/* libfdt would move all that is behind it, if only to where it is. */
	if (data && had == (int)len) {
		*val = data;
		return 0;
	}
	err = fdt_setprop_placeholder(e->fdt, e->w.node, prop, (int)len, &data);
	*val = data;
	return changed(e, prop, err);
}

int edit_delete(struct edit *e, const char *prop)
{
	if (!dt_prop(&e->w, prop).data)
		return 0;
	return changed(e, prop, fdt_delprop(e->fdt, e->w.node, prop));
}

int edit_delete_node(struct edit *e)
{
	int err = fdt_del_node(e->fdt, e->w.node);

	if (err)
		return changed(e, "the node", err);
	dt_deleted(&e->w);
	return 0;
}

int edit_add(struct edit *e, const char *name)
{
	int node = fdt_add_subnode(e->fdt, e->w.node, name);

	if (node == -FDT_ERR_EXISTS) {
		dt_stand(&e->w, fdt_subnode_offset(e->fdt, e->w.node, name), e->w.depth + 1);
		return dt_fail(&e->w, e->d, -EEXIST, "the node",
			       "is there already; rename or remove the one in the device tree");
	}
	if (node < 0)
		return changed(e, name, node);
	dt_stand(&e->w, node, e->w.depth + 1);
	return 0;
}

/* Of a node of this name without properties. */
static u32 empty_size(const char *name)
{
	return FDT_TAGSIZE + (u32)ALIGN_UP(strlen(name) + 1, FDT_TAGSIZE) + FDT_TAGSIZE;
}

u32 edit_copy_size(const struct edit *e, const char *name)
{
	return empty_size(name) +
	       (u32)(e->w.next - fdt_first_property_offset(e->fdt, e->w.node));
}

int edit_add_room(struct edit *e, const char *name, u32 size)
{
	u32 rest = empty_size(name) + (u32)sizeof(struct fdt_property);
	u8 *val;
	int err = edit_add(e, name);

	return err ? err : edit_resize(e, "reg", size - rest, &val);
}

int edit_copy(struct edit *e, int from, int to, const char *name)
{
	int props = fdt_first_property_offset(e->fdt, from);
	u32 end = empty_size(name) - FDT_TAGSIZE;
	u8 *structure = (u8 *)e->fdt + fdt_off_dt_struct(e->fdt), *node = structure + to;

	dt_stand(&e->w, from, e->w.depth);
	memset(node, 0, end);
	fdt32_st(node, FDT_BEGIN_NODE);
	memcpy(node + FDT_TAGSIZE, name, strlen(name) + 1);
	memcpy(node + end, structure + props, (size_t)(e->w.next - props) + FDT_TAGSIZE);
	dt_stand(&e->w, to, e->w.depth);
	return e->w.next + FDT_TAGSIZE;
}

void edit_leave(struct edit *e, int parent)
{
	dt_stand(&e->w, parent, e->w.depth - 1);
}
