/* SPDX-License-Identifier: Apache-2.0 */
/* EL2 calls firmware while an old translation may be cached. */
#include "start.h"

program:	mmu_on
	set_entry	x20, 2, RAM | EL2_WB
	dsb	ishst
	isb
	str	xzr, [x20, #16]
	dsb	ishst
	good	tlbi	alle2is
	dsb	ish
	isb
	b	off
