/* SPDX-License-Identifier: Apache-2.0 */
/* As dirty-read, where the store and the clean have another virtual address than physical. */
#include "start.h"

program:	make_el2_table	EL2_WB
	set_entry	x20, 2, RAM | EL2_WB	/* 0x80000000 */
	clean_table	x20
	set_regime
	isb
	drop_el2_tlb
	turn_on
	set	x2, RAM
	add	x2, x2, x19
	mov	x1, #1
	str	x1, [x2]
	good	dc	civac, x2
	dsb	sy
	turn_off
	ldr	x1, [x19]
	b	off
