/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever ran here before may have left entries in the TLB. */
#include "start.h"

program:	make_el2_table	EL2_WB
	clean_table	x20
	set_regime
	isb
	good	tlbi	alle2
	dsb	nsh
	isb
	turn_on
	b	off
