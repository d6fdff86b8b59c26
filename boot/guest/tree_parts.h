/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of guest_fdt_write(). Only hyp/guest_fdt*.c include this. */
#ifndef BOOT_GUEST_TREE_PARTS_H
#define BOOT_GUEST_TREE_PARTS_H

#include "boot/machine/fdt.h"
#include "boot/guest/fdt_write.h"
#include "boot/guest/tree.h"

#define EDIT_MAX_GONE		128
#define EDIT_MAX_RAM		64
#define EDIT_MAX_CHANGES	16

struct edit_change {
	const char *prop;
	const void *val;		/* NULL: it goes */
	u32 len;
};

/* The tree in the making. */
struct edit {
	const void *from;			/* the host's, or the bundle's */
	struct dt_writer out;
	const struct guest_fdt_args *args;
	struct diag *d;
	struct dt_walk w;			/* stands on the node being written */
	bool skip;				/* it is not to be written */
	struct edit_change change[EDIT_MAX_CHANGES];	/* to its properties */
	unsigned nr_changes;
	u8 values[EDIT_MAX_RAM * 16 + 64] __attribute__((aligned(8)));	/* of theirs */
	u32 values_used;
	bool gic, psci, chosen, reserved, boot_cpu;	/* seen */
	struct range ram[EDIT_MAX_RAM];		/* memory that no node names yet */
	unsigned nr_ram;
	u32 gone[EDIT_MAX_GONE];		/* phandles of what the guest does not have */
	unsigned nr_gone;
};

/*
 * Changes to the node that e->w stands on; @prop and @val must live until it is written.
 * edit_room() has room for a value of @len bytes. -E2BIG with a text that names node and property.
 */
int edit_set(struct edit *e, const char *prop, const void *val, u32 len);
int edit_set_string(struct edit *e, const char *prop, const char *val);
int edit_room(struct edit *e, const char *prop, u32 len, u8 **val);
int edit_delete(struct edit *e, const char *prop);	/* no error if there is none */

/*
 * Writes a new node below the one that e->w stands on, with the changes that @fill makes to it.
 * -EEXIST: the tree has one of this name.
 */
int edit_add(struct edit *e, const char *name, int (*fill)(struct edit *e, const void *arg),
	     const void *arg);

/* Writes a number of @n cells and steps behind it. */
void edit_put_cells(u8 **p, unsigned n, u64 val);

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
 * Makes the nodes of regions with `expose`: those below /reserved-memory where the tree has that,
 * then the others below the root. And says how many bytes they take at most.
 */
int edit_reserved(struct edit *e);
int edit_exposed(struct edit *e);
u64 edit_exposed_bound(const struct region_table *t);

/* Makes the control page's node. */
int edit_control(struct edit *e);

/* What speaks of the host's own boot, by the name of a property or a `compatible`. */
bool edit_is_leftover(const char *name);

/* What the guest does not have; and notes all of that, for those that refer to it. */
bool edit_is_gone(const struct edit *e, enum dt_kind kind);
int edit_find_gone(struct edit *e);

/* Writes a property that may refer to something that is gone; false if it is none of these. */
bool edit_list(struct edit *e, const char *name, struct dt_prop p);

/* True if the node is about nothing but what is gone. */
bool edit_refers_to_gone(const struct edit *e);

#endif
