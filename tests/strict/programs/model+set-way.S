/* SPDX-License-Identifier: Apache-2.0 */
/* By set and way it is this CPU's caches alone, and no line in particular. */
#include "start.h"

program:	mmu_on
	mov	x1, #0
	good	dc	civac, x19
	bad	dc	cisw, x1
	dsb	sy
	b	off
