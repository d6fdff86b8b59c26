/* SPDX-License-Identifier: Apache-2.0 */
/* TLB maintenance, the only part of mm/ that the host tests replace beside phys(). */
#ifndef MM_TLB_H
#define MM_TLB_H

#include "mm/pgtable.h"

/* Some cores need each invalidation twice (hyp/errata.c). */
extern bool tlb_flush_twice;

/*
 * All CPUs that are on have FEAT_TLBIRANGE: a broadcast by range reaches each. Turned false at any
 * time, by a CPU that lacks it, which may have missed some until then.
 */
extern bool tlb_by_range;

/*
 * Makes what was written to a table visible to the table walks of all CPUs, so that a descriptor
 * may be linked to it or relied on. Enough after invalid -> valid: a TLB holds no invalid entries.
 */
void tlb_publish(void);

/*
 * Publishes what was written; then drops every cached translation of [in, in + size), and of the
 * tables that led there, on all CPUs of the Inner Shareable domain, and waits until no access uses
 * one any more: the middle of break-before-make. @smallest is the size of the smallest entry that
 * changed. Any one address in a block drops all of it, so a TLBI for each @smallest bytes will do.
 *
 * Stage 2 is that of the VMID in VTTBR_EL2. A device that walks the same tables (an SMMU) has a TLB
 * of its own.
 */
void tlb_flush(enum pt_stage stage, u64 in, u64 size, u64 smallest);

#endif
