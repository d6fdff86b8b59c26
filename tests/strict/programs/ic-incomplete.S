/* SPDX-License-Identifier: Apache-2.0 */
/* The instruction cache may still have it when EL2 is left. */
#include "start.h"

program:	ic	iallu
	good	dsb	nsh
	isb
	b	off
