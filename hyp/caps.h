/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a CPU can do with memory. The guest's stage 2 is written once, for the CPU that boots;
 * others of the machine may be of another kind (big.LITTLE).
 */
#ifndef HYP_CAPS_H
#define HYP_CAPS_H

#include "mm/attr.h"

/* From the ID registers of the CPU that it runs on. */
struct mm_caps cpu_mm_caps(void);

/*
 * What a CPU with @has lacks to use tables that were written for @need: NULL if nothing. More than
 * is needed does no harm: FWB can stay off, and tags can be withheld (HCR_EL2.FWB, ATA).
 */
const char *caps_lacking(const struct mm_caps *has, const struct mm_caps *need);

#endif
