/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HYP_HCR_H
#define HYP_HCR_H

#include "hyp/errata.h"
#include "lib/arch.h"

/*
 * Clears and sets bits of HCR_EL2. The guest meets the change when this trap returns: an exception
 * return synchronizes context.
 */
static inline void hcr_change(u64 clear, u64 set)
{
	if (errata_at_work & ERRATUM_HCR_DSB)
		dsb(nsh);
	write_sysreg((read_sysreg(hcr_el2) & ~clear) | set, hcr_el2);
}

#endif
