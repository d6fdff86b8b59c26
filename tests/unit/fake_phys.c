/* SPDX-License-Identifier: Apache-2.0 */
/* The walker below shares no code with mm/: it is written from the descriptor formats alone. */
#include "tests/unit/fake_phys.h"

#include "mm/phys.h"
#include "mm/tlb.h"
#include "tests/unit/test.h"

#define WORDS		512u		/* of a page */
#define GARBAGE		0xdeadbeefdeadbeefull	/* as a descriptor it is valid */

struct cached {
	u64 desc;			/* 0: not cached */
	u64 in, size;			/* what it translates */
	u64 table;			/* where it points to; 0: it is a leaf */
	unsigned seen;			/* the last look that found it in the table */
};

struct fake_tlb fake_tlb;

static u64 memory[FAKE_MAX_PAGES * WORDS] __attribute__((aligned(4096)));
static u64 published[FAKE_MAX_PAGES * WORDS];	/* what it was at the last call */
static struct cached cached[FAKE_MAX_PAGES * WORDS];
static unsigned nr_words;
static unsigned look;
static const struct pgtable *watched;

void *phys(pa_t pa)
{
	u64 offset = pa.v - FAKE_BASE;

	assert_true(pa.v >= FAKE_BASE && offset < nr_words * sizeof(u64));
	return (char *)memory + offset;
}

void fake_reset(struct pool *pool, unsigned pages)
{
	assert_true(pages <= FAKE_MAX_PAGES);
	nr_words = pages * WORDS;
	for (unsigned i = 0; i < nr_words; i++)
		memory[i] = GARBAGE;
	memset(cached, 0, nr_words * sizeof(cached[0]));
	memset(&fake_tlb, 0, sizeof(fake_tlb));
	watched = NULL;
	pool_init(pool, PA(FAKE_BASE), pages * PAGE_SIZE);
}

static unsigned word_of(u64 pa)
{
	return (unsigned)((u64 *)phys(PA(pa)) - memory);
}

static u64 target(u64 desc)
{
	return desc & 0xfffffffff000ull;
}

static bool points_to_table(u64 desc, unsigned level)
{
	return level < 3 && (desc & 3) == 3;
}

/*
 * A table that is new in the tree: from the store that linked it on, a walk could find in it what
 * was there when it was last published, whatever was stored since.
 */
static void take_in_table(u64 pa, u64 in, u64 size)
{
	unsigned first = word_of(pa);

	for (unsigned i = 0; i < WORDS; i++) {
		u64 desc = published[first + i];

		if (desc & 1)
			cached[first + i] = (struct cached){ desc, in + i * size, size, 0, 0 };
	}
}

static void check_group(unsigned word, unsigned level, u64 size)
{
	unsigned first = word & ~15u;

	if (level < 1 || target(memory[first]) % (16 * size))
		fail_msg("a group where none can be: %#lx", memory[first]);
	for (unsigned i = 1; i < 16; i++)
		if (memory[first + i] != memory[first] + i * size)
			fail_msg("entry %u of a group is %#lx, the first is %#lx", i,
				 memory[first + i], memory[first]);
}

static void check_entry(unsigned word, unsigned level, u64 in, u64 size)
{
	const struct cached *c = &cached[word];
	u64 desc = memory[word];

	if (c->desc && (c->desc != desc || c->in != in))
		fail_msg("%#lx: %#lx became %#lx without a flush", in, c->desc, desc);
	if (points_to_table(desc, level)) {
		if (!c->desc)
			take_in_table(target(desc), in, size / WORDS);
		return;
	}
	if (level == 0 || (level == 3 && !(desc & 2)) || target(desc) % size || !(desc & 1 << 10))
		fail_msg("%#lx: no leaf of level %u: %#lx", in, level, desc);
	if (desc & 1ull << 52)
		check_group(word, level, size);
}

/* Checks all that is reachable. At the end of an operation (@settled) more holds; else caches. */
static void look_at(u64 table, unsigned level, unsigned entries, u64 in, bool settled)
{
	u64 size = 1ull << (39 - 9 * level);
	unsigned first = word_of(table);
	bool empty = true;

	for (unsigned i = 0; i < entries; i++, in += size) {
		unsigned word = first + i;
		u64 desc = memory[word];
		u64 next = points_to_table(desc, level) ? target(desc) : 0;

		if (settled && desc != published[word])
			fail_msg("%#lx: %#lx was never published", in, desc);
		if (settled && desc && !(desc & 1))
			fail_msg("%#lx: left broken: %#lx", in, desc);
		empty &= !desc;
		if (!(desc & 1))
			continue;
		check_entry(word, level, in, size);
		cached[word].seen = look;
		if (!settled)
			cached[word] = (struct cached){ desc, in, size, next, look };
		if (next)
			look_at(next, level + 1, WORDS, in, settled);
	}
	if (settled && empty && table != watched->root.v)
		fail_msg("table %#lx for addresses below %#lx is linked and empty", table, in);
}

static void look_at_all(bool settled)
{
	unsigned shift = 39 - 9 * watched->start;
	unsigned entries = watched->bits > shift ? 1u << (watched->bits - shift) : 1;

	look++;
	look_at(watched->root.v, watched->start, entries, 0, settled);
}

/* A table that is still cached must not have been given back. */
static void check_free_pages(void)
{
	static bool is_free[FAKE_MAX_PAGES];

	memset(is_free, 0, sizeof(is_free));
	for (u64 page = watched->pool->free.v; page; page = *(u64 *)phys(PA(page)))
		is_free[(page - FAKE_BASE) / PAGE_SIZE] = true;
	for (unsigned i = 0; i < nr_words; i++)
		if (cached[i].desc && cached[i].table &&
		    is_free[(cached[i].table - FAKE_BASE) / PAGE_SIZE])
			fail_msg("table %#lx was freed while it was cached", cached[i].table);
}

static void take_in(void)
{
	look_at_all(false);
	memcpy(published, memory, nr_words * sizeof(memory[0]));
}

void fake_watch(const struct pgtable *pt)
{
	watched = pt;
	take_in();
}

void fake_settle(void)
{
	look_at_all(true);
	for (unsigned i = 0; i < nr_words; i++)
		if (cached[i].desc && cached[i].seen != look)
			fail_msg("%#lx: %#lx is still cached", cached[i].in, cached[i].desc);
}

void tlb_publish(void)
{
	fake_tlb.publishes++;
	if (watched)
		take_in();
}

/* One TLBI for each aligned @smallest bytes: does one of the addresses lie in the entry? */
static bool hit(const struct cached *c, u64 in, u64 size, u64 smallest)
{
	u64 first = in / smallest * smallest;
	u64 address = first;

	if (c->in > first)
		address += (c->in - first + smallest - 1) / smallest * smallest;
	return address < in + size && address - c->in < c->size;
}

bool tlb_flush_twice;

void tlb_flush(enum pt_stage stage, u64 in, u64 size, u64 smallest)
{
	fake_tlb.flushes++;
	fake_tlb.in = in;
	fake_tlb.size = size;
	fake_tlb.smallest = smallest;
	if (!watched)
		return;
	assert_int_equal(stage, watched->stage);
	take_in();			/* a flush publishes, and only then drops */
	check_free_pages();
	for (unsigned i = 0; i < nr_words; i++)
		if (cached[i].desc && hit(&cached[i], in, size, smallest))
			cached[i].desc = 0;
	take_in();
}
