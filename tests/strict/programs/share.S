/* SPDX-License-Identifier: Apache-2.0 */
/* Non-shareable memory is not coherent between CPUs. */
#include "start.h"

#ifdef BAD
#define ATTRS EL2_WB & ~0x300
#else
#define	ATTRS EL2_WB
#endif
program:	make_el2_table	ATTRS
	clean_table	x20
	set_regime
	isb
	drop_el2_tlb
	turn_on
	mov	x1, #1
	str	x1, [x19]
	dsb	sy
	adr	x2, second
	bl	cpu_on
	b	.

second:	adr	x19, _start
	add	x19, x19, #WORK_OFFSET, lsl #12
	add	x20, x19, #0x1000
	set_regime
	isb
	drop_el2_tlb
	turn_on
	ldr	x1, [x19]
	b	off
