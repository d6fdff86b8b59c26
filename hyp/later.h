/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AT for a moment at which other translation tables are in force than when it is asked: of another
 * process, or of a kernel that user space does not see (KPTI). Once, and on this CPU alone.
 */
#ifndef HYP_LATER_H
#define HYP_LATER_H

#include "hyp/control_abi.h"
#include "hyp/cpu.h"
#include "hyp/frame.h"

/*
 * Has the AT for a read (@write: a write) of @va carried out at the guest's next @event
 * (CONTROL_LATER_*) on this CPU, which traps for it, in the place of what was asked before.
 * -EAGAIN: that is so. -EINVAL: there is no such event.
 */
s64 later_ask(u64 va, u64 write, u64 event);

/* Ends this CPU's wait, if there is one: the page's registers are another command's from here. */
void later_end(void);

/*
 * While this CPU waits: the trap of a system register or instruction with @esr came of that. If it
 * is the event the answer is in the control page's registers of this CPU. What is not ends the
 * wait, and is tried again.
 */
void later_trap(struct frame *f, struct cpu *self, u64 esr);

#endif
