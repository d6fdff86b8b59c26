/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the work for a region table grows with its length, counted on the host: mm/ is compiled with
 * -fsanitize-coverage=trace-pc, which calls a function in every basic block, so a count is exact
 * and the same in each run. Fails where the growth is more than that of n log n.
 *
 * The table is a bad one: regions of several types in no order, each of other attributes than its
 * neighbours, that all lie in one bank of the host's memory.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/cache.h"
#include "mm/phys.h"
#include "mm/region.h"
#include "mm/stage2.h"
#include "mm/tlb.h"

#define BASE		0x40000000ul
#define STRIDE		KIB(64)
#define POOL_PAGES	512

static unsigned long blocks;
static struct region_table table;
static _Alignas(PAGE_SIZE) u8 memory[POOL_PAGES * PAGE_SIZE];

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

void *phys(pa_t pa)
{
	return memory + (pa.v - BASE);
}

void dcache_clean_inval_poc(u64 start, u64 end)
{
	(void)start, (void)end;
}

void tlb_publish(void)
{
}

void tlb_flush(enum pt_stage stage, u64 in, u64 size, u64 smallest)
{
	(void)stage, (void)in, (void)size, (void)smallest;
}

static int add(u64 base, u64 size, enum region_type type, enum region_origin origin)
{
	struct region r = {
		.name = "region",
		.ipa = IPA(base),
		.pa = PA(base),
		.size = size,
		.type = type,
		.origin = origin,
	};
	struct diag d;

	return region_add(&table, &r, &d);
}

/* Fills, resolves and maps a table: @nr regions of the config, and what they leave of a bank. */
static int make(unsigned nr, const struct mm_caps *caps)
{
	struct stage2 s2;
	struct pool pool;
	struct diag d;
	int err;

	table.nr = 0;
	err = add(BASE, nr * STRIDE, REGION_RAM, REGION_FROM_HOST);
	/* 389 is prime to every nr here: each place once, in no order */
	for (u64 i = 0; i < nr && !err; i++)
		err = add(BASE + i * 389 % nr * STRIDE, STRIDE / (1 + !(i % 5)),
			  (enum region_type)(i % REGION_RAW), REGION_FROM_CONFIG);
	if (!err)
		err = region_table_finish(&table, caps, caps->mte, &d);
	pool_init(&pool, PA(BASE), sizeof(memory));
	if (!err)
		err = stage2_init(&s2, caps, caps->pa_bits, &pool);
	for (unsigned i = 0; i < table.nr && !err; i++)
		err = stage2_map(&s2, table.region[i].ipa, table.region[i].pa, table.region[i].size,
				 table.region[i].attr);
	return err;
}

int main(void)
{
	/* log2 of the lengths, in thousandths */
	static const struct { unsigned nr; u64 log2; } lengths[] = {
		{ 100, 6644 }, { 200, 7644 }, { 400, 8644 }, { 800, 9644 }, { 1000, 9966 },
	};
	const struct mm_caps caps = { .pa_bits = 40, .fwb = true, .mte = true };
	unsigned long first = 0;

	printf("%8s  %8s  %14s  %s\n", "regions", "rows", "basic blocks", "against n log n");
	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
		u64 n_log_n = lengths[i].nr * lengths[i].log2, percent;
		unsigned before = table.nr;

		blocks = 0;
		if (make(lengths[i].nr, &caps) || table.nr <= before)
			return EXIT_FAILURE;
		if (!i)
			first = blocks;
		percent = blocks * lengths[0].nr * lengths[0].log2 * 100 / (first * n_log_n);
		printf("%8u  %8u  %14lu  %lu %%\n", lengths[i].nr, table.nr, blocks,
		       (unsigned long)percent);
		if (percent > 110) {
			fprintf(stderr, "bench: %u regions cost more than n log n\n",
				lengths[i].nr);
			return EXIT_FAILURE;
		}
	}
	return EXIT_SUCCESS;
}
