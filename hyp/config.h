/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's description: the bundle's config.dtb, read and checked. The binding is in docs/config.md. */
#ifndef HYP_CONFIG_H
#define HYP_CONFIG_H

#include "lib/format.h"
#include "lib/types.h"
#include "mm/region.h"

struct host;

struct config {
	unsigned cpus;			/* 0: all that the machine has */
	u64 memory;			/* bytes; 0: all that is left */
	const char *bootargs;		/* in the config blob; "" where there are none */
	bool mte;
	bool verify;
	/* What tools/bundle wrote of the members */
	bool has_kernel_crc, has_ramdisk_crc, has_dtb_crc;
	u32 kernel_crc, ramdisk_crc, dtb_crc;
	bool bare;			/* a bare-metal program: no arm64 Image header */
	ipa_t load, entry;		/* where it goes and starts, when bare */
};

/*
 * Reads @dtb (@size bytes, untrusted) and appends its regions to @t. @host resolves `host-node`. Unknown properties and values
 * are refused: the text names node and property, says why, and what would be right.
 */
int config_read(const void *dtb, u64 size, const struct host *host, struct config *c, struct region_table *t,
		struct diag *d);

#endif
