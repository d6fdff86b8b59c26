/* SPDX-License-Identifier: Apache-2.0 */
/* An ITS reads past the caches, and its command is in one. */
#include "start.h"

program:	mmu_on
	start_its	ITS_NOT_COHERENT
	mov	x1, #ITS_SYNC
	str	x1, [x19]
	good	dc	civac, x19
	dsb	sy
	mov	x1, #32
	str	x1, [x9, #GITS_CWRITER]
	b	off
