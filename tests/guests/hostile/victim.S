/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/asm.h"

#define PSCI_CPU_OFF	0x84000002

	.text

/* Where a CPU is started that turns itself off again: MMU off, no stack. */
func victim
	ldr	w0, =PSCI_CPU_OFF
	hvc	#0
	b	victim
endfunc victim
	.ltorg

	.section .note.GNU-stack, "", %progbits
