/* SPDX-License-Identifier: Apache-2.0 */
/* Regions whose accesses EL2 carries out, from the guest's first instruction on. */
#ifndef BOOT_GUEST_WATCH_H
#define BOOT_GUEST_WATCH_H

#include "lib/format.h"

/*
 * Begins what the config says by `watch`, and makes room for what it says by `unaligned`. After
 * control_offer(). -EACCES: a region in which Mavis works registers; -ENOMEM.
 */
int watch_begin(struct diag *d);

#endif
