/* SPDX-License-Identifier: Apache-2.0 */
/* A table is written with the MMU off, and walks go through the caches. */
#include "start.h"

program:	make_el2_table	EL2_WB
	dmb	sy
	good	clean_table	x20
	set_regime
	isb
	drop_el2_tlb
	turn_on
	b	off
