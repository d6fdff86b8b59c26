/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's own map for the tests: everything can be reached already; what was asked is remembered. */
#ifndef TESTS_UNIT_FAKE_EL2_H
#define TESTS_UNIT_FAKE_EL2_H

#include "mm/el2.h"
#include "mm/pool.h"

#define FAKE_WINDOW	0x1000ul	/* where nothing else is */

struct fake_el2 {
	int map_result, clean_result;
	u64 seen;			/* EL2 has this page of its own */
	bool seen_device;
	u64 mapped;			/* the last that was mapped, */
	unsigned nr_mapped;
	u64 cleaned, cleaned_size;	/* ... and cleaned */
	unsigned nr_cleaned;
	u64 total_cleaned;
	struct range grown;		/* page_pool got this */
	unsigned flushes;		/* of the TLB, before that was cleaned */
	u64 looks_at;			/* through FAKE_WINDOW; 0: nothing */
	unsigned nr_looked, nr_again;
	int borrow_result;
	u64 borrowed;			/* until it is given back */
	unsigned nr_borrowed;
	enum s1_kind borrowed_as;
	struct range kept;		/* the last */
	unsigned nr_published;		/* to an ITS */
};

extern struct fake_el2 fake_el2;

/* Forgets all that was asked, and makes page_pool anew in fake memory of @nr pages. */
void fake_el2_reset(unsigned nr);

#endif
