/* SPDX-License-Identifier: Apache-2.0 */
/* What the boot prints: the machine, the region table, where the guest starts. */
#ifndef BOOT_REPORT_H
#define BOOT_REPORT_H

#include "boot/load.h"
#include "drivers/host.h"
#include "hyp/selfcheck.h"
#include "mm/region.h"

void report_machine(const struct host *host);

/*
 * The table, then the regions that follow a BAR: each with what it asked for, and what the machine
 * made of it, @checks[i].
 */
void report_regions(const struct region_table *regions, const struct config *config,
		    const struct selfcheck *checks, const struct mm_caps *caps);

/* What became of `mte`, and what the guest's devices make of memory that it sees elsewhere. */
void report_mte(const struct region_table *regions, const struct config *config,
		const struct mm_caps *caps);

void report_start(const struct entry *entry, unsigned cpus);

#endif
