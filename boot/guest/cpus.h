/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the machine's CPUs the guest has. */
#ifndef BOOT_GUEST_CPUS_H
#define BOOT_GUEST_CPUS_H

#include "boot/config/config.h"
#include "boot/machine/host.h"

/* Pages of the pool that the guest's CPUs and all tables need. */
u64 cpus_pool_pages(const struct host *host, const struct config *config);

/*
 * Where the guest has more CPUs than the page pool has stacks for: adds memory of the machine's to
 * the pool, and notes it in host->reserved as Mavis's own. Before the guest's memory is made of
 * what the host has. -ENOSPC.
 */
int cpus_make_room(struct host *host, const struct config *config, struct diag *d);

/*
 * Makes the first @nr CPUs of the machine the guest's (all of them if @nr is 0), the one with
 * affinity @boot_mpidr, which is the first, being on; each gets an EL2 stack. -EINVAL: more than
 * there are, or @boot_mpidr is none of them; -ENOMEM.
 */
int cpus_init(const struct host *host, unsigned nr, u64 boot_mpidr, struct diag *d);

#endif
