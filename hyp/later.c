// SPDX-License-Identifier: Apache-2.0
#include "hyp/later.h"

#include "hyp/control.h"
#include "hyp/hcr.h"
#include "hyp/inject.h"
#include "hyp/sysreg.h"
#include "lib/errno.h"

#define DC_CVAC		SYSREG_ISS(1, 3, 7, 10, 1)
#define TTBR1_EL1	SYSREG_ISS(3, 0, 2, 0, 1)

/* What traps so that the event is seen: data cache maintenance, or the registers of stage 1. */
static const u64 traps[] = {
	[CONTROL_LATER_DC] = HCR_TPC,
	[CONTROL_LATER_TTBR1] = HCR_TVM,
};

static void set_traps(u64 bits)
{
	hcr_change(HCR_TPC | HCR_TVM, bits);
}

s64 later_ask(u64 va, u64 write, u64 event)
{
	struct cpu *self = this_cpu();

	if (write > 1 || event - 1 >= ARRAY_SIZE(traps) - 1)
		return -EINVAL;
	self->later.event = (u8)event;
	self->later.write = write;
	self->later.va = va;
	set_traps(traps[event]);
	return -EAGAIN;
}

void later_end(void)
{
	struct cpu *self = this_cpu();

	if (self->later.event) {
		self->later.event = 0;
		set_traps(0);
	}
}

/* DC CVAC by a program, of the very address: whoever asked makes it do that. */
static bool is_dc(const struct frame *f, const struct cpu *self, u64 esr)
{
	u64 mode = read_sysreg(spsr_el2) & (PSTATE_AARCH32 | PSTATE_MODE);

	return ISS_REG(esr) == DC_CVAC && mode == PSTATE_EL0T &&
	       frame_get(f, ISS_RT(esr)) == self->later.va;
}

/*
 * The guest's tables as they are now: this CPU is in the middle of the guest's instruction. Where
 * that is to be started again (work.h) there is no answer, and no more waiting: whoever asked asks
 * again.
 */
static void answer(const struct cpu *self)
{
	u64 args[CONTROL_NR_ARGS] = { self->later.va, self->later.write };
	u64 results[CONTROL_NR_RESULTS];
	s64 status = control_run(CONTROL_AT, args, results);

	if (!self->again)
		control_page_answer(status, results);
}

void later_trap(struct frame *f, struct cpu *self, u64 esr)
{
	u8 event = self->later.event;

	later_end();
	if (event == CONTROL_LATER_TTBR1 && ISS_REG(esr) == TTBR1_EL1 && !(esr & ISS_READ)) {
		write_sysreg(frame_get(f, ISS_RT(esr)), ttbr1_el1);
	} else if (event != CONTROL_LATER_DC || !is_dc(f, self, esr)) {
		return;
	}
	isb();			/* AT goes by TTBR1_EL1 */
	answer(self);
	if (!self->again)
		skip_a64_instruction();
	self->again = false;
}
