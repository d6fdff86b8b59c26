/* SPDX-License-Identifier: Apache-2.0 */
/* A walk may find one half of an entry. */
#include "start.h"

program:	mmu_on
	set	w1, EL2_DEVICE
	good	str	x1, [x20, #16]
	bad	str	w1, [x20, #16]
	dsb	ishst
	isb
	b	off
