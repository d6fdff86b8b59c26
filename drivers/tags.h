/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation tags (FEAT_MTE2) of memory that EL2 has mapped Tagged, with SCTLR_EL2.ATA = 1. */
#ifndef DRIVERS_TAGS_H
#define DRIVERS_TAGS_H

#include "lib/types.h"

#define TAG_ABORTED	(~0ull)

/* A granule's tag, which is in bits 59:56. False: it was answered by an external abort. */
bool tag_store(u64 va, u64 tag);

/* With nothing in the other bits; or TAG_ABORTED. */
u64 tag_load(u64 va);

#endif
