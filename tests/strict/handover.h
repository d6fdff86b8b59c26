/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that stage 2 gives to a guest past the caches, or with caches after it was without: lines
 * that others have left in caches would be evicted over the guest's writes, or hide them. They have
 * to be cleaned and invalidated after the old mapping is gone, before the new one is used.
 */
#ifndef STRICT_HANDOVER_H
#define STRICT_HANDOVER_H

#include "tables.h"

void handover_reset(void);

/* A stage 2 leaf has come; has gone, and nothing has it cached any more. */
void handover_made(struct at at, u64 pa, u64 size, enum attr attr);
void handover_unmapped(u64 pa, u64 size, enum attr attr);

/*
 * A guest is about to run: was all that it is given cleaned, and is nothing that it has past the
 * caches mapped cacheably at EL2, from where speculation may bring it back at any time?
 */
void handover_check(struct at at);
void handover_check_aliases(struct at at);

/* RAM and devices, as the device tree at @fdt says; a tree that cannot be read has none. */
void tree_read(u64 fdt);

/* The part of [pa, pa + size) that lies in bank @i. False: there is no such bank. */
bool ram_part(unsigned i, u64 *pa, u64 *size);

/* True if @pa is in RAM. */
bool ram_has(u64 pa);

#endif
