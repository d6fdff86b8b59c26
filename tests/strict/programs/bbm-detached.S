/* SPDX-License-Identifier: Apache-2.0 */
/* A table that was unlinked is used for something else while walks may still come to it. */
#include "start.h"

program:	mmu_on
	zero_table	x22
	dsb	ishst
	orr	x1, x22, #TABLE
	str	x1, [x20, #16]
	dsb	ishst
	isb
	str	xzr, [x20, #16]
	dsb	ishst
	bad	set_entry	x22, 0, EL2_DEVICE
	tlbi	alle2is
	dsb	ish
	good	set_entry	x22, 0, EL2_DEVICE
	isb
	b	off
