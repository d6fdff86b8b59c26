/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's region table, from what the machine has, what the config says and what Mavis keeps.
 */
#ifndef BOOT_GUEST_MEMORY_MAP_H
#define BOOT_GUEST_MEMORY_MAP_H

#include "boot/machine/host.h"
#include "boot/config/config.h"
#include "lib/format.h"
#include "mm/region.h"

/*
 * Makes @t the config's regions alone, and gives them, and those that are BARs, what their `as`
 * says on a CPU with @caps. Errors are region_add()'s and as_apply()'s.
 */
int memory_map_start(struct region_table *t, struct config *config, const struct mm_caps *caps,
		     struct diag *d);

/*
 * Adds the host's memory (the lowest config->memory bytes of it, and of the rest what the tree
 * reserves for drivers; or all) and devices at IPA = PA, takes out Mavis itself (@image) and the
 * parts of the GIC and the firmware's memory that are not the guest's, and finishes the table, with
 * MTE hidden if one that follows its BAR hides it. Errors are region_table_finish()'s and
 * region_carve()'s; -EINVAL if a region makes memory of the GIC's registers; as_apply()'s; and
 * -ERANGE if the config wants more memory.
 */
int memory_map_finish(struct region_table *t, const struct host *host, const struct config *config,
		      struct range image, const struct mm_caps *caps, struct diag *d);

#endif
