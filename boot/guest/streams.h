/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream table of an SMMU: a stream of the guest's goes through stage 2, any other has no valid
 * entry and aborts.
 *
 * All entries of the guest's are alike. So in two levels (of 256 streams each, a PCI bus) one table
 * of level 2 serves all level 1 descriptors that are the guest's as a whole.
 */
#ifndef BOOT_GUEST_STREAMS_H
#define BOOT_GUEST_STREAMS_H

#include "boot/machine/smmu_hw.h"

#define STREAMS_SPLIT	8		/* STRTAB_BASE_CFG.SPLIT: log2 of a table of level 2 */

struct streams {
	u8 bits;			/* the streams that it has are below 2^bits */
	bool two_levels;
	u64 size;			/* bytes of the table, or of level 1: whole pages */
	pa_t table;
	u64 whole;			/* level 1 descriptor of what is all the guest's */
};

/* Decides the form of the table for the streams of @host's SMMU @smmu. s->table stays. */
void streams_plan(struct streams *s, const struct host *host, unsigned smmu,
		  const struct smmu_caps *caps);

/* Fills @ste with the entry of a stream that is the guest's. */
void streams_entry(u64 ste[8], u64 vtcr, u64 vttbr, bool coherent);

/*
 * Writes the table, zeroed memory at s->table: @ste for each stream of the SMMU's. Tables of level
 * 2 come from @pool the first time: with an entry of zeroes this makes room for the next. -ENOMEM.
 */
int streams_write(struct streams *s, const struct host *host, unsigned smmu, const u64 ste[8],
		  struct pool *pool);

/* Cleans what streams_write() has written, for an SMMU that reads past the caches. */
void streams_clean(const struct streams *s);

/* SMMU_STRTAB_BASE_CFG */
u32 streams_config(const struct streams *s);

#endif
