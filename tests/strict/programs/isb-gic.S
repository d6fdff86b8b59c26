/* SPDX-License-Identifier: Apache-2.0 */
/* ICH registers may still trap. */
#include "start.h"

program:	mov	x0, #9
	msr	S3_4_C12_C9_5, x0	/* ICC_SRE_EL2: SRE, Enable */
	good	isb
	mrs	x1, S3_4_C12_C11_0	/* ICH_HCR_EL2 */
	b	off
