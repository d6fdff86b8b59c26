/* SPDX-License-Identifier: Apache-2.0 */
/* ZCR_EL2 may still trap. */
#include "start.h"

program:	mov	x0, #0x32ff	/* TZ is clear */
	msr	cptr_el2, x0
	good	isb
	mov	x0, #15
	msr	S3_4_C1_C2_0, x0	/* ZCR_EL2 */
	b	off
