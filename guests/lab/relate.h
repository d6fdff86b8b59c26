/* SPDX-License-Identifier: Apache-2.0 */
/* What holds between two mappings, and what each type costs. */
#ifndef GUESTS_LAB_RELATE_H
#define GUESTS_LAB_RELATE_H

#include "lib/types.h"

/* How careful a CPU is between two accesses by different mappings, or its own and a device's. */
enum care { CARE_NONE, CARE_DMB, CARE_MAINTAIN, NR_CARE };
extern const char *const care_names[NR_CARE];

/* As much as @care says, for @size bytes at TEST_VA. */
void take_care(enum care care, u64 size);

/* Every shareability of both stages; then pairs of mappings of one page. */
void relate_run(void);
extern unsigned shares_done, aliases_done;

/* Each type: a chase of pointers, and rows of loads and stores. */
void speed_run(void);
extern unsigned speeds_done;

#endif
