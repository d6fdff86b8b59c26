/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guest can ask of Mavis and change while it runs: docs/control.md. Only where its config
 * says `control`.
 */
#ifndef HYP_CONTROL_H
#define HYP_CONTROL_H

#include "hyp/config.h"
#include "hyp/control_abi.h"
#include "hyp/frame.h"
#include "hyp/selfcheck.h"

struct control_setup {
	struct region_table *regions;	/* finished: guest.regions */
	struct config *config;		/* the regions that follow a BAR */
	struct selfcheck *checks;	/* of regions, then of config->pci */
	struct mm_caps caps;		/* that stage 2 was written for */
	struct pool *pool;		/* for the counters */
	u64 cntfrq;
	/* pci_regions_trap()'s */
	int (*clean)(pa_t pa, u64 size);
};

/*
 * From here on commands are carried out. After all pages of hyp/mmio.h are registered but its own,
 * which it registers at s->config->control_page, and before the guest runs. -EINVAL: a region that
 * is adjustable holds registers that Mavis works, or shares memory with another.
 */
int control_init(const struct control_setup *s, struct diag *d);

/* Carries out a command (CONTROL_INFO, ...): a status, and results[0..11], all written. */
s64 control_run(u64 command, const u64 *args, u64 *results);

/* Carries out the SMCCC call in @f, and gives true, if it is one of these and they are offered. */
bool control_call(struct frame *f);

/* Counts a stage 2 abort at @ipa for its region. */
void control_count_abort(u64 ipa);

/*
 * A free page for the control page: in no region, nor where the machine has memory or a device;
 * below 4 GiB if there is one. 0: none.
 */
u64 control_place(const struct region_table *t, const struct host *host, unsigned ipa_bits);

/* The page's handler (hyp/mmio.h). */
u64 control_page_access(void *arg, u64 offset, unsigned size, bool write, u64 val);

#endif
