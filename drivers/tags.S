/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where no allocation tags are stored, what an access to one comes to is the machine's choice (Arm
 * ARM D10.6.2, "Allocation Tag Storage"): an external abort, too. So the code is guarded
 * (vectors.S): an abort goes on at the address in x17.
 */
#include "lib/asm.h"

	.arch	armv8.5-a+memtag
	.section .guarded, "ax"

/* The tag goes to where tags are stored if they are, and out of the caches, which could hold it. */
func tag_store
	adr	x17, 1f
	stg	x1, [x0]
	dsb	sy
	dc	cigdvac, x0
	dsb	sy
	mov	w0, #1
	ret
1:	mov	w0, #0
	ret
endfunc tag_store

func tag_load
	adr	x17, 1f
	mov	x1, x0
	mov	x0, #0
	ldg	x0, [x1]
	ret
1:	mov	x0, #-1				/* TAG_ABORTED */
	ret
endfunc tag_load

	.section .note.GNU-stack, "", %progbits
