/* SPDX-License-Identifier: Apache-2.0 */
/* EL2 is left before a new entry is sure to be seen by others. */
#include "start.h"

program:	mmu_on
	set_entry	x20, 2, RAM | EL2_WB
	good	dsb	ishst
	isb
	b	off
