/* SPDX-License-Identifier: Apache-2.0 */
/* Offers the guest the control page and calls (hyp/control.h), where its config says `control`. */
#ifndef BOOT_GUEST_CONTROL_H
#define BOOT_GUEST_CONTROL_H

#include "boot/machine/host.h"
#include "mm/region.h"

/*
 * A free page for the control page: in no region of guest.regions, nor where the machine has memory
 * or a device; below 4 GiB if there is one. 0: none.
 */
ipa_t control_place(const struct host *host);

/*
 * After all other pages of hyp/mmio.h are registered and the CPUs are known, before the guest runs.
 * -EINVAL: a region that is adjustable holds registers that Mavis works, or shares memory with
 * another; -ENOSPC; -ENOMEM.
 */
int control_offer(ipa_t page, u64 cntfrq, struct diag *d);

#endif
