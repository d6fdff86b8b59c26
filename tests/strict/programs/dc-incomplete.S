/* SPDX-License-Identifier: Apache-2.0 */
/* The MMU is turned off while the clean is under way. */
#include "start.h"

program:	mmu_on
	dc	civac, x19
	good	dsb	sy
	turn_off
	dsb	sy
	b	off
