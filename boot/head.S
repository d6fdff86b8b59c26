/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first instructions.
 *
 * To the loader Mavis is an arm64 Linux Image (Documentation/arch/arm64/booting.rst): MMU off, x0 =
 * the device tree, the image cleaned to the PoC and at any 4 KiB-aligned address. Nothing else of
 * the state is relied on. To UEFI firmware the same file is a PE32+ application (Microsoft's PE
 * format; UEFI 2.1), which enters at efi_entry (efi/entry.S) and comes here later.
 */
#include "lib/arch.h"
#include "lib/asm.h"
#include "mm/el2.h"

#define RELA_SIZE		24		/* r_offset, r_info, r_addend */

	.section .head.text, "ax"
	.globl	_start
_start:
	.inst	0xfa405a4d			/* ccmp x18, #0, #0xd, pl: "MZ" to UEFI */
	b	primary
	.quad	0				/* text_offset: none, any 4 KiB-aligned address */
	.quad	__image_end - (. - 16)		/* image_size, with bss, stacks and page pool */
	.quad	0xa				/* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	pe_header - _start

/* An address in the file, which is laid out as in memory. */
.macro rva sym
	.long	\sym - _start
.endm

/* The flags are IMAGE_SCN_: code or data, and the rights. */
.macro pe_section name, first, size, file_size, flags
9:	.ascii	"\name"
	.org	9b + 8
	.long	\size
	rva	\first
	.long	\file_size
	rva	\first
	.long	0, 0, 0				/* no relocations, no lines */
	.long	\flags
.endm
#define PE_CODE		0x60000020		/* read, execute */
#define PE_DATA		0xc0000040		/* read, write */
#define PE_HEADERS	0x1000			/* this page: firmware need not let it execute */

	.balign	8
pe_header:
	.ascii	"PE\0\0"
	.short	0xaa64				/* AArch64 */
	.short	4				/* sections */
	.long	0, 0, 0
	.short	pe_sections - pe_optional
	.short	0x206				/* executable, no lines, no debug information */
pe_optional:
	.short	0x20b				/* PE32+ */
	.byte	0, 0
	.long	__pe_boot			/* code */
	.long	__pe_data			/* data */
	.long	0
	rva	efi_entry
	.long	PE_HEADERS			/* where code begins */
	.quad	0				/* wherever it is loaded */
	.long	0x1000, 0x200			/* alignment in memory and in the file */
	.short	0, 0
	.short	1, 0				/* GRUB: from 1 on the ramdisk comes by LoadFile2 */
	.short	0, 0
	.long	0
	rva	__image_end
	.long	PE_HEADERS
	.long	0
	.short	10				/* an application */
	.short	0x100				/* data need not be executable */
	.quad	0, 0, 0, 0
	.long	0
	.long	6				/* directories: none has anything */
	.quad	0, 0, 0, 0, 0, 0
/*
 * What is relocated must be writable until EL2 has its own map, and firmware maps code read-only:
 * .part.*, constants beside code that does not run before, is data here.
 */
pe_sections:
	pe_section ".boot", _start + PE_HEADERS, __pe_boot, __pe_boot, PE_CODE
	pe_section ".bdata", __boot_text_end, __pe_boot_data, __pe_boot_data, PE_DATA
	pe_section ".text", __parts_end, __pe_text, __pe_text, PE_CODE
	pe_section ".data", __text_end, __pe_data, __pe_data_file, PE_DATA
	.org	_start + PE_HEADERS

	.globl	primary
	.hidden	primary
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

	bl	relocate

	/* A copy that has moved has what is carried from the image before. */
	adr_l	x0, image_place
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
	adr_l	x1, __pool_start + EL2_EARLY_POOL
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

/*
 * Linked at 0: the load address is what each relocation adds. The linker makes no other kind (the
 * Makefile looks), and one that is applied again gives the same. Clobbers x0 to x4.
 */
	.globl	relocate
	.hidden	relocate
relocate:
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
2:	ret

/* All of the image that is written before the MMU is on; of the file, what is relocated. */
clean_early:
	mov	x21, x30
	adr_l	x0, __carried_start
	adr_l	x1, __bss_end
	bl	dcache_clean_inval_poc
	adr_l	x0, __boot_text_end
	adr_l	x1, __noinit_start
	bl	dcache_clean_inval_poc
	adr_l	x0, __stack_start
	adr_l	x1, __pool_start + EL2_EARLY_POOL
	bl	dcache_clean_inval_poc
	ret	x21

/*
 * void move_leave(u64 fdt, u64 copy, u64 end): the end of this image, whose memory is free from now
 * on: the copy at @copy, complete and cleaned to the PoC, starts as from a loader.
 *
 * Lines that this image wrote up to @end, stack and tables included, are dirty in the caches; their
 * eviction would come over what the next owner writes past the caches. With the MMU off nothing
 * dirties them again (Arm ARM D7, "Effects of cache maintenance instructions"). What the copy takes
 * over in its variables stays dirty: it reads them with the MMU on. The instruction caches may
 * hold what was at the copy's place before (B2, "Synchronization of caches"): this CPU's, and those
 * of CPUs that wait in a spin table, where a loader may have lain that they ran.
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
	ic	ialluis
	dsb	ish
	isb
	mov	x0, x19
	br	x20
endfunc move_leave

	.section .note.GNU-stack, "", %progbits
