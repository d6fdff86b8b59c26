/* SPDX-License-Identifier: Apache-2.0 */
/* What a trap of a watched region's comes to. */
#include "hyp/watch.h"

#include "drivers/console.h"
#include "hyp/bar.h"
#include "hyp/carry.h"
#include "hyp/control.h"
#include "hyp/cpu.h"
#include "hyp/fault.h"
#include "hyp/guest.h"
#include "hyp/hcr.h"
#include "hyp/trap.h"
#include "hyp/work.h"

/* The CPU does it itself, with what the machine makes of it. */
static void let_through(struct region *r)
{
	struct cpu *self = this_cpu();

	self->opened[self->opened[0] ? 1 : 0] = r;
	self->opened_for = read_sysreg(elr_el2);
	self->count[COUNT_LET_THROUGH]++;
	if (!r->opened++)
		watch_make(r);
	hcr_change(0, HCR_TWI | HCR_TVM);
}

static bool carries_out(u64 esr)
{
	return ESR_EC(esr) == EC_DATA_ABORT && !(esr & (ISS_S1PTW | ISS_CM | ISS_FNV));
}

bool watch_trap(struct frame *f, u64 esr, u64 ipa)
{
	enum carry_result ret = CARRY_UNABLE;
	struct carry c = { .why = "not a load or store" };
	struct region *r;

	lock(&guest.s2_lock);
	r = control_region(ipa);
	if (!r || !r->watched || r->opened) {
		unlock(&guest.s2_lock);
		return false;
	}
	if (!work_step()) {
		unlock(&guest.s2_lock);
		return true;
	}
	bar_touch(ipa);
	if (carries_out(esr))
		ret = carry_out(f, esr, &c);
	if (ret == CARRY_UNABLE)
		let_through(r);
	this_cpu()->count[COUNT_WATCHED] += ret == CARRY_DONE;
	unlock(&guest.s2_lock);
	control_count_abort(ipa);
	if (ret != CARRY_UNABLE)
		fault_finish(esr, ipa, ret, &c);
	else if (trap_may_print())
		print("mavis: CPU %u at %#lx: %#lx in region %s, which is watched: %s: let through, and nothing of the region is recorded until this CPU waits or changes its task\n",
		      this_cpu()->index, read_sysreg(elr_el2), ipa, r->name, c.why);
	return true;
}

/* An instruction that goes to two watched regions needs both open. */
static bool stays_open(const struct cpu *self, u64 esr)
{
	return ESR_EC(esr) == EC_DATA_ABORT && read_sysreg(elr_el2) == self->opened_for &&
	       !self->opened[1];
}

bool watch_close(struct cpu *self, u64 esr)
{
	bool later = self->later.event;

	if (stays_open(self, esr))
		return false;
	lock(&guest.s2_lock);
	if (!work_step()) {		/* it relies on pages that this may take */
		unlock(&guest.s2_lock);
		if (ESR_EC(esr) == EC_HVC64)
			trap_repeat_call();
		return true;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(self->opened); i++) {
		struct region *r = self->opened[i];

		self->opened[i] = NULL;
		if (r && !--r->opened && r->watched)
			watch_break(r);
	}
	unlock(&guest.s2_lock);
	/* Whoever waits for a translation (later.h) has asked for a part of the same. */
	hcr_change(HCR_TWI | (self->later.event == CONTROL_LATER_TTBR1 ? 0 : HCR_TVM), 0);
	return ESR_EC(esr) == EC_WFX || (ESR_EC(esr) == EC_SYSREG && !later);
}
