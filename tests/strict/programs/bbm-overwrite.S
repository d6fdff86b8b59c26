/* SPDX-License-Identifier: Apache-2.0 */
/* A valid entry is made another valid one: some CPU may have both, or any mix. */
#include "start.h"

program:	mmu_on
	set_entry	x20, 2, RAM | EL2_WB
	dsb	ishst
	isb
#ifndef BAD
	str	xzr, [x20, #16]
	dsb	ishst
	mov	x1, #2 << 18
	tlbi	vae2is, x1
	dsb	ish
#endif
	set_entry	x20, 2, EL2_DEVICE
	dsb	ishst
	isb
	b	off
