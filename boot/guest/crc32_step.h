/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU's own steps of a CRC-32, of FEAT_CRC32, and loads for many of them: volatile, as their
 * order matters.
 */
#ifndef BOOT_GUEST_CRC32_STEP_H
#define BOOT_GUEST_CRC32_STEP_H

#include "lib/types.h"

static inline u32 step8(u32 crc, u8 data)
{
	asm volatile(".arch_extension crc\n\tcrc32b %w0, %w0, %w1" : "+r"(crc) : "r"(data));
	return crc;
}

static inline u32 step64(u32 crc, u64 data)
{
	asm volatile(".arch_extension crc\n\tcrc32x %w0, %w0, %1" : "+r"(crc) : "r"(data));
	return crc;
}

/* Two words, and @p is behind them. */
static inline void take_two(const u64 **p, u64 *a, u64 *b)
{
	asm volatile("ldp %0, %1, [%2], #16"
		     : "=r"(*a), "=r"(*b), "+r"(*p)
		     : "m"(*(const u64 (*)[2])*p));
}

#endif
