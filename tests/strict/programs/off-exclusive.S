/* SPDX-License-Identifier: Apache-2.0 */
/* Exclusive accesses to Device memory need not work. */
#include "start.h"

program:	good	ldr x1, [x19]
	bad	ldxr	x1, [x19]
	bad	stxr	w2, x1, [x19]
	b	off
