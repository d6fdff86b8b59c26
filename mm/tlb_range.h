/* SPDX-License-Identifier: Apache-2.0 */
/* What TLBI by range takes (FEAT_TLBIRANGE; Arm ARM C5.5, TLBI RVAE2IS, TLBI RIPAS2E1IS). */
#ifndef MM_TLB_RANGE_H
#define MM_TLB_RANGE_H

#include "lib/types.h"

#define TLB_RANGE_TG_4K	BIT(46)

/*
 * The operand for as much of @pages pages of 4 KiB from number @page on as one instruction takes,
 * and how many that is, at most @pages: a number from 1 to 32 of 2^(5 * SCALE + 1) pages. *nr = 1:
 * no range is so short, and the operand is that of an instruction for one address.
 */
static inline u64 tlb_range(u64 page, u64 pages, u64 *nr)
{
	for (unsigned scale = 4; scale--;) {
		u64 unit = 1ull << (5 * scale + 1), n = MIN(pages / unit, 32ull);

		if (n) {
			*nr = n * unit;
			return TLB_RANGE_TG_4K | (u64)scale << 44 | (n - 1) << 39 |
			       (page & GENMASK(36, 0));
		}
	}
	*nr = 1;
	return page;
}

#endif
