/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/its.h"
#include "lib/arch.h"
#include "lib/cache.h"

/*
 * Before what makes the ITS read it: a store to a register of its, or a table's entry that is valid
 * from then on (Arm ARM B2, "DSB": the other is an observer outside the CPUs). Past the caches,
 * too, if that is how the ITS reads.
 */
void its_publish(const struct its *its, const void *start, u64 size)
{
	if (its->clean)
		dcache_clean_inval_poc((u64)start, (u64)start + size);
	dsb(sy);
}
