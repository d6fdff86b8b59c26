/* SPDX-License-Identifier: Apache-2.0 */
/* Without EOS an ERET synchronizes nothing. */
#include "start.h"

#ifdef BAD
#define SCTLR SCTLR_OFF & ~(1 << 11)
#else
#define	SCTLR SCTLR_OFF
#endif
program:	make_stage2
	clean_table	x21
	set	x0, SCTLR
	msr	sctlr_el2, x0
	isb
	set_stage2
	set_guest_registers
	msr	cntvoff_el2, xzr
	set_hcr
	enter_guest	off
