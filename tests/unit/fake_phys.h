/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Simulated physical memory behind phys(), and a simulated TLB behind tlb_publish() and
 * tlb_flush().
 *
 * The TLB is the greediest that the architecture allows: at each of those two calls it takes in all
 * that is valid in the watched table, pointers to tables included, and lets go of an entry only
 * when a flush hits it. So it finds, and fails the test at once:
 * - a valid entry that became another valid one without a flush of the old one between them;
 * - a table that was linked before its content was published, or freed while it was still cached;
 * - entries that at the end are still cached but gone from the table, or were never published;
 * - groups of 16 that are not uniform; empty or broken entries left behind.
 */
#ifndef TESTS_UNIT_FAKE_PHYS_H
#define TESTS_UNIT_FAKE_PHYS_H

#include "mm/pgtable.h"

#define FAKE_BASE	0x40000000ul
#define FAKE_MAX_PAGES	1024

struct fake_tlb {
	unsigned publishes, flushes;
	u64 in, size, smallest;		/* of the last flush */
};

extern struct fake_tlb fake_tlb;

/* Fills memory with garbage, makes @pool of its first @pages pages, and watches nothing. */
void fake_reset(struct pool *pool, unsigned pages);

/* From now on watches @pt, which is empty. */
void fake_watch(const struct pgtable *pt);

/* To be called after each operation on the watched table: see above. */
void fake_settle(void);

#endif
