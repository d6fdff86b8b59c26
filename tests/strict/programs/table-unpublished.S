/* SPDX-License-Identifier: Apache-2.0 */
/* A walk may find the link before what the table behind it was filled with. */
#include "start.h"

program:	mmu_on
	zero_table	x22
	good	dsb	ishst
	orr	x1, x22, #TABLE
	str	x1, [x20, #16]
	dsb	ishst
	isb
	b	off
