/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of guest_fdt_write(). Only hyp/guest_fdt*.c include this. */
#ifndef HYP_GUEST_FDT_PARTS_H
#define HYP_GUEST_FDT_PARTS_H

#include "drivers/fdt.h"
#include "hyp/guest_fdt.h"

#define EDIT_MAX_GONE	128
#define EDIT_MAX_RAM	64

/* The tree in the making. */
struct edit {
	void *fdt;
	const struct guest_fdt_args *args;
	struct diag *d;
	struct dt_walk w;			/* stands on the node being changed */
	bool gic, psci, chosen, boot_cpu;	/* seen */
	bool cpu_gone;
	struct range ram[EDIT_MAX_RAM];		/* memory that no node names yet */
	unsigned nr_ram;
	u32 gone[EDIT_MAX_GONE];		/* phandles of what was removed */
	unsigned nr_gone;
};

/*
 * Changes to the node that e->w stands on: 0, or a negative errno with a text that names node and
 * property.
 */
int edit_set(struct edit *e, const char *prop, const void *val, u32 len);
int edit_set_string(struct edit *e, const char *prop, const char *val);
int edit_resize(struct edit *e, const char *prop, u32 len, u8 **val);
int edit_delete(struct edit *e, const char *prop);	/* no error if there is none */
int edit_drop(struct edit *e);				/* the node; its phandle goes to e->gone */

/* Makes a node below the one at offset @parent and steps to it. */
int edit_add(struct edit *e, int parent, const char *name);

/* Writes `reg` in the cells of the node's parent, which must be ones that the CPU reaches. */
int edit_set_banks(struct edit *e, const struct range *bank, unsigned n);

/*
 * Collects the guest's memory, gives it to a memory node of the tree, and makes a node for what is
 * left.
 */
int edit_collect_ram(struct edit *e);
int edit_memory(struct edit *e);
int edit_remaining_ram(struct edit *e);

/* Makes the nodes of regions with `expose`, and says how many bytes they take at most. */
int edit_exposed(struct edit *e);
u64 edit_exposed_bound(const struct region_table *t);

/* Removes what refers to something that is gone. */
int edit_references(struct edit *e);

#endif
