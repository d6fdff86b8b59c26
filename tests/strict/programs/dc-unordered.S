/* SPDX-License-Identifier: Apache-2.0 */
/* With the MMU off a store and DC of its line are ordered only by a barrier. */
#include "start.h"

program:	mov	x1, #1
	str	x1, [x19]
	good	dmb	sy
	dc	civac, x19
	dsb	sy
	b	off
