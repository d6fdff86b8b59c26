/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest physical pages whose accesses EL2 carries out. Stage 2 maps them less than fully, so that
 * they fault.
 */
#ifndef HYP_MMIO_H
#define HYP_MMIO_H

#include "drivers/cpu_power.h"
#include "lib/types.h"

/* The redistributors, with GICv4 two pages of each, and what else there is. */
#define MMIO_MAX	(2 * MAX_CPUS + 64)

/*
 * Carries out one access to the page that was registered with @arg: @size is 1, 2, 4 or 8 bytes,
 * @offset in the page a multiple of it. @val is what is written, zero-extended; what is returned is
 * what is read. CPUs may call it at the same time.
 */
typedef u64 (*mmio_handler)(void *arg, u64 offset, unsigned size, bool write, u64 val);

struct mmio_page {
	u64 ipa;
	mmio_handler handler;
	void *arg;
	u16 region;		/* by control_region_at(); 0 before */
};

/*
 * Before the guest runs: afterwards the table is read without a lock. -EINVAL: no page; -EEXIST;
 * -ENOSPC.
 */
int mmio_register(ipa_t page, mmio_handler handler, void *arg);

/* All of them, by address. */
struct mmio_page *mmio_pages(unsigned *nr);

/* The registered page that holds @ipa, or NULL. */
const struct mmio_page *mmio_find(ipa_t ipa);

/*
 * The value a load of @size bytes leaves in its register: @sext sign-extends, @sf says the register
 * is 64 bits wide.
 */
static inline u64 mmio_loaded(u64 val, unsigned size, bool sext, bool sf)
{
	u64 mask = ~0ull >> (64 - 8 * size);

	val &= mask;
	if (sext && val & ~(mask >> 1))
		val |= ~mask;
	return sf ? val : (u32)val;
}

#endif
