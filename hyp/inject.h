/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions that EL2 hands to the guest: on return from the trap the guest is at its own EL1
 * vector, as if the instruction at ELR_EL2 had taken the exception there. They read and write the
 * live EL1 and EL2 registers.
 */
#ifndef HYP_INJECT_H
#define HYP_INJECT_H

#include "hyp/pstate.h"
#include "hyp/trap.h"
#include "lib/arch.h"
#include "lib/types.h"

/* Undefined Instruction: what an instruction or register that the guest does not have makes. */
void inject_undefined(void);

/*
 * The abort of which @esr is ESR_EL2 and FAR_EL2 the address, as one of the guest's own with fault
 * status @fsc.
 */
void inject_abort(u64 esr, u64 fsc);

/*
 * Goes past the instruction at ELR_EL2, which EL2 has carried out: one that only AArch64 state has,
 * where @spsr is SPSR_EL2; or any.
 */
static inline void skip_a64_from(u64 spsr)
{
	write_sysreg(read_sysreg(elr_el2) + 4, elr_el2);
	write_sysreg(spsr & ~(PSTATE_SS | PSTATE_BTYPE), spsr_el2);
}

static inline void skip_a64_instruction(void)
{
	skip_a64_from(read_sysreg(spsr_el2));
}

static inline void skip_instruction(u64 esr)
{
	u64 spsr = read_sysreg(spsr_el2);

	if (!(spsr & PSTATE_AARCH32)) {
		skip_a64_from(spsr);
		return;
	}
	write_sysreg(read_sysreg(elr_el2) + (esr & ESR_IL ? 4 : 2), elr_el2);
	write_sysreg(pstate_after_instruction(spsr), spsr_el2);
}

#endif
