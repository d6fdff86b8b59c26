/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 is turned on before its registers are sure to have their values. */
#include "start.h"

program:	make_stage2
	clean_table	x21
	set	x0, VTCR
	msr	vtcr_el2, x0
	msr	vttbr_el2, x21
	good	isb
	set_hcr
	isb
	b	off
