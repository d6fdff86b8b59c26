/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data cache maintenance for those who read past the caches: a guest, or a CPU, with its MMU off.
 */
#ifndef LIB_CACHE_H
#define LIB_CACHE_H

#include "lib/types.h"

/*
 * By VA to the point of coherency, both ends rounded outwards to a line. Complete on return. Where
 * cleaning would do the lines go as well: early Cortex-A53s need it (errata 819472, 824069, 826319,
 * 827319).
 */
void dcache_clean_inval_poc(u64 start, u64 end);

#endif
