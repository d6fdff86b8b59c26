/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device trees, read in one pass.
 *
 * libfdt finds a node's parent, cells and bus by starting at the root again. A walk is a layer over
 * its readers that visits each node once, in the tree's order, with what its ancestors say at hand:
 * it translates addresses, and names node and property where something is wrong. Offsets of nodes
 * and properties are libfdt's, so that its other functions can be called for where a walk stands.
 */
#ifndef BOOT_MACHINE_FDT_H
#define BOOT_MACHINE_FDT_H

#include <libfdt.h>

#include "lib/format.h"
#include "lib/types.h"

#define DT_MAX_DEPTH	24
#define DT_MAX_PATH	96
#define DT_NR_NAMES	64
#define DT_PA_BITS	48	/* no address of a machine that Mavis runs on is wider */

struct dt_prop {
	const u8 *data;		/* aligned to 4; NULL: the node has no such property */
	u32 len;
};

/* The properties that a walk collects of every node. */
enum dt_known {
	DT_ADDRESS_CELLS,
	DT_SIZE_CELLS,
	DT_AFFINITY,
	DT_COMPATIBLE,
	DT_COOLING_DEVICE,
	DT_CPU,
	DT_DEVICE_TYPE,
	DT_DMA_CELLS,
	DT_DMA_COHERENT,
	DT_DMA_NONCOHERENT,
	DT_INTERRUPT_AFFINITY,
	DT_INTERRUPT_PARENT,
	DT_IOMMU_MAP,
	DT_IOMMUS,
	DT_MSI_MAP,
	DT_MSI_PARENT,
	DT_PHANDLE,
	DT_RANGES,
	DT_REG,
	DT_STATUS,
	DT_NR_KNOWN
};

/* A node as the bus of its children. */
struct dt_bus {
	const char *name;
	struct dt_prop compatible;
	struct dt_prop ranges;
	u8 address_cells, size_cells;
	bool mapped;		/* the CPU reaches the children's `reg`, level by level */
	bool off;		/* it is disabled, or a node above it */
};

/* A property's name that was looked up, by its offset among the tree's strings. */
struct dt_name {
	u32 offset;
	u32 known;		/* enum dt_known; DT_NR_KNOWN: it is none of these */
};

struct dt_walk {
	const void *fdt;
	int node;		/* where the walk stands */
	int depth;		/* 0: the root */
	int next;		/* offset of what follows the node's properties */
	struct dt_name name[DT_NR_NAMES];	/* by the low bits of the offset */
	struct dt_prop prop[DT_NR_KNOWN];
	struct dt_bus bus[DT_MAX_DEPTH];	/* [depth]: the node; below: its ancestors */
};

/* What a node is, by `compatible`. */
enum dt_kind {
	DT_OTHER, DT_GICV2, DT_GICV3, DT_ITS, DT_INTC, DT_SMMU, DT_SMMUV3, DT_PSCI, DT_PCI_ECAM,
	DT_PCI_DW_ECAM,		/* an ECAM as struct pci_space's `echoes` has it */
	DT_PMCG,		/* an SMMUv3's counters */
	DT_CMDQV,		/* more command queues of an SMMUv3 */
	DT_V2M,			/* a GICv2's message interrupts */
	DT_DEBUG,		/* registers by which a CPU can be halted and made to do things */
	DT_ETM,			/* registers of a CPU's trace unit */
	DT_DSU,			/* a cluster's counters, by registers of the core's own */
	DT_CCPLEX,		/* /cpus, whose driver sets clocks by such registers */
	DT_SCREEN,		/* memory that a loader has put on a screen */
	DT_SRAM,		/* memory on the chip; its children are parts of it */
	DT_CORE,		/* a processor in whose own memory a driver puts its program */
	DT_FW_CFG,		/* QEMU's, which also does DMA */
	DT_FLASH,		/* what is written to it starts the machine the next time */
	DT_COREBOOT,		/* its firmware's tables, with a `reg` of the root's cells */
	DT_NR_KINDS
};

/*
 * Checks @size bytes at @fdt, aligned to 8, from the header to the last property. The text says
 * what is wrong, not whose tree it is.
 */
int dt_check(const void *fdt, u64 size, struct diag *d);

/* Bytes of the tree without the slack that a loader may leave behind its last block. */
u32 dt_used_size(const void *fdt);

/*
 * As fdt_open_into(), for a tree that dt_check() has passed, and which may be @out itself: without
 * its slack, and with FDT_END inside its block, where fdt_pack() keeps it. Blocks that have to
 * change places take room beside the copy.
 */
int dt_open(const void *fdt, void *out, u32 room);

/* A walk over a tree that dt_check() has passed: while (dt_next(&w)). */
void dt_walk(struct dt_walk *w, const void *fdt);

/* Steps to the next node; false at the end. */
bool dt_next(struct dt_walk *w);

/*
 * Stands on the node at offset @node, @depth levels down and below the nodes that the walk has come
 * through: the current one again after a change to it, one that was added below it, or its parent.
 */
void dt_stand(struct dt_walk *w, int node, int depth);

/* The current node and all below it were deleted: the next step is to what followed them. */
void dt_deleted(struct dt_walk *w);

/* Any property of the current node, by name, or of the node at an offset. */
struct dt_prop dt_prop(const struct dt_walk *w, const char *name);
struct dt_prop dt_prop_of(const void *fdt, int node, const char *name);

/* Entry @i of the memory reservation block; false after the last. */
bool dt_reservation(const void *fdt, int i, struct range *r);

/* The current node's properties one by one, *at being 0 for the first; false after the last. */
bool dt_next_prop(const struct dt_walk *w, int *at, const char **name, struct dt_prop *p);

static inline const char *dt_name(const struct dt_walk *w)
{
	return w->bus[w->depth].name;
}

static inline bool dt_is_off(const struct dt_walk *w)
{
	return w->bus[w->depth].off;
}

static inline const struct dt_bus *dt_parent(const struct dt_walk *w)
{
	return &w->bus[w->depth - 1];
}

/* True for the node of this name right below the root. */
bool dt_at(const struct dt_walk *w, const char *name);
void dt_path(const struct dt_walk *w, char *buf, size_t size);

/* True if @len characters at @path name the current node; unit addresses may be left out. */
bool dt_path_is(const struct dt_walk *w, const char *path, size_t len);

/* The same for any string of a list of paths. */
bool dt_path_is_in(const struct dt_walk *w, struct dt_prop paths);

/*
 * True while a walk is in a node that a string of the list names, or below it: ask at each node.
 * *top is how deep that node is; DT_MAX_DEPTH, none, before the walk begins.
 */
bool dt_is_below(const struct dt_walk *w, struct dt_prop paths, int *top);

/* `status` is absent or says okay. */
bool dt_enabled(const struct dt_walk *w);
enum dt_kind dt_kind(const struct dt_walk *w);

/* True for a part of an SRAM. */
bool dt_in_sram(const struct dt_walk *w);
bool dt_is_memory(const struct dt_walk *w);
bool dt_is_cpu(const struct dt_walk *w);
bool dt_is_pci(const struct dt_walk *w);

/* True if the device writes and reads memory by itself (boot/machine/masters.c). */
bool dt_is_master(const struct dt_walk *w);

/* The first string of a property, or NULL where it is absent, empty or not closed by a NUL. */
const char *dt_string(struct dt_prop p);

/* The string after @s in a property, or the first where @s is NULL; NULL after the last. */
const char *dt_next_string(struct dt_prop p, const char *s);

/* A number of one or two cells; false where the property is absent or of another length. */
bool dt_number(struct dt_prop p, u64 *val);

static inline u32 dt_cell(const u8 *p)
{
	return fdt32_to_cpu(*(const fdt32_t *)p);
}

/* The number in @n cells: 0 to 2 of them. */
u64 dt_cells(const u8 *p, unsigned n);

/* Whole entries in the current node's `reg`; 0 where it has none that is memory. */
unsigned dt_reg_count(const struct dt_walk *w);

/*
 * Entry @i of `reg` as the CPU sees it: 1. 0: the CPU does not reach it, or it is empty. -ERANGE
 * with a text: it wraps, or lies beyond DT_PA_BITS.
 */
int dt_reg(const struct dt_walk *w, unsigned i, struct range *out, struct diag *d);

/*
 * Brings a range on the bus that the current node stands on to the CPU; results as dt_reg(), with
 * @prop in the text.
 */
int dt_translate(const struct dt_walk *w, struct range *r, const char *prop, struct diag *d);

/* fail() with the current node's path and @prop before the text. */
int dt_fail(const struct dt_walk *w, struct diag *d, int err, const char *prop, const char *fmt,
	    ...) __attribute__((format(printf, 5, 6)));

#endif
