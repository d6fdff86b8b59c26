/* SPDX-License-Identifier: Apache-2.0 */
/* EL2 calls firmware while TLB maintenance is under way. */
#include "start.h"

program:	tlbi	alle2
	good	dsb	nsh
	isb
	b	off
