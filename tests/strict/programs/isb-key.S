/* SPDX-License-Identifier: Apache-2.0 */
/* Pointer authentication may still use the old key. */
#include "start.h"

program:	msr	S3_0_C2_C1_0, xzr	/* APIAKeyLo_EL1 */
	good	isb
	hint	#25	/* paciasp */
	hint	#29	/* autiasp */
	b	off
