/* SPDX-License-Identifier: Apache-2.0 */
/* An ITS is told of a command that may not be in its queue yet. */
#include "start.h"

program:	mmu_on
	start_its	ITS_COHERENT
	mov	x1, #ITS_SYNC
	str	x1, [x19]
	good	dmb	ishst
	mov	x1, #32
	str	x1, [x9, #GITS_CWRITER]
	b	off
