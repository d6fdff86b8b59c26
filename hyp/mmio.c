/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/mmio.h"

#include "lib/errno.h"

struct mmio_page mmio_page[MMIO_MAX] __noinit;
unsigned mmio_nr;

int mmio_register(ipa_t page, mmio_handler handler, void *arg)
{
	unsigned at = mmio_lower_bound(page.v);

	if (!IS_ALIGNED(page.v, PAGE_SIZE))
		return -EINVAL;
	if (at < mmio_nr && mmio_page[at].ipa == page.v)
		return -EEXIST;
	if (mmio_nr == MMIO_MAX)
		return -ENOSPC;
	for (unsigned i = mmio_nr++; i > at; i--)
		mmio_page[i] = mmio_page[i - 1];
	mmio_page[at] = (struct mmio_page){ page.v, handler, arg, false, 0 };
	return 0;
}

void mmio_set_plain(ipa_t page)
{
	mmio_page[mmio_lower_bound(page.v)].plain = true;
}

struct mmio_page *mmio_pages(unsigned *nr)
{
	*nr = mmio_nr;
	return mmio_page;
}
