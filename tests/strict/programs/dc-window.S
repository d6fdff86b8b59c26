/* SPDX-License-Identifier: Apache-2.0 */
/* With the MMU off a load may pass a DC of its line. */
#include "start.h"

program:	dc	civac, x19
	good	dsb	sy
	ldr	x1, [x19]
	dsb	sy
	b	off
