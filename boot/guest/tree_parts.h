/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of guest_fdt_write(). Only boot/guest/tree*.c include this. */
#ifndef BOOT_GUEST_TREE_PARTS_H
#define BOOT_GUEST_TREE_PARTS_H

#include "boot/guest/tree.h"
#include "boot/machine/fdt.h"

#define EDIT_MAX_GONE		(MAX_CPUS + 128)
#define EDIT_MAX_RAM		256

/* The tree in the making. */
struct edit {
	void *fdt;
	const struct guest_fdt_args *args;
	struct diag *d;
	/*
	 * Stands on the node that is edited. What changes lies in it or behind it: offsets and
	 * names of its ancestors stay as the walk has them.
	 */
	struct dt_walk w;
	bool gic, psci, chosen, reserved, boot_cpu;	/* seen */
	struct range ram[EDIT_MAX_RAM];		/* memory that no node names yet */
	unsigned nr_ram;
	u32 gone[EDIT_MAX_GONE];		/* phandles of what the guest does not have */
	unsigned nr_gone;
};

/*
 * Changes to the node that e->w stands on, which reads it again: what was taken from e->w.prop
 * before is not there any more. @val must not lie in the tree. -ENOSPC with a text that names node
 * and property.
 */
int edit_set(struct edit *e, const char *prop, const void *val, u32 len);
int edit_set_string(struct edit *e, const char *prop, const char *val);
int edit_set_u32(struct edit *e, const char *prop, u32 val);
int edit_set_u64(struct edit *e, const char *prop, u64 val);

/* Gives a property @len bytes, of which those that it had stay; *val: where they are. */
int edit_resize(struct edit *e, const char *prop, u32 len, u8 **val);
int edit_delete(struct edit *e, const char *prop);	/* no error if there is none */

/* Deletes the node itself and all below it. */
int edit_delete_node(struct edit *e);

/*
 * Adds a node below the one that e->w stands on, before its other children, and steps to it.
 * -EEXIST: it has one of this name. edit_leave() steps back, to the node at offset @parent.
 */
int edit_add(struct edit *e, const char *name);
void edit_leave(struct edit *e, int parent);

/*
 * Many nodes at once that differ in their names and in what their properties say. (libfdt compares
 * the name of each one that it adds with all its siblings', and moves all that is behind it.)
 *
 * edit_copy_size() says how many bytes a copy takes of the node that e->w stands on, which has
 * properties and no children. edit_add_room() adds a node of @size bytes as edit_add() does, and
 * copies that are as large together go over it: until the last one, what is behind is no tree.
 * edit_copy() copies the node at @from to @to, steps there, and returns the offset behind it; that
 * no other has its name is for the caller to see.
 */
u32 edit_copy_size(const struct edit *e, const char *name);
int edit_add_room(struct edit *e, const char *name, u32 size);
int edit_copy(struct edit *e, int from, int to, const char *name);

/* Sets `reg` in the cells of the node's parent, which must be ones that the CPU reaches. */
int edit_set_banks(struct edit *e, const struct range *bank, unsigned n);

/*
 * Collects the guest's memory, gives it to a memory node of the tree, and makes a node for what is
 * left.
 */
int edit_collect_ram(struct edit *e);
int edit_memory(struct edit *e);
int edit_remaining_ram(struct edit *e);

/*
 * Makes the nodes of regions with `expose`: those below /reserved-memory, on which e->w stands, or
 * which the tree does not have; then the others below the root. And says how many bytes they take
 * at most.
 */
int edit_reserved(struct edit *e);
int edit_exposed(struct edit *e);
u64 edit_exposed_bound(const struct region_table *t);

/* Makes the control page's node. */
int edit_control(struct edit *e);

/* What speaks of the host's own boot, by the name of a property or a `compatible`. */
bool edit_is_leftover(const char *name);

/*
 * Whether the guest does not have the node, which is of @kind. Deletes it and all below it, and
 * notes their phandles.
 */
bool edit_is_gone(const struct edit *e, enum dt_kind kind);
int edit_take_away(struct edit *e);

/* Whether the bundle's tree, at an address aligned to 8, is sound. */
int edit_check_base(const void *fdt, u64 size, struct diag *d);

/* When all are noted: what the tree still says about them. */
int edit_references(struct edit *e);

#endif
