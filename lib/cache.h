/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data cache maintenance for those who read past the caches: a guest, or a CPU, with its MMU off.
 */
#ifndef LIB_CACHE_H
#define LIB_CACHE_H

#include "lib/types.h"

/* By VA to the point of coherency, both ends rounded outwards to a line. Complete on return. */
void dcache_clean_poc(u64 start, u64 end);
void dcache_clean_inval_poc(u64 start, u64 end);

#endif
