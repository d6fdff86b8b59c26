/* SPDX-License-Identifier: Apache-2.0 */
/* Where Mavis itself is out of the guest's way. */
#ifndef BOOT_GUEST_HOME_H
#define BOOT_GUEST_HOME_H

#include "boot/config/config.h"
#include "boot/machine/host.h"

/* The machine's memory is the guest's but for blocks of this size, in which Mavis lies. */
#define HOME_ALIGN	MIB(2)

/*
 * Finds @home for a copy of Mavis with a page pool for this machine: at config->place, or at the
 * end of the highest memory that nobody has. Size 0: Mavis is there already, or there is no room,
 * and it stays. -EINVAL, -EBUSY: the config's place will not do.
 */
int home_find(const struct host *host, const struct config *config, struct range *home,
	      struct diag *d);

#endif
