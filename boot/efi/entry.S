/* SPDX-License-Identifier: Apache-2.0 */
/* From UEFI and to head.S. The firmware's MMU is on, memory is identity-mapped (UEFI 2.3.6). */
#include "lib/arch.h"
#include "lib/asm.h"

	.text

/* x0 = the image's handle, x1 = the system table. Returns a status if Mavis cannot start. */
func efi_entry
	outermost
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	mov	x19, x0
	mov	x20, x1
	bl	relocate			/* head.S does so again, which changes nothing */
	mov	x0, x19
	mov	x1, x20
	bl	efi_main
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret
endfunc efi_entry

/*
 * x0 = the device tree. What is fetched and read with the MMU off goes past the caches, where the
 * firmware's copy of this image may still be: cleaned to the PoC (Arm ARM B2, "Ordering and
 * completion of data and instruction cache instructions"). The MMU goes off before head.S touches
 * HCR_EL2: the firmware may run with E2H = 1, whose TCR_EL2 has another layout. Its other bits are
 * left to cpu_reset_state(), as theirs follows E2H, too.
 */
func efi_leave
	outermost
	msr	daifset, #0xf
	mov	x19, x0
	adr_l	x0, __image_start
	adr_l	x1, __bss_end
	bl	dcache_clean_inval_poc
	mrs	x0, sctlr_el2
	mov	x1, #(SCTLR_M | SCTLR_C)
	orr	x1, x1, #SCTLR_I
	bic	x0, x0, x1
	msr	sctlr_el2, x0
	isb
	tlbi	alle2
	ic	iallu
	dsb	nsh
	isb
	mov	x0, x19
	b	primary
endfunc efi_leave

	.section .note.GNU-stack, "", %progbits
