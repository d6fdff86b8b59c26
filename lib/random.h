/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include "lib/types.h"

/*
 * A number for keys and canaries: the CPU's own random one (FEAT_RNG). Elsewhere it comes from the
 * counter: no secret from who controls the loader, but unlike a constant it differs from boot to
 * boot. For one CPU at a time.
 */
u64 random_word(void);

#endif
