/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of a device: single accesses of a given size, never merged, torn or reordered by the
 * compiler. Reads are load-acquires: a plain load from Device memory beside a store-exclusive can
 * hang a Cortex-A57 (erratum 832075).
 */
#ifndef DRIVERS_IO_H
#define DRIVERS_IO_H

#include "lib/types.h"

#if __STDC_HOSTED__		/* tests have memory for registers */
#define DEFINE_READ(name, type, insn)					\
	static inline type name(u64 addr)				\
	{								\
		return *(const volatile type *)addr;			\
	}
#define DEFINE_WRITE(name, type, insn)					\
	static inline void name(u64 addr, type val)			\
	{								\
		*(volatile type *)addr = val;				\
	}
#else
#define DEFINE_READ(name, type, insn)					\
	static inline type name(u64 addr)				\
	{								\
		type val;						\
									\
		asm volatile(insn ", [%1]" : "=r"(val) : "r"(addr) : "memory");	\
		return val;						\
	}
#define DEFINE_WRITE(name, type, insn)					\
	static inline void name(u64 addr, type val)			\
	{								\
		asm volatile(insn ", [%1]" : : "rZ"(val), "r"(addr) : "memory"); \
	}
#endif

DEFINE_READ(read8, u8, "ldarb %w0")
DEFINE_READ(read16, u16, "ldarh %w0")
DEFINE_READ(read32, u32, "ldar %w0")
DEFINE_READ(read64, u64, "ldar %x0")
DEFINE_WRITE(write8, u8, "strb %w0")
DEFINE_WRITE(write16, u16, "strh %w0")
DEFINE_WRITE(write32, u32, "str %w0")
DEFINE_WRITE(write64, u64, "str %x0")

#endif
