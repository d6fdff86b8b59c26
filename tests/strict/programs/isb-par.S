/* SPDX-License-Identifier: Apache-2.0 */
/* PAR_EL1 may not have the result of AT yet. */
#include "start.h"

program:	at	s1e2r, x19
	good	isb
	mrs	x1, par_el1
	b	off
