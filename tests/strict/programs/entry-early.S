/* SPDX-License-Identifier: Apache-2.0 */
/* An address is used before its new entry is sure to be seen. */
#include "start.h"

program:	mmu_on
	set_entry	x20, 2, RAM | EL2_WB
	good	dsb	ishst
	good	isb
	mov	x2, #0x80000000
	ldr	x1, [x2]
	dsb	ishst
	isb
	b	off
