/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image in memory, as linker.ld lays it out: first what leaves before the guest starts (boot/
 * and libfdt), then what stays, or stays only if it is asked for.
 */
#ifndef LIB_SECTIONS_H
#define LIB_SECTIONS_H

#include "lib/types.h"

#pragma GCC visibility push(hidden)
extern char __image_start[], __image_end[];
/* boot/: text, constants, data; and below the stacks what starts as 0; what ends before a move */
extern char __boot_text_end[], __boot_rodata_end[], __boot_end[];
extern char __boot_bss_start[], __boot_bss_end[];
extern char __first_start[];
/* what stays if it is asked for, by part: text and constants; the last first, what starts as 0 */
extern char __part_debug_end[], __parts_end[];
extern char __part_control_bss[], __part_debug_bss[];
/* the rest, from __parts_end on */
extern char __text_end[], __rodata_end[], __noinit_start[];
extern char __carried_start[], __bss_start[];
extern char __stack_guard[], __stack_start[], __stack_end[], __panic_guard[], __panic_stack_end[];
extern char __pool_start[];
extern char __build_id[];		/* an ELF note; its name has 4 bytes */
#pragma GCC visibility pop

#define BUILD_ID_OFFSET	16

/* What stays only if the guest's config asks for it: the Makefile says what is in each. */
enum part {
	PART_DEBUG,			/* `debug` */
	PART_CONTROL,			/* `control`, `unaligned = "emulate"` */
	NR_PARTS
};

/*
 * Of a copy that has moved (boot/move.h), which has it from the image that wrote it. All 0: this is
 * where the loader put it.
 */
struct image_place {
	u64 size;			/* of all that it keeps, from __image_start on */
	u64 from;			/* where it was before */
};

extern struct image_place image_place;

/* All that Mavis keeps. A copy has no room for what is __first, and a pool of its own size. */
static inline struct range image_range(void)
{
	u64 size = image_place.size;

	return (struct range){ (u64)__image_start,
			       size ? size : (u64)(__image_end - __image_start) };
}

/* Of it, what page_pool begins with. */
static inline struct range pool_range(void)
{
	u64 end = image_place.size ? range_end(image_range()) : (u64)__first_start;

	return (struct range){ (u64)__pool_start, end - (u64)__pool_start };
}

#endif
