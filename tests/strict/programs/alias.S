/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2 maps cacheably what the guest has Non-cacheable: speculation may bring it into a cache at
 * any time.
 */
#include "start.h"

program:	mmu_on
	make_stage2
	bad	orr	x1, x22, #TABLE
	bad	str	x1, [x21, #8]
	zero_table	x22
	set_entry	x22, 1, RAM | 0x200000 | S2_WB	/* this program */
	bad	set_entry	x22, 32, RAM | 0x4000000 | S2_NC
	clean_table	x21
	clean_table	x22
	set	x0, RAM | 0x4000000
	mov	x1, #0x200000
	bl	clean
	run_guest	off
