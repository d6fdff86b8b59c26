/* SPDX-License-Identifier: Apache-2.0 */
/* The MMU is off, and a table made anew; but the TLBs have what it was until they are told. */
#include "start.h"

program:	mmu_on
	set	x0, SCTLR_OFF
	msr	sctlr_el2, x0
	isb
	good	tlbi	alle2
	dsb	sy
	set_entry	x20, 0, RAM | EL2_WB
	clean_table	x20
	tlbi	alle2
	dsb	sy
	mmu_on
	b	off
