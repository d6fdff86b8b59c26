/* SPDX-License-Identifier: Apache-2.0 */
/* Registers that Mavis works for the guest have one address there. */
#ifndef BOOT_GUEST_WORKED_H
#define BOOT_GUEST_WORKED_H

#include "lib/format.h"
#include "mm/region.h"

/*
 * Refuses a region that would show the guest a page of hyp/mmio.h at another address than its own,
 * and so past its handler. When all pages of the hardware's are registered, at their own addresses.
 * -EACCES.
 */
int worked_check(const struct region_table *t, struct diag *d);

#endif
