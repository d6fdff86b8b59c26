/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's description: the bundle's config.dtb, read and checked. The binding is in
 * docs/config.md.
 */
#ifndef BOOT_CONFIG_CONFIG_H
#define BOOT_CONFIG_CONFIG_H

#include "boot/machine/fdt.h"
#include "boot/machine/pci.h"
#include "hyp/bar.h"
#include "lib/format.h"
#include "lib/types.h"
#include "mm/region.h"

#define CONFIG_MAX_SIZE	MIB(1)

/* A region that is a PCI function's BAR: not looked for yet, so it has no place and no size. */
struct config_bar {
	struct region region;
	struct pci_request request;
	bool has_ipa;			/* it says where the guest sees a fixed one: region.ipa */
	bool optional;			/* no error if the machine has no such function */
};

/* The guest's tree names it, so it cannot move. */
static inline bool config_bar_is_fixed(const struct config_bar *b)
{
	return b->region.opts.expose == EXPOSE_RESERVED || b->region.opts.expose == EXPOSE_PMEM;
}

/* Which calls of its firmware's the guest's nodes get: boot/machine/callers.h has their classes. */
enum firmware_calls {
	FIRMWARE_CALLS_BY_TREE,		/* what is plain, or checked */
	FIRMWARE_CALLS_NONE,
	FIRMWARE_CALLS_TRUSTED,		/* all */
};

#define CONFIG_MAX_PAIRS	16

struct config_pairs {
	unsigned nr;
	struct { u32 first, last; } pair[CONFIG_MAX_PAIRS];
};

struct config {
	unsigned cpus;			/* 0: all that the machine has */
	u64 memory;			/* bytes, whole pages; 0: all that is left */
	const char *bootargs;		/* "" where there are none */
	u64 place;			/* where Mavis moves; 0: where it finds room */
	bool mte;
	bool verify;
	bool quiet;			/* nothing on the console but errors that stop Mavis */
	bool verbose;			/* a line for each region of the machine's, too */
	bool json;			/* by the command line alone: the table for programs, too */
	bool strict;			/* stop where the self-check finds a difference */
	bool control;			/* offer the control page and calls */
	bool debug;			/* gdb on the console, ... (docs/debugging.md) */
	u8 firmware_calls;		/* enum firmware_calls */
	struct config_pairs allow_smc;	/* function identifiers that pass besides */
	bool no_fwb;			/* HCR_EL2.FWB = 0 also where the CPU has FEAT_S2FWB */
	u8 as;				/* enum region_as, for all that does not say otherwise */
	bool as_far;			/* go on where that would not map something */
	bool mte_hidden_as;		/* `as` hides MTE from its guests */
	struct dt_prop withhold;	/* paths of nodes that the guest does not get; .data NULL */
	bool require_smmu;		/* stop where no SMMU contains a device's DMA */
	/* What tools/bundle wrote of the members */
	bool has_kernel_crc, has_ramdisk_crc, has_dtb_crc;
	u32 kernel_crc, ramdisk_crc, dtb_crc;
	bool bare;			/* a bare-metal program: no arm64 Image header */
	ipa_t load, entry;		/* where it goes and starts, when bare */
	u64 kernel_memory;		/* from its beginning on, with bss and stack; 0: not said */
	bool has_dtb_at;
	ipa_t dtb_at;			/* where the kernel expects its tree, whatever x0 says */
	const struct region *regions;	/* in their nodes' order, each only checked by itself */
	unsigned nr_regions;
	struct config_bar bar[BAR_MAX];
	unsigned nr_bars;
};

/*
 * `format` of config and bundle, and what one that has none is of. The next number is for a config
 * that this Mavis would misunderstand, not for one that it refuses by a property's name.
 */
#define CONFIG_FORMAT	1

/* The guest is to have MTE where the machine has it. */
static inline bool config_offers_mte(const struct config *c)
{
	return c->mte && !c->mte_hidden_as;
}

/*
 * Reads @dtb (@size bytes at any address, untrusted, at most CONFIG_MAX_SIZE). A copy is kept:
 * c->bootargs, c->withhold and c->regions are valid until the next call. @host says how many CPUs
 * and which nodes there are, and what Mavis's command line adds; without one (NULL) neither is
 * checked, and `host-node` is refused.
 * Unknown nodes, properties and values are refused: the text names node and property, says why, and
 * what would be right.
 */
int config_read(const void *dtb, u64 size, const struct host *host, struct config *c,
		struct diag *d);

/* Makes @c, which was read from @dtb, do without the copy: it needs @dtb itself from now on. */
void config_drop_copy(struct config *c, const void *dtb);

#endif
