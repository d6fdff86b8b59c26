/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change of a table entry still needs before it is in force everywhere:
 *
 *	made:	DSB of its stores -> ISB on the CPU that uses it
 *	broken:	DSB of its stores -> TLBI -> DSB
 *	at stage 2, by IPA: DSB -> TLBI IPAS2E1IS -> DSB -> TLBI VMALLE1IS -> DSB
 *
 * The CPU that has made the change does all of this, with what reaches all CPUs once there are two.
 */
#ifndef STRICT_TLB_H
#define STRICT_TLB_H

#include "decode.h"
#include "tables.h"

void tlb_reset(void);

/* An entry was made valid; was valid as @old and is not any more, or not with these permissions. */
void tlb_made(struct at at, struct table *t, unsigned i);
void tlb_broke(struct at at, struct table *t, unsigned i, u64 old);

/* A table is gone, with all that its entries need. */
void tlb_forget(struct table *t);

void tlb_barrier(struct at at, struct barrier b);	/* DSB */
void tlb_synchronize(unsigned cpu);			/* ISB and the like */
void tlb_invalidate(struct at at, const struct tlbi *op);

/* EL2 is about to use @va. */
void tlb_check_use(struct at at, u64 va);

/* This CPU is about to leave EL2, by what @how says. */
void tlb_check_leave(struct at at, const char *how);

#endif
