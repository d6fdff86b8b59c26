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
	bool plain;		/* see mmio_set_plain() */
	u16 region;		/* by control_region_at(); 0 before */
};

extern struct mmio_page mmio_page[MMIO_MAX];	/* by address */
extern unsigned mmio_nr;

/*
 * Before the guest runs: afterwards the table is read without a lock. -EINVAL: no page; -EEXIST;
 * -ENOSPC.
 */
int mmio_register(ipa_t page, mmio_handler handler, void *arg);

/* All of them, by address. */
struct mmio_page *mmio_pages(unsigned *nr);

/* The place of @ipa in the table: of the first page that is not below it. */
static inline unsigned mmio_lower_bound(u64 ipa)
{
	unsigned low = 0, high = mmio_nr;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (mmio_page[mid].ipa < ipa)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The registered page that holds @ipa, or NULL. */
static inline const struct mmio_page *mmio_find(ipa_t ipa)
{
	u64 page = ALIGN_DOWN(ipa.v, PAGE_SIZE);
	unsigned at = mmio_lower_bound(page);

	return at < mmio_nr && mmio_page[at].ipa == page ? &mmio_page[at] : NULL;
}

/* The same, where @last is what was found before, or NULL: it is looked at first. */
static inline const struct mmio_page *mmio_find_again(ipa_t ipa, const struct mmio_page **last)
{
	const struct mmio_page *page = *last;

	if (!page || page->ipa != ALIGN_DOWN(ipa.v, PAGE_SIZE))
		*last = page = mmio_find(ipa);
	return page;
}

/*
 * Some registers of the page are as they were written, and a load gets them with no lock and
 * nothing else done. Its `arg` points to 64 bits that say now which are: a bit for each of 64 bits;
 * the values follow. Before the guest runs.
 */
void mmio_set_plain(ipa_t page);

/* What a load of 4 or 8 bytes gets of such a register. False: it is none, or another size. */
static inline bool mmio_plain(const struct mmio_page *page, u64 offset, unsigned size, u64 *val)
{
	const volatile u64 *plain = page->arg;
	u64 n = offset / 8;

	if (!page->plain || n >= 64 || size < 4 || offset & (size - 1) || !(plain[0] >> n & 1))
		return false;
	*val = plain[1 + n] >> (offset % 8 * 8);
	if (size == 4)
		*val = (u32)*val;
	return true;
}

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
