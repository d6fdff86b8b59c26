/* SPDX-License-Identifier: Apache-2.0 */
/* Whether there is tag storage behind a region, tried on the machine. */
#ifndef BOOT_PROBE_TAGS_H
#define BOOT_PROBE_TAGS_H

#include "mm/region.h"

/*
 * Writes tags to the first and the last page of each region with `probe-tags`, reads them back and
 * prints what came of it. The tags are 0 afterwards, the data is as before. To be called when EL2
 * has none of the guest's memory mapped, and it has none again on return.
 */
void probe_tags(void);

#endif
