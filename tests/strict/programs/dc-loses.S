/* SPDX-License-Identifier: Apache-2.0 */
/* DC IVAC may drop a store that is only in the cache. */
#include "start.h"

program:	mmu_on
	mov	x1, #1
	str	x1, [x19]
	good	dc	civac, x19
	bad	dc	ivac, x19
	dsb	sy
	b	off
