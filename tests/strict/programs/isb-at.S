/* SPDX-License-Identifier: Apache-2.0 */
/* AT may go by the old HCR_EL2. */
#include "start.h"

program:	set	x0, HCR_RW
	msr	hcr_el2, x0
	good	isb
	at	s12e1r, x19
	isb
	mrs	x1, par_el1
	b	off
