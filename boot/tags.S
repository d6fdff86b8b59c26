/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/asm.h"

	.arch	armv8.5-a+memtag
	.text

/*
 * void tag_store(u64 va, u64 tag): the granule's tag, to where tags are stored if they are, and out
 * of the caches, which could hold it where they are not.
 */
func tag_store
	stg	x1, [x0]
	dsb	sy
	dc	cigdvac, x0
	dsb	sy
	ret
endfunc tag_store

/* u64 tag_load(u64 va): in bits 59:56, with nothing else. */
func tag_load
	mov	x1, x0
	mov	x0, #0
	ldg	x0, [x1]
	ret
endfunc tag_load

	.section .note.GNU-stack, "", %progbits
