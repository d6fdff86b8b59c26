/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sort.h"

#include <string.h>

struct heap {
	u8 *base;
	unsigned nr;
	size_t size;
	sort_less *less;
	const void *arg;
};

static u8 *at(const struct heap *h, unsigned i)
{
	return h->base + i * h->size;
}

static bool less(const struct heap *h, unsigned i, unsigned j)
{
	return h->less(at(h, i), at(h, j), h->arg);
}

static void swap(const struct heap *h, unsigned i, unsigned j)
{
	u8 *a = at(h, i), *b = at(h, j), tmp[16];

	for (size_t done = 0, n; done < h->size; done += n) {
		n = MIN(h->size - done, sizeof(tmp));
		memcpy(tmp, a + done, n);
		memcpy(a + done, b + done, n);
		memcpy(b + done, tmp, n);
	}
}

/* Lets element @i sink until neither of its children is larger. */
static void sift(const struct heap *h, unsigned i)
{
	for (unsigned child = 2 * i + 1; child < h->nr; i = child, child = 2 * i + 1) {
		if (child + 1 < h->nr && less(h, child, child + 1))
			child++;
		if (!less(h, i, child))
			return;
		swap(h, i, child);
	}
}

void sort(void *base, unsigned nr, size_t size, sort_less *less, const void *arg)
{
	struct heap h = { base, nr, size, less, arg };

	for (unsigned i = nr / 2; i-- > 0;)
		sift(&h, i);
	while (h.nr > 1) {
		swap(&h, 0, --h.nr);
		sift(&h, 0);
	}
}
