/* SPDX-License-Identifier: Apache-2.0 */
/* The new entry is made before the DSB that completes the TLBI of the old one. */
#include "start.h"

program:	mmu_on
	set_entry	x20, 2, RAM | EL2_WB
	dsb	ishst
	isb
	str	xzr, [x20, #16]
	dsb	ishst
	mov	x1, #2 << 18
	tlbi	vae2is, x1
	good	dsb	ish
	set_entry	x20, 2, EL2_DEVICE
	dsb	ish
	isb
	b	off
