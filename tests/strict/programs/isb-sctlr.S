/* SPDX-License-Identifier: Apache-2.0 */
/* It is not known whether an access still goes by the old SCTLR_EL2. */
#include "start.h"

program:	mmu_on
	mrs	x1, sctlr_el2
	msr	sctlr_el2, x1
	good	isb
	ldr	x1, [x19]
	b	off
