/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's SMMUs: what devices behind them may reach is what the guest has, or less. */
#ifndef BOOT_GUEST_SMMU_H
#define BOOT_GUEST_SMMU_H

#include "boot/config/config.h"
#include "boot/machine/host.h"

/*
 * First of all: no DMA behind an SMMU passes any more. One that Mavis cannot drive lets all pass,
 * as if it were not there, and host->smmu[] says why. To be called again where Mavis has moved to.
 */
int smmu_take(struct host *host, struct diag *d);

/* -ENODEV: the config wants one that contains something, and there is none. */
int smmu_required(const struct host *host, const struct config *config, struct diag *d);

/* How many pages of the page pool they take. */
u64 smmu_pool_pages(const struct host *host);

/*
 * Memory for their tables and queues, that of large ones by keep_memory(): before the guest's
 * memory map is made.
 */
int smmu_make_room(struct host *host, const struct config *config, struct diag *d);

/* When stage 2 is as the guest will find it: makes the tables of that, and turns the SMMUs on. */
int smmu_enable(const struct host *host, struct diag *d);

#endif
