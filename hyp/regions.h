/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's region table, from what the machine has, what the config says and what Mavis keeps.
 */
#ifndef HYP_REGIONS_H
#define HYP_REGIONS_H

#include "drivers/host.h"
#include "hyp/config.h"
#include "lib/format.h"
#include "mm/region.h"

/*
 * Completes @t, which holds the config's regions: adds the host's memory (the lowest config->memory
 * bytes of it, or all) and devices at IPA = PA, takes out @image, Mavis itself, and the parts of
 * the GIC that are not the guest's, and finishes the table. Errors are region_table_finish()'s and
 * region_carve()'s; and -ERANGE if the config wants more memory.
 */
int regions_build(struct region_table *t, const struct host *host, const struct config *config,
		  struct range image, const struct mm_caps *caps, struct diag *d);

#endif
