/* SPDX-License-Identifier: Apache-2.0 */
/* What this CPU is and can do. */
#ifndef BOOT_FEATURES_H
#define BOOT_FEATURES_H

#include "lib/types.h"

/*
 * Writes a blank-separated list of the features that matter here into @buf, e.g. "S2FWB MTE2 SVE".
 */
void features_list(char *buf, size_t size);

#endif
