/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the config says and the machine's device tree does not bear out, or that tree in one place
 * and not in another. It may be meant.
 */
#ifndef BOOT_GUEST_DOUBT_H
#define BOOT_GUEST_DOUBT_H

#include "boot/config/config.h"
#include "boot/machine/host.h"
#include "mm/region.h"

struct doubts {
	const struct host *host;
	const struct config *config;
	const struct region_table *regions;	/* finished */
	struct mm_caps caps;
	bool own_tree;			/* the bundle has a tree for the guest */
	unsigned region, rule, reserved;	/* where doubt_next() goes on: 0 at first */
};

/* The next one as a sentence that names region or node; false: there is no more. */
bool doubt_next(struct doubts *d, char *buf, size_t size);

#endif
