/* SPDX-License-Identifier: Apache-2.0 */
/* What of the machine writes memory by itself, and what contains it: for people. */
#ifndef BOOT_GUEST_DMA_LIST_H
#define BOOT_GUEST_DMA_LIST_H

#include "boot/machine/host.h"
#include "mm/region.h"

enum dma_way { DMA_UNKNOWN, DMA_NOT_THE_GUESTS, DMA_CONTAINED, DMA_NOT_CONTAINED };

/* Goes through the lines. Zero the rest to start. */
struct dma_list {
	const struct host *host;
	const struct region_table *regions;	/* what the guest does not have it cannot use */
	unsigned line;
	u8 way[HOST_MAX_MASTERS];		/* of each of host->master: enum dma_way */
};

/* Writes the next line, without its end; false: there are no more. */
bool dma_list_next(struct dma_list *l, char *buf, size_t size);

/*
 * True if an SMMU contains every master that the guest has. Never of QEMU's PCI, where
 * virtio-pci may pass the SMMU by.
 */
bool dma_is_contained(const struct host *host, const struct region_table *regions);

#endif
