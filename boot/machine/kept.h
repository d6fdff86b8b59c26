/* SPDX-License-Identifier: Apache-2.0 */
/* What of the machine's tree is never the guest's: neither its node nor its registers. */
#ifndef BOOT_MACHINE_KEPT_H
#define BOOT_MACHINE_KEPT_H

#include "boot/machine/fdt.h"
#include "boot/machine/host.h"
#include "mm/region.h"

/* Why a node of this kind is not the guest's, in a few words; NULL: it may be. */
const char *kept_why(enum dt_kind kind);

/*
 * Takes the nodes that one of @paths names, and all below them, from @host: their registers,
 * windows and other memory become host->kept. -E2BIG: it is full.
 */
int host_withhold(struct host *host, struct dt_prop paths, struct diag *d);

/*
 * Writes one line, without its end, for each reason for which something is kept, *at being 0 for
 * the first; false after the last. Disabled masters of the bus are among it, but for those that
 * one of the config's @nr @regions gives to the guest.
 */
bool kept_next(const struct host *host, const struct region *regions, unsigned nr, unsigned *at,
	       char *buf, size_t size);

#endif
