/* SPDX-License-Identifier: Apache-2.0 */
/* CNTVOFF_EL2 is UNKNOWN at reset, and the guest goes by it. */
#include "start.h"

program:	make_stage2
	clean_table	x21
	set_stage2
	set_guest_registers
	good	msr	cntvoff_el2, xzr
	set_hcr
	isb
	enter_guest	off
