/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single accesses of a given size. Reads are load-acquires: a plain load from Device memory beside
 * a store-exclusive can hang a Cortex-A57 (erratum 832075), and what a device says in a register
 * comes before what it wrote to memory is read.
 *
 * The code is guarded (vectors.S): an external abort goes on at `aborted`, which gives the
 * registers that describe the exception in hand their values back. What a load that aborts leaves
 * in its register is not relied on. At EL1, where Mavis only says that it cannot be, nothing is
 * guarded.
 */
#include "lib/arch.h"
#include "lib/asm.h"

	.section .guarded, "ax"

.macro access name, insn, reg
func \name
	mrs	x9, CurrentEL
	tbz	x9, #(EL_SHIFT + 1), 1f
	mrs	x10, elr_el2
	mrs	x11, spsr_el2
	mrs	x12, esr_el2
	mrs	x13, far_el2
	mrs	x14, hpfar_el2
	adr	x17, aborted
1:	mov	x9, x0
	\insn	\reg, [x9]
	ret
endfunc \name
.endm

	access read8, ldarb, w0
	access read16, ldarh, w0
	access read32, ldar, w0
	access read64, ldar, x0
	access write8, strb, w1
	access write16, strh, w1
	access write32, str, w1
	access write64, str, x1

/* The same for whoever has to know: x0 = address, w1 = size; w0 = 0 where it has aborted. */
.macro attempt
	mrs	x10, elr_el2
	mrs	x11, spsr_el2
	mrs	x12, esr_el2
	mrs	x13, far_el2
	mrs	x14, hpfar_el2
	adr	x17, failed
.endm

func io_try_read				/* x2 = where to */
	attempt
	tbnz	w1, #3, 4f
	tbnz	w1, #2, 3f
	tbnz	w1, #1, 2f
	ldarb	w9, [x0]
	b	5f
2:	ldarh	w9, [x0]
	b	5f
3:	ldar	w9, [x0]
	b	5f
4:	ldar	x9, [x0]
5:	str	x9, [x2]
	mov	w0, #1
	ret
endfunc io_try_read

func io_try_write				/* x2 = what */
	attempt
	tbnz	w1, #3, 4f
	tbnz	w1, #2, 3f
	tbnz	w1, #1, 2f
	strb	w2, [x0]
	b	5f
2:	strh	w2, [x0]
	b	5f
3:	str	w2, [x0]
	b	5f
4:	str	x2, [x0]
5:	mov	w0, #1
	ret
endfunc io_try_write

failed:
	msr	elr_el2, x10
	msr	spsr_el2, x11
	msr	esr_el2, x12
	msr	far_el2, x13
	msr	hpfar_el2, x14
	mov	w0, #0
	ret

aborted:
	msr	elr_el2, x10
	msr	spsr_el2, x11
	msr	esr_el2, x12
	msr	far_el2, x13
	msr	hpfar_el2, x14
	mov	x0, x9
	b	io_aborted

	.section .note.GNU-stack, "", %progbits
