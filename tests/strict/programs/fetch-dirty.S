/* SPDX-License-Identifier: Apache-2.0 */
/* Code is written and not cleaned to where instructions are fetched from. */
#include "start.h"

program:	mmu_on
	set	w1, 0xd65f03c0	/* ret */
	str	w1, [x19]
	good	dc	cvau, x19
	dsb	ish
	ic	iallu
	dsb	ish
	isb
	blr	x19
	b	off
