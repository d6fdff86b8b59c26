/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BOOT_GUEST_SUSPEND_H
#define BOOT_GUEST_SUSPEND_H

#include "boot/machine/host.h"

/*
 * An ITS and an SMMU forget what Mavis has told them when the machine is suspended to memory, and
 * the guest's driver, which restores its own, does not know it. So where Mavis works one there is
 * no SYSTEM_SUSPEND; nor CPU_SUSPEND to a state of the whole machine, which is the same by another
 * name (DEN0022, SYSTEM_SUSPEND). Which numbers have that meaning the firmware alone knows: the
 * guest gets the states that the machine's tree has for idle CPUs and their clusters.
 */
void suspend_settle(const struct host *host);

#endif
