/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of a device: single accesses of a given size, never merged, torn or reordered by the
 * compiler.
 */
#ifndef DRIVERS_IO_H
#define DRIVERS_IO_H

#include "lib/types.h"

static inline u8 read8(u64 addr)
{
	return *(const volatile u8 *)addr;
}

static inline u16 read16(u64 addr)
{
	return *(const volatile u16 *)addr;
}

static inline u32 read32(u64 addr)
{
	return *(const volatile u32 *)addr;
}

static inline u64 read64(u64 addr)
{
	return *(const volatile u64 *)addr;
}

static inline void write8(u64 addr, u8 val)
{
	*(volatile u8 *)addr = val;
}

static inline void write16(u64 addr, u16 val)
{
	*(volatile u16 *)addr = val;
}

static inline void write32(u64 addr, u32 val)
{
	*(volatile u32 *)addr = val;
}

static inline void write64(u64 addr, u64 val)
{
	*(volatile u64 *)addr = val;
}

#endif
