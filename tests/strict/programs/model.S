/* SPDX-License-Identifier: Apache-2.0 */
/* Other granules than 4 KiB cannot be followed. */
#include "start.h"

program:	make_stage2
	clean_table	x21
	set	x0, VTCR
	bad	orr	x0, x0, #1 << 14
	msr	vtcr_el2, x0
	msr	vttbr_el2, x21
	isb
	set_hcr
	isb
	b	off
