/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions.
 *
 * To the loader Mavis is an arm64 Linux Image (Documentation/arch/arm64/booting.rst): MMU off, x0 =
 * the device tree, the image cleaned to the PoC and at any 4 KiB-aligned address. Nothing else of
 * the state is relied on.
 */
#include "lib/arch.h"
#include "lib/asm.h"

#define EARLY_POOL		0x10000		/* more than el2_build() takes */
#define RELA_SIZE		24		/* r_offset, r_info, r_addend */

	.section .head.text, "ax"
	.globl	_start
_start:
	b	primary
	nop
	.quad	0				/* text_offset: none, any 4 KiB-aligned address */
	.quad	__image_end - (. - 16)		/* image_size, with bss, stacks and page pool */
	.quad	0xa				/* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

primary:
	.cfi_startproc
	outermost
	mov	x19, x0				/* device tree */
	bl	cpu_reset_state
	mov	x20, x0				/* exception level */

	/*
	 * What is written before the MMU is on goes past the caches: a line left dirty there would
	 * be evicted over it. Cleaning is right for the loader's data as well, should it have left
	 * any in the cache. The rest of the image is first written with the MMU on.
	 */
	bl	clean_early

	/*
	 * Linked at 0: the load address is what each relocation adds. The linker makes no other
	 * kind (the Makefile looks), and one that is applied again gives the same.
	 */
	adr_l	x0, __image_start
	adr_l	x1, __rela_start
	adr_l	x2, __rela_end
1:	cmp	x1, x2
	b.hs	2f
	ldr	x3, [x1]
	ldr	x4, [x1, #16]
	add	x4, x4, x0
	str	x4, [x0, x3]
	add	x1, x1, #RELA_SIZE
	b	1b

	/* A copy that has moved has what is carried from the image before. */
2:	adr_l	x0, image_place
	ldr	x2, [x0]
	adr_l	x0, __carried_start
	adr_l	x1, __bss_start
	cmp	x2, #0
	csel	x0, x0, x1, eq
	adr_l	x1, __bss_end
3:	stp	xzr, xzr, [x0]
	stp	xzr, xzr, [x0, #16]
	stp	xzr, xzr, [x0, #32]
	stp	xzr, xzr, [x0, #48]
	add	x0, x0, #64
	cmp	x0, x1
	b.lo	3b

	adr_l	x0, __stack_end
	mov	sp, x0
	mov	x29, xzr
	bl	random_word
	and	x0, x0, #~0xff			/* a zero byte stops a run-away string copy */
	adr_l	x1, __stack_chk_guard
	str	x0, [x1]

	mov	x0, x20
	bl	el2_build			/* returns the end of what it wrote */

	/*
	 * The walker and EL2 read through the caches from now on. A fetch may have brought in stale
	 * lines of what was just written with the MMU off. The DMB: maintenance by VA is ordered
	 * only with accesses to Write-Back memory, and those stores were not (Arm ARM B2, "Ordering
	 * and completion of data and instruction cache instructions").
	 */
	adr_l	x1, __pool_start + EARLY_POOL
	cmp	x0, x1
	b.hi	.				/* clean_early would miss some */
	dmb	sy
	bl	clean_early
	mov	x0, x20
	bl	mmu_enable

	mov	x0, x19
	mov	x1, x20
	bl	main
	b	.
	.cfi_endproc

/* All of the image that is written before the MMU is on. */
clean_early:
	mov	x21, x30
	adr_l	x0, __carried_start
	adr_l	x1, __bss_end
	bl	dcache_clean_inval_poc
	adr_l	x0, __image_start
	adr_l	x1, __noinit_start
	bl	dcache_clean_inval_poc
	adr_l	x0, __stack_start
	adr_l	x1, __pool_start + EARLY_POOL
	bl	dcache_clean_inval_poc
	ret	x21

/*
 * void move_leave(u64 fdt, u64 copy, u64 end): the end of this image, whose memory is free from now
 * on: the copy at @copy, complete and cleaned to the PoC, starts as from a loader.
 *
 * Lines that this image wrote up to @end, stack and tables included, are dirty in the caches; their
 * eviction would come over what the next owner writes past the caches. With the MMU off nothing
 * dirties them again (Arm ARM D7, "Effects of cache maintenance instructions"). What the copy takes
 * over in its variables stays dirty: it reads them with the MMU on. The instruction cache may hold
 * what was at the copy's place before (B2, "Synchronization of caches").
 */
func move_leave
	mov	x19, x0
	mov	x20, x1
	mov	x1, x2
	ldr	x2, =SCTLR_EL2_OFF
	msr	sctlr_el2, x2
	isb
	adr_l	x0, __image_start
	bl	dcache_clean_inval_poc
	ic	iallu
	dsb	nsh
	isb
	mov	x0, x19
	br	x20
endfunc move_leave

	.section .note.GNU-stack, "", %progbits
