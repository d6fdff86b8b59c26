/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/asm.h"

	.text

/* An access_fn: loads from addr if the word at val is not 0, which takes a while to know. */
func speculate_load
	ldr	x3, [x2]
	cbz	x3, 1f
	ldr	w0, [x0]
1:	ret
endfunc speculate_load

	.section .note.GNU-stack, "", %progbits
