/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's device tree: the host's, less what Mavis keeps, plus what it provides. */
#ifndef BOOT_GUEST_TREE_H
#define BOOT_GUEST_TREE_H

#include "boot/machine/host.h"
#include "boot/config/config.h"
#include "lib/format.h"
#include "mm/region.h"

struct guest_fdt_args {
	const struct host *host;		/* the boot CPU first in host->cpu */
	const struct config *config;
	const struct region_table *regions;	/* finished: see region_is_memory() */
	const void *base;			/* guest.dtb, untrusted; NULL: the host's tree */
	u64 base_size;
	struct range ramdisk;			/* IPA; size 0: none */
	ipa_t control_page;			/* 0: none */
};

/* How many bytes guest_fdt_write() may need. @args->ramdisk need not be known yet. */
u64 guest_fdt_bound(const struct guest_fdt_args *args);

/*
 * Adds to the *nr ranges (PA) at @avoid, which has room for @max, the guest's memory that the
 * bundle's tree reserves by /memreserve/ or a `reg` in /reserved-memory: a kernel that was placed
 * there would give its own text away. The tree must be aligned to 8. -EINVAL: it is corrupt;
 * -E2BIG: there are too many, and the text names the first without a place.
 */
int guest_fdt_reserved(const struct guest_fdt_args *args, struct range *avoid, unsigned *nr,
		       unsigned max, struct diag *d);

/*
 * Writes the guest's tree into @size bytes at @buf, aligned to 8; the tree's totalsize is what it
 * needs. The guest's CPUs are the first config->cpus of host->cpu, or all. Every error names the
 * node and property that did not fit or was wrong.
 */
int guest_fdt_write(void *buf, u64 size, const struct guest_fdt_args *args, struct diag *d);

#endif
