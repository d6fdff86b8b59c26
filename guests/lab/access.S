/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accesses that the lab tries: u64 access_<name>(u64 addr, u64 n, u64 val), n >= 1 times.
 */
#include "lib/asm.h"

	.arch	armv8.5-a+memtag+lse

	.text

/* The instruction in a loop; the result is x3. */
.macro access name, insn:vararg
func access_\name
	mov	x3, #0
1:	\insn
	subs	x1, x1, #1
	b.ne	1b
	mov	x0, x3
	ret
endfunc access_\name
.endm

	access	load, ldr x3, [x0]
	access	store, str x2, [x0]
	access	atomic, ldadd x2, x4, [x0]
	access	zva, dc zva, x0
	access	stp, stp x2, x2, [x0]
	access	tag_store, stg x2, [x0]
	access	tag_load, ldg x3, [x0]

func access_ldp
1:	ldp	x3, x4, [x0]
	subs	x1, x1, #1
	b.ne	1b
	add	x0, x3, x4
	ret
endfunc access_ldp

/* Adds val by exclusive pairs, each tried 100 times; gives how many of them never succeeded. */
func access_exclusive
	mov	x3, #0
1:	mov	w6, #100
2:	ldxr	x4, [x0]
	add	x4, x4, x2
	stxr	w5, x4, [x0]
	cbz	w5, 3f
	subs	w6, w6, #1
	b.ne	2b
	add	x3, x3, #1
3:	subs	x1, x1, #1
	b.ne	1b
	mov	x0, x3
	ret
endfunc access_exclusive

/* Calls what is at addr, which returns. */
func access_fetch
	mov	x4, x30
1:	blr	x0
	subs	x1, x1, #1
	b.ne	1b
	mov	x0, #0
	ret	x4
endfunc access_fetch

/* A load with tags checked, by a pointer whose tag is in val. */
func access_tag_check
	orr	x0, x0, x2
	mov	x3, #0
	msr	tco, #0
1:	ldr	x3, [x0]
	subs	x1, x1, #1
	b.ne	1b
	msr	tco, #1
	mov	x0, x3
	ret
endfunc access_tag_check

	.section .note.GNU-stack, "", %progbits
