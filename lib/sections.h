/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image in memory, as linker.ld lays it out: first what leaves before the guest starts (boot/
 * and libfdt), then what stays.
 */
#ifndef LIB_SECTIONS_H
#define LIB_SECTIONS_H

#include "lib/types.h"

#pragma GCC visibility push(hidden)
extern char __image_start[], __image_end[];
/* boot/: text, constants, data; and below the stacks what starts as 0 */
extern char __boot_text_end[], __boot_rodata_end[], __boot_end[];
extern char __boot_bss_start[], __boot_bss_end[];
/* the rest, from __boot_end on */
extern char __text_end[], __rodata_end[];
extern char __stack_guard[], __stack_start[], __stack_end[], __panic_guard[], __panic_stack_end[];
extern char __pool_start[];
#pragma GCC visibility pop

/* All that Mavis keeps. */
static inline struct range image_range(void)
{
	return (struct range){ (u64)__image_start, (u64)(__image_end - __image_start) };
}

#endif
