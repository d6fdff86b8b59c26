/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/mmio.h"

#include "lib/errno.h"

static struct mmio_page pages[MMIO_MAX] __noinit;	/* by address */
static unsigned nr_pages;

/* The place of @ipa in the table: of the first page that is not below it. */
static unsigned lower_bound(u64 ipa)
{
	unsigned low = 0, high = nr_pages;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (pages[mid].ipa < ipa)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int mmio_register(ipa_t page, mmio_handler handler, void *arg)
{
	unsigned at = lower_bound(page.v);

	if (!IS_ALIGNED(page.v, PAGE_SIZE))
		return -EINVAL;
	if (at < nr_pages && pages[at].ipa == page.v)
		return -EEXIST;
	if (nr_pages == MMIO_MAX)
		return -ENOSPC;
	for (unsigned i = nr_pages++; i > at; i--)
		pages[i] = pages[i - 1];
	pages[at] = (struct mmio_page){ page.v, handler, arg, 0 };
	return 0;
}

const struct mmio_page *mmio_find(ipa_t ipa)
{
	u64 page = ALIGN_DOWN(ipa.v, PAGE_SIZE);
	unsigned at = lower_bound(page);

	return at < nr_pages && pages[at].ipa == page ? &pages[at] : NULL;
}

struct mmio_page *mmio_pages(unsigned *nr)
{
	*nr = nr_pages;
	return pages;
}
