/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI (DEN0022) for the guest, whatever the machine starts its CPUs by. */
#ifndef HYP_PSCI_H
#define HYP_PSCI_H

#include "hyp/cpu.h"
#include "hyp/frame.h"

/* True for PSCI's function identifiers: 0x84000000 to 0x8400001f, and 0xc4000000 on. */
#define PSCI_IS(fid)	(((fid) & 0xbfffffe0) == 0x84000000)

/* The function number, and bit 5 for the 64-bit convention. */
#define PSCI_INDEX(fid)	(((fid) >> 25 & 32) | ((fid) & 31))

/* Carries out the call in @f for CPU @self; the result goes to x0, sign-extended. */
typedef void (*psci_function)(struct frame *f, struct cpu *self);

/* By PSCI_INDEX; NULL: not supported, or not in that convention. */
extern const psci_function psci_functions[64];

/* @self is about to enter the guest: from here on it is ON. */
void psci_cpu_is_on(struct cpu *self);

/* @self was started, and cannot run the guest. */
void psci_cpu_stays_off(struct cpu *self);

#endif
