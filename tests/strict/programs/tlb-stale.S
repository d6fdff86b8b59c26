/* SPDX-License-Identifier: Apache-2.0 */
/* An address is used after its entry was removed. */
#include "start.h"

program:	mmu_on
	set_entry	x20, 2, RAM | EL2_WB
	dsb	ishst
	isb
	mov	x2, #0x80000000
	ldr	x1, [x2]
	str	xzr, [x20, #16]
	dsb	ishst
	bad	ldr	x1, [x2]
	tlbi	alle2is
	dsb	ish
	isb
	b	off
