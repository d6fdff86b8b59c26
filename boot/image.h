/* SPDX-License-Identifier: Apache-2.0 */
/* The image in memory, as linker.ld lays it out. */
#ifndef BOOT_IMAGE_H
#define BOOT_IMAGE_H

#include "lib/types.h"

#pragma GCC visibility push(hidden)
extern char __image_start[], __text_end[], __rodata_end[], __bss_start[], __image_end[];
extern char __stack_guard[], __stack_start[], __stack_end[], __panic_guard[], __panic_stack_end[];
extern char __pool_start[];
#pragma GCC visibility pop

/* Not zeroed at the start: for large tables that keep their own count. */
#define __noinit	__attribute__((section(".noinit")))

static inline struct range image_range(void)
{
	return (struct range){ (u64)__image_start, (u64)(__image_end - __image_start) };
}

#endif
