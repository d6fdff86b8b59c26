/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_el2.h"

#include <stdlib.h>

#include "hyp/its.h"
#include "lib/sections.h"
#include "tests/unit/fake_phys.h"

struct fake_el2 fake_el2;
struct pool page_pool;
char __stack_end[1];
char __image_start[1];
extern char __image_end[1] __attribute__((alias("__image_start")));
extern char __pool_start[1] __attribute__((alias("__image_start")));
extern char __first_start[1] __attribute__((alias("__image_start")));
struct image_place image_place;

void fake_el2_reset(unsigned nr)
{
	fake_el2 = (struct fake_el2){ 0 };
	fake_reset(&page_pool, nr);
}

int el2_map(pa_t pa, u64 size, enum s1_kind kind)
{
	(void)size, (void)kind;
	fake_el2.mapped = pa.v;
	fake_el2.nr_mapped++;
	return fake_el2.map_result;
}

bool el2_sees(pa_t pa, u64 size)
{
	return fake_el2.seen && fake_el2.seen - pa.v < size;
}

bool el2_sees_device(pa_t page)
{
	return fake_el2.seen == page.v && fake_el2.seen_device;
}

int el2_clean_part(struct range all, struct range part)
{
	fake_el2.nr_cleaned++;
	fake_el2.cleaned = part.base;
	fake_el2.cleaned_size = part.size;
	fake_el2.total_cleaned += part.size;
	fake_el2.flushes = fake_tlb.flushes;
	return part.base < all.base || range_end(part) > range_end(all) ? -1 :
									    fake_el2.clean_result;
}

int el2_clean(pa_t pa, u64 size)
{
	struct range r = { pa.v, size };

	return el2_clean_part(r, r);
}

int el2_grow_pool(pa_t pa, u64 size)
{
	fake_el2.grown = (struct range){ pa.v, size };
	return 0;
}

int el2_alloc_stack(u64 *top)
{
	static u64 next = PAGE_SIZE;

	*top = next += PAGE_SIZE;
	return 0;
}

int el2_make_window(u64 *window)
{
	*window = FAKE_WINDOW;
	return fake_el2.map_result;
}

int el2_borrow(pa_t page, enum s1_kind kind)
{
	fake_el2.borrowed_as = kind;
	if (fake_el2.borrow_result)
		return fake_el2.borrow_result;
	if (fake_el2.borrowed)
		abort();
	fake_el2.borrowed = page.v;
	fake_el2.nr_borrowed++;
	return 0;
}

void el2_give_back(pa_t page)
{
	if (fake_el2.borrowed != page.v)
		abort();
	fake_el2.borrowed = 0;
}

void el2_look_at(u64 window, pa_t page, enum s1_kind kind)
{
	(void)kind;
	if (window != FAKE_WINDOW || fake_el2.looks_at)
		abort();
	fake_el2.looks_at = page.v;
	fake_el2.nr_looked++;
}

void el2_look_again(void)
{
	if (!fake_el2.looks_at)
		abort();
	fake_el2.nr_again++;
}

void el2_look_away(u64 window)
{
	if (window != FAKE_WINDOW || !fake_el2.looks_at)
		abort();
	fake_el2.looks_at = 0;
}

int el2_keep(pa_t pa, u64 size)
{
	fake_el2.kept = (struct range){ pa.v, size };
	return fake_el2.map_result;
}

void its_publish(const struct its *its, const void *start, u64 size)
{
	(void)its, (void)start, (void)size;
	fake_el2.nr_published++;
}
