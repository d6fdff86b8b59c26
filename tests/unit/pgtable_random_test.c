/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random operations, against a model that has one entry for each page, in a pool that is too small
 * now and then. fake_phys.c watches how the tables change; here it is to what.
 */
#include "lib/errno.h"
#include "mm/pgtable.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

#define NR_PAGES	48u
#define SPLIT_MAX	4u		/* tables that the two ends of a range can take */

struct page {
	u32 out;			/* page number; 0: not mapped */
	u8 colour;
};

struct world {
	struct pool pool;
	struct pgtable pt;
	u64 base;			/* of the addresses that are played with */
	u32 nr;				/* how many pages of them */
	struct page *page;		/* the model */
	u8 *found;			/* pages that the table maps, as far as it was compared */
	u64 random;
	pa_t held[NR_PAGES];		/* what the table does not get of the pool */
	unsigned nr_held;
};

static const u64 colours[] = { 0, 5ull << 2, BIT(54) | 15ull << 2, BIT(7) };

static u64 random_below(struct world *w, u64 limit)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random % limit;
}

/* Mostly aligned to something: leaves and groups are to be hit, at their ends and inside. */
static void random_range(struct world *w, u32 *first, u32 *nr)
{
	static const u32 units[] = { 1, 1, 16, 16, 512, 512, 8192, 1 << 18 };
	u32 unit = units[random_below(w, ARRAY_SIZE(units))];

	while (unit > w->nr)
		unit >>= 3;
	*first = (u32)random_below(w, w->nr / unit) * unit;
	*nr = (1 + (u32)random_below(w, 3)) * unit;
	if (random_below(w, 4) == 0)
		*first += (u32)random_below(w, 3);
	if (random_below(w, 4) == 0)
		*nr += (u32)random_below(w, 3);
	*first = MIN(*first, w->nr - 1);
	*nr = MIN(*nr, w->nr - *first);
}

static bool any(const struct world *w, u32 first, u32 nr, bool mapped)
{
	for (u32 i = first; i < first + nr; i++)
		if (!w->page[i].out != mapped)
			return true;
	return false;
}

/* The pool's shortage is an answer where the table was short of pages, and undoes all. */
static bool short_of_pages(const struct world *w, int err, u32 before, u32 could_need)
{
	if (err)
		assert_int_equal(w->pool.nr_free, before);
	if (err != -ENOMEM)
		return false;
	assert_true(before < could_need);
	return true;
}

static void map(struct world *w, u32 first, u32 nr)
{
	static const u32 offsets[] = { 1 << 20, 1 << 20, (1 << 20) + 512, (1 << 20) + 16, 4097 };
	u32 out = first + offsets[random_below(w, ARRAY_SIZE(offsets))];
	u8 colour = (u8)random_below(w, ARRAY_SIZE(colours));
	enum pt_grain grain = random_below(w, 8) ? PT_LARGEST : PT_PAGES;
	u32 before = w->pool.nr_free;
	int err = pt_map(&w->pt, w->base + first * PAGE_SIZE, PA(out * PAGE_SIZE), nr * PAGE_SIZE,
			 colours[colour], grain);

	if (short_of_pages(w, err, before, 8 + nr / 512))
		return;
	assert_int_equal(err, any(w, first, nr, true) ? -EEXIST : 0);
	for (u32 i = 0; !err && i < nr; i++)
		w->page[first + i] = (struct page){ out + i, colour };
}

static void unmap(struct world *w, u32 first, u32 nr)
{
	u32 before = w->pool.nr_free;
	int err = pt_unmap(&w->pt, w->base + first * PAGE_SIZE, nr * PAGE_SIZE);

	if (short_of_pages(w, err, before, SPLIT_MAX))
		return;
	assert_int_equal(err, 0);
	memset(&w->page[first], 0, nr * sizeof(w->page[0]));
}

static void change(struct world *w, u32 first, u32 nr)
{
	u8 colour = (u8)random_below(w, ARRAY_SIZE(colours));
	u32 before = w->pool.nr_free;
	int err = pt_change(&w->pt, w->base + first * PAGE_SIZE, nr * PAGE_SIZE, colours[colour]);

	if (short_of_pages(w, err, before, SPLIT_MAX))
		return;
	assert_int_equal(err, any(w, first, nr, false) ? -ENOENT : 0);
	for (u32 i = 0; !err && i < nr; i++)
		w->page[first + i].colour = colour;
}

static int compare_leaf(const struct pt_leaf *leaf, void *arg)
{
	struct world *w = arg;
	u64 first = (leaf->in - w->base) / PAGE_SIZE, nr = leaf->size / PAGE_SIZE * leaf->nr;

	assert_true(leaf->in >= w->base && first + nr <= w->nr);
	for (u64 i = 0; i < nr; i++) {
		const struct page *page = &w->page[first + i];

		if (page->out != leaf->out.v / PAGE_SIZE + i ||
		    colours[page->colour] != leaf->attrs)
			fail_msg("page %#lx: model %#x %u, table %#lx", first + i, page->out,
				 page->colour, leaf->out.v / PAGE_SIZE + i);
	}
	memset(&w->found[first], 1, nr);
	return 0;
}

static void compare(struct world *w)
{
	memset(w->found, 0, w->nr);
	assert_int_equal(pt_for_each_leaf(&w->pt, 0, BIT(w->pt.bits), compare_leaf, w), 0);
	for (u32 i = 0; i < w->nr; i++)
		assert_int_equal(w->found[i], !!w->page[i].out);

	for (unsigned i = 0; i < 16; i++) {
		u32 at = (u32)random_below(w, w->nr);
		struct pt_leaf leaf;
		int err = pt_lookup(&w->pt, w->base + at * PAGE_SIZE + 8, &leaf);

		assert_int_equal(err, w->page[at].out ? 0 : -ENOENT);
		if (!err)
			assert_int_equal(leaf.out.v + (w->base + at * PAGE_SIZE - leaf.in),
					 w->page[at].out * PAGE_SIZE);
	}
}

/* Takes pages away from the table, or gives them back. */
static void squeeze(struct world *w)
{
	unsigned keep = (unsigned)random_below(w, 8);

	while (w->nr_held)
		pool_free(&w->pool, w->held[--w->nr_held]);
	if (random_below(w, 2))
		while (w->pool.nr_free > keep)
			assert_int_equal(pool_alloc(&w->pool, 1, &w->held[w->nr_held++]), 0);
}

static void play(u64 seed, unsigned bits, u64 base, u64 size, unsigned rounds)
{
	static void (*const ops[])(struct world *, u32, u32) = { map, map, unmap, change };
	struct world w = { .base = base, .nr = (u32)(size / PAGE_SIZE), .random = seed };
	u32 nr_free, first, nr;

	w.page = calloc(w.nr, sizeof(*w.page));
	w.found = calloc(w.nr, 1);
	assert_true(w.page && w.found);
	fake_reset(&w.pool, NR_PAGES);
	assert_int_equal(pt_init(&w.pt, PT_STAGE2, bits, &w.pool), 0);
	fake_watch(&w.pt);
	nr_free = w.pool.nr_free;

	for (unsigned i = 0; i < rounds; i++) {
		if (random_below(&w, 16) == 0)
			squeeze(&w);
		random_range(&w, &first, &nr);
		ops[random_below(&w, ARRAY_SIZE(ops))](&w, first, nr);
		fake_settle();
		compare(&w);
	}

	while (w.nr_held)
		pool_free(&w.pool, w.held[--w.nr_held]);
	assert_int_equal(pt_unmap(&w.pt, 0, BIT(bits)), 0);
	fake_settle();
	assert_int_equal(w.pool.nr_free, nr_free);
	free(w.page);
	free(w.found);
}

static void pages_groups_and_2_mib_blocks(void **state)
{
	(void)state;
	for (u64 seed = 1; seed <= 4; seed++)
		play(seed, 40, GIB(512) - MIB(32), MIB(64) + KIB(12), 500);
}

static void blocks_of_every_size(void **state)
{
	(void)state;
	play(5, 48, GIB(512) - GIB(1), GIB(3), 150);
}

static void a_root_at_level_2(void **state)
{
	(void)state;
	play(6, 34, GIB(1) - MIB(64), MIB(128), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_groups_and_2_mib_blocks),
		cmocka_unit_test(blocks_of_every_size),
		cmocka_unit_test(a_root_at_level_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
