/* SPDX-License-Identifier: Apache-2.0 */
/* A CPU on its way into the guest. */
#ifndef HYP_ENTER_H
#define HYP_ENTER_H

#include "hyp/cpu.h"

/*
 * Makes the CPU it runs on @self, and sets every control that EL2 has over the guest on it,
 * whatever firmware and loader left there: stage 2 on, all that Mavis keeps trapped, all else the
 * guest's own. EL1 is as el1_state.h has it; @first: the CPU was started, and does not come back
 * from CPU_SUSPEND. After guest_map(), with @self->kind known; before each guest_enter().
 */
void vcpu_init(struct cpu *self, bool first);

/* Clears and unmaps what runs once (el2_leave_boot()), then guest_enter(). For the boot CPU. */
void guest_start(u64 entry, u64 x0) __attribute__((noreturn));

/*
 * Leaves for the guest: PC = @entry at EL1h, x0 as given, interrupts masked, no other register of
 * EL2's. (enter.S)
 */
void guest_enter(u64 entry, u64 x0) __attribute__((noreturn));

/*
 * Where another CPU starts at EL2, with the MMU off and x0 = its struct cpu, and where one comes
 * out of a spin-table, to wait (entry.S). The first goes on in secondary_main(). vectors: EL2's
 * (vectors.S).
 */
#pragma GCC visibility push(hidden)
extern char secondary_entry[], spin_table_arrival[], vectors[];
#pragma GCC visibility pop
void secondary_main(struct cpu *self) __attribute__((noreturn));

/* The guest is over on this CPU, and the machine cannot be turned off: says @why and waits. */
void guest_stop(const char *why) __attribute__((noreturn));

#endif
