/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HYP_HCR_H
#define HYP_HCR_H

#include "lib/arch.h"

/*
 * AmpereOne erratum AC04_CPU_23: a write corrupts what is translated at that moment for loads and
 * stores, EL2's own too, from the last DSB up to the next context synchronization.
 */
static inline void hcr_write(u64 val)
{
	asm volatile("dsb nsh\n\tmsr hcr_el2, %0\n\tisb" : : "r"(val) : "memory");
}

/* Clears and sets bits. */
static inline void hcr_change(u64 clear, u64 set)
{
	hcr_write((read_sysreg(hcr_el2) & ~clear) | set);
}

#endif
