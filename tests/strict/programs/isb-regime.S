/* SPDX-License-Identifier: Apache-2.0 */
/* It is not known whether an access still goes by the old MAIR_EL2. */
#include "start.h"

program:	mmu_on
	mrs	x1, mair_el2
	msr	mair_el2, x1
	good	isb
	ldr	x1, [x19]
	b	off
