/* SPDX-License-Identifier: Apache-2.0 */
/* The one way by which mm/ reaches physical memory: identity at EL2, an array in the host tests. */
#ifndef MM_PHYS_H
#define MM_PHYS_H

#include "lib/types.h"

void *phys(pa_t pa);

#endif
