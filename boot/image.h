/* SPDX-License-Identifier: Apache-2.0 */
/* The image in memory, as linker.ld lays it out. */
#ifndef BOOT_IMAGE_H
#define BOOT_IMAGE_H

#include "lib/types.h"

#pragma GCC visibility push(hidden)
extern char __image_start[], __text_end[], __rodata_end[];
extern char __stack_guard[], __stack_start[], __stack_end[], __panic_guard[], __panic_stack_end[];
extern char __pool_start[];

/* Where the CPUs of a spin-table come to Mavis (head.S). */
extern char spin_table_arrival[];
#pragma GCC visibility pop

/*
 * All that Mavis keeps. The size is the Image header's image_size: the end is too far from the code
 * for the address of a symbol there (-mcmodel=tiny).
 */
static inline struct range image_range(void)
{
	return (struct range){ (u64)__image_start, ((const u64 *)(const void *)__image_start)[2] };
}

static inline u64 image_end(void)
{
	return range_end(image_range());
}

#endif
