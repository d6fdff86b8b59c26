/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of a device: single accesses of a given size, never merged, torn or reordered by the
 * compiler.
 *
 * A device that answers with an external abort (no clock, no power, nothing there) costs nobody a
 * CPU: what is read is all ones, what is written is lost, and a line names the device's page, once.
 * An abort that comes as an SError, as for a write that was posted, is not EL2's to take: SErrors
 * are the guest's (HCR_EL2.AMO is 0), which takes it as on the bare machine.
 */
#ifndef DRIVERS_IO_H
#define DRIVERS_IO_H

#include "lib/types.h"

#if __STDC_HOSTED__		/* tests have memory for registers, and may answer a write */
void io_written(u64 addr);

#define DEFINE_READ(name, type)						\
	static inline type name(u64 addr)				\
	{								\
		return *(const volatile type *)addr;			\
	}
#define DEFINE_WRITE(name, type)					\
	static inline void name(u64 addr, type val)			\
	{								\
		*(volatile type *)addr = val;				\
		io_written(addr);					\
	}
static inline void io_publish(void) { }
static inline void io_complete(void) { }
#else
/* Stores to memory are seen by devices before what the next store to a register starts. */
static inline void io_publish(void)
{
	asm volatile("dsb st" : : : "memory");
}

/*
 * Loads and stores are complete: before the next store to a register, or before cache maintenance.
 */
static inline void io_complete(void)
{
	asm volatile("dsb sy" : : : "memory");
}

#define DEFINE_READ(name, type)		type name(u64 addr);
#define DEFINE_WRITE(name, type)	void name(u64 addr, type val);
#endif

DEFINE_READ(read8, u8)
DEFINE_READ(read16, u16)
DEFINE_READ(read32, u32)
DEFINE_READ(read64, u64)
DEFINE_WRITE(write8, u8)
DEFINE_WRITE(write16, u16)
DEFINE_WRITE(write32, u32)
DEFINE_WRITE(write64, u64)

/*
 * The same for a guest that has to meet the abort itself: false, with nothing remembered of it. At
 * EL2 only; @size is 1, 2, 4 or 8.
 */
bool io_try_read(u64 addr, unsigned size, u64 *val);
bool io_try_write(u64 addr, unsigned size, u64 val);

/* An access to @addr has aborted. Returns what a read gives. From io.S. */
u64 io_aborted(u64 addr);

/* True if an access to this page has ever aborted, of the first 15 such pages and the last. */
bool io_is_dead(u64 addr);

/* Pages that have aborted, and how many of them were said; a line for each of the others. */
extern unsigned io_nr_dead, io_nr_said;
void io_say(void);

/*
 * Prints a line for each page that has aborted since the last call. Whoever prints calls it, and
 * who has carried out accesses of the guest's, with no lock held.
 */
static inline void io_report(void)
{
	if (__atomic_load_n(&io_nr_said, __ATOMIC_RELAXED) !=
	    __atomic_load_n(&io_nr_dead, __ATOMIC_RELAXED))
		io_say();
}

#endif
