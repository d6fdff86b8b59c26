/* SPDX-License-Identifier: Apache-2.0 */
/* A walk may still read the old entry after the TLBI. */
#include "start.h"

program:	mmu_on
	set_entry	x20, 2, RAM | EL2_WB
	dsb	ishst
	isb
	str	xzr, [x20, #16]
	good	dsb	ishst
	tlbi	alle2is
	dsb	ish
	tlbi	alle2is
	dsb	ish
	isb
	b	off
