/* SPDX-License-Identifier: Apache-2.0 */
/* PCI functions that some of the lab's questions need. */
#ifndef GUESTS_LAB_CARD_H
#define GUESTS_LAB_CARD_H

#include "boot/machine/host.h"

struct card {
	u64 config;		/* the page of its configuration space */
	u64 registers;		/* where the CPU sees BAR 0, not mapped but for its first page */
	bool coherent;		/* its host bridge's node says dma-coherent */
};

/*
 * The function with @id (device << 16 | vendor) on the first bus of a host bridge with an ECAM, and
 * its BAR 0 of @size bytes, which has a place afterwards. It may master the bus. False: there is
 * none, or no room for it.
 */
bool card_open(const struct host *host, u32 id, u64 size, struct card *out);

#endif
