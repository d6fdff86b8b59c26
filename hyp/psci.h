/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI (DEN0022) for the guest, whatever the machine starts its CPUs by. */
#ifndef HYP_PSCI_H
#define HYP_PSCI_H

#include "hyp/cpu.h"
#include "hyp/frame.h"

#define PSCI_MAX_STATES	32

/*
 * Power states of CPU_SUSPEND in which CPUs power down, as the machine's tree has them. Boot fills
 * this in where others are not the guest's (boot/guest/suspend.h).
 */
extern struct psci_states {
	bool limited;
	u8 nr;
	u32 state[PSCI_MAX_STATES];
} psci_states;

/*
 * The functions that do something; hyp/smccc.c knows their numbers. Each carries out the call in @f
 * and leaves in x0 there what the guest gets, sign-extended. @self: the CPU that calls.
 */
void psci_cpu_suspend(struct frame *f, struct cpu *self);
void psci_set_suspend_mode(struct frame *f);
void psci_system_suspend(struct frame *f, struct cpu *self);
void psci_cpu_off(struct frame *f, struct cpu *self);
void psci_cpu_on(struct frame *f);
void psci_affinity_info(struct frame *f);
void psci_migrate_info(struct frame *f);
void psci_system_off(void);
void psci_system_reset(void);
void psci_system_reset2(struct frame *f);

/* The firmware lets its caller choose a cluster's state, and how that is done can be set. */
bool psci_has_suspend_mode(void);

/* @self is about to enter the guest: from here on it is ON. */
void psci_cpu_is_on(struct cpu *self);

/* @self was started, and cannot run the guest. */
void psci_cpu_stays_off(struct cpu *self);

#endif
