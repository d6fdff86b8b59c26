/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the firmware's calls the guest gets: those of nodes (boot/machine/callers.h), by the
 * config.
 */
#ifndef BOOT_GUEST_CALLS_H
#define BOOT_GUEST_CALLS_H

#include "boot/config/config.h"
#include "boot/machine/host.h"
#include "hyp/calls.h"
#include "mm/region.h"

/*
 * Writes the rules for hyp/calls.c. The memory behind calls of class CHECKED must be the guest's in
 * @regions, which is finished, at its own address. -E2BIG: more rules than there is room for.
 */
int calls_settle(const struct host *host, const struct config *config,
		 const struct region_table *regions, struct call_rules *out, struct diag *d);

/* What is to be said of host->caller[@i] once that is done, in one line without its end. */
void calls_describe(const struct host *host, const struct config *config,
		    const struct region_table *regions, unsigned i, char *buf, size_t size);

/*
 * Asks the firmware for the memory that it alone knows: the pages that Amlogic's calls return,
 * OP-TEE's shared memory if that has a fixed place and no other is taken. After firmware_init().
 */
void calls_ask_for_memory(struct host *host, const struct config *config);

#endif
