/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guest can ask of Mavis and change while it runs: docs/control.md. Only where its config
 * says `control`. All of it but control_asked leaves with boot/ elsewhere, and with it what carries
 * out accesses in the guest's place (watch.h, carry.h): only who has found control_asked true, or
 * what comes of it, may call it.
 */
#ifndef HYP_CONTROL_H
#define HYP_CONTROL_H

#include "hyp/control_abi.h"
#include "hyp/cpu.h"
#include "hyp/frame.h"
#include "mm/region.h"

/* The config asks for `control`, or for what is carried out in the guest's place. */
extern bool control_asked;

struct control_setup {
	bool offered;
	ipa_t page;			/* the control page; 0: there is none, only the calls */
	u64 cntfrq;
};

/*
 * From here on commands are carried out. When all pages of hyp/mmio.h are registered and each CPU
 * has its counters, before the guest runs.
 */
void control_init(const struct control_setup *s);

/* Carries out a command (CONTROL_INFO, ...): a status, and results[0..11], all written. */
s64 control_run(u64 command, const u64 *args, u64 *results);

/* Carries out the SMCCC call in @f; NOT_SUPPORTED if it is none of these or none is offered. */
void control_call(struct frame *f);

/* The region at @ipa, or NULL; its number. With guest.s2_lock. */
struct region *control_region(u64 ipa);
unsigned control_region_number(const struct region *r);

/*
 * The number of the region that holds @ipa, or of regions if none does. With guest.s2_lock, but for
 * a count, which a BAR that moves meanwhile may put one region too far.
 */
unsigned control_region_at(u64 ipa);

/* Counts a stage 2 abort at @ipa for its region; whether or not control_asked. */
static inline void control_count_abort(u64 ipa)
{
	if (this_cpu()->aborts)
		this_cpu()->aborts[control_region_at(ipa)]++;
}

/* Puts an answer that comes later than its command into this CPU's registers of the page. */
void control_page_answer(s64 status, const u64 *results);

/* The page's handler (hyp/mmio.h). */
u64 control_page_access(void *arg, u64 offset, unsigned size, bool write, u64 val);

#endif
