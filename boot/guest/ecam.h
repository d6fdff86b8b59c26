/* SPDX-License-Identifier: Apache-2.0 */
/* Takes configuration space from the guest that Mavis works (hyp/ecam.h). */
#ifndef BOOT_GUEST_ECAM_H
#define BOOT_GUEST_ECAM_H

#include "hyp/ecam.h"
#include "lib/format.h"

/*
 * The page of @f, which @region is of, and those of the bridges above it; *page is its place in the
 * table. -EEXIST: it is there already, to be hidden and followed; -ENOSPC; -EACCES: it is not in a
 * host bridge's configuration space as the guest has it; -ENOMEM; -EBUSY.
 */
int ecam_add(const char *region, const struct pci_function *f, enum ecam_kind kind, u8 *page,
	     struct diag *d);

#endif
