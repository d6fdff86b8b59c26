/* SPDX-License-Identifier: Apache-2.0 */
/* 2 MiB are Non-cacheable to the guest, and what the loader left in caches lies over them. */
#include "start.h"

program:	zero_table	x21
	orr	x1, x22, #TABLE
	str	x1, [x21, #8]
	zero_table	x22
	set_entry	x22, 1, RAM | 0x200000 | S2_WB	/* this program */
	set_entry	x22, 32, RAM | 0x4000000 | S2_NC
	clean_table	x21
	clean_table	x22
#ifndef BAD
	set	x0, RAM | 0x4000000
	mov	x1, #0x200000
	bl	clean
#endif
	run_guest	off
