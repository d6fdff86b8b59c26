/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stage 2 is made of on machines like QEMU's virt with 1 GiB to 1 TiB of memory, and how many
 * accesses the worst walk of a guest with four levels of its own takes: printed, and held.
 */
#include <stdio.h>

#include "boot/guest/map.h"
#include "hyp/guest.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/test.h"

#define POOL_PAGES	64
#define RAM_BASE	GIB(1)
#define GUEST_LEVELS	4

static struct region_table table;
static struct diag d;

static void add(u64 base, u64 size, enum region_type type)
{
	bool ram = type == REGION_RAM;

	table.region[table.nr++] = (struct region){
		.ipa = IPA(base), .pa = PA(base), .size = size, .type = type,
		.attr = { ram ? S2_NORMAL_WB : S2_DEVICE_nGnRE, SH_INNER, true, true, ram },
	};
}

/* The machine; Mavis has the last 2 MiB. A window of 512 GiB for PCI ends the addresses. */
static void machine(u64 ram)
{
	u64 end = RAM_BASE + ram;

	table.nr = 0;
	add(0x8000000, KIB(64), REGION_MMIO);
	add(0x9000000, PAGE_SIZE, REGION_MMIO);
	add(0x10000000, 0x2efe0000, REGION_MMIO);
	add(RAM_BASE, ram - MIB(2), REGION_RAM);
	add(ALIGN_UP(MAX(end, GIB(256)), MIB(256)), MIB(256), REGION_MMIO);
	add(ALIGN_UP(MAX(end + MIB(256), GIB(512)), GIB(512)), GIB(512), REGION_MMIO);
}

enum { GROUPS_1G, BLOCKS_1G, GROUPS_2M, BLOCKS_2M, SMALLER, NR_KINDS };

struct walks {
	unsigned ram[NR_KINDS];		/* of each kind; groups have 16 descriptors */
	unsigned worst_ram, worst;	/* accesses */
};

/* Each access of the guest's walk, and the last one, is translated first. */
static unsigned accesses(unsigned levels)
{
	return (GUEST_LEVELS + 1) * (levels + 1) - 1;
}

static int count(const struct s2_leaf *leaf, void *arg)
{
	struct walks *w = arg;
	unsigned n = accesses(leaf->level - guest.s2.pt.start + 1u);
	unsigned kind = leaf->level == 1 ? BLOCKS_1G : leaf->level == 2 ? BLOCKS_2M : SMALLER;

	w->worst = MAX(w->worst, n);
	if (leaf->attr.memattr != S2_NORMAL_WB)
		return 0;
	w->worst_ram = MAX(w->worst_ram, n);
	if (leaf->contiguous && kind != SMALLER)
		w->ram[kind - 1] += leaf->nr / 16;
	else
		w->ram[kind] += leaf->nr;
	return 0;
}

static struct walks walks_with(u64 ram)
{
	struct mm_caps caps = { .pa_bits = 48 };
	struct walks w = { .worst = 0 };

	machine(ram);
	fake_el2_reset(POOL_PAGES);
	assert_int_equal(guest_map(&table, &caps, &d), 0);
	stage2_for_each_leaf(&guest.s2, IPA(0), BIT(guest.s2.pt.bits), count, &w);
	return w;
}

static void walks_are_short_and_blocks_large(void **state)
{
	(void)state;
	printf("%8s %5s %6s %7s | %7s %6s %7s %6s %8s | %9s %9s %9s\n", "GiB", "bits", "level",
	       "tables", "16 GiB", "1 GiB", "32 MiB", "2 MiB", "smaller", "worst RAM", "worst",
	       "KiB");
	for (u64 gib = 1; gib <= 1024; gib *= 2) {
		struct walks w = walks_with(GIB(gib));
		const struct pgtable *pt = &guest.s2.pt;
		u64 left = GIB(gib) - MIB(2);

		printf("%8lu %5u %6u %7u | %7u %6u %7u %6u %8u | %9u %9u %9u\n", gib, pt->bits,
		       pt->start, pt->root_pages, w.ram[GROUPS_1G], w.ram[BLOCKS_1G],
		       w.ram[GROUPS_2M], w.ram[BLOCKS_2M], w.ram[SMALLER], w.worst_ram, w.worst,
		       4 * (POOL_PAGES - page_pool.nr_free));
		/* Mavis's hole leaves one GiB in smaller blocks, and one group of 16 without. */
		assert_int_equal(w.ram[SMALLER], 0);
		assert_int_equal(w.ram[BLOCKS_2M], 15);
		assert_int_equal(w.ram[GROUPS_2M], 31);
		left -= 511 * MIB(2);
		left -= w.ram[BLOCKS_1G] * GIB(1);
		assert_int_equal(left, w.ram[GROUPS_1G] * GIB(16));
		assert_true(w.ram[BLOCKS_1G] < 32);
		assert_int_equal(pt->start, 1);
		assert_int_equal(w.worst_ram, 14);
		assert_int_equal(w.worst, 19);
	}
}

static unsigned bits_of(u64 base, u64 size, enum region_type type)
{
	table.nr = 0;
	add(base, size, type);
	return guest_ipa_bits(&table);
}

static void the_size_is_that_of_the_addresses(void **state)
{
	(void)state;
	assert_int_equal(bits_of(0, PAGE_SIZE, REGION_MMIO), 32);
	assert_int_equal(bits_of(GIB(3), GIB(1), REGION_MMIO), 32);
	assert_int_equal(bits_of(GIB(4), PAGE_SIZE, REGION_MMIO), 36);
	assert_int_equal(bits_of(BIT(36) - PAGE_SIZE, PAGE_SIZE, REGION_RAM), 36);
	assert_int_equal(bits_of(BIT(36), PAGE_SIZE, REGION_MMIO), 40);
	assert_int_equal(bits_of(BIT(39), BIT(39), REGION_MMIO), 40);
	assert_int_equal(bits_of(BIT(40), PAGE_SIZE, REGION_MMIO), 42);
	assert_int_equal(bits_of(BIT(42), PAGE_SIZE, REGION_MMIO), 44);
	assert_int_equal(bits_of(BIT(44), PAGE_SIZE, REGION_MMIO), 48);
	assert_int_equal(bits_of(BIT(48) - PAGE_SIZE, PAGE_SIZE, REGION_MMIO), 48);
}

/* 32 bits start at level 2, which has no blocks of 1 GiB. */
static void memory_that_can_have_them_has_blocks_of_1_gib(void **state)
{
	struct mm_caps caps = { .pa_bits = 40 };
	struct s2_leaf leaf;

	(void)state;
	assert_int_equal(bits_of(GIB(1), GIB(1), REGION_RAM), 36);
	assert_int_equal(bits_of(GIB(1) - MIB(2), GIB(1) + MIB(4), REGION_RAM), 36);
	assert_int_equal(bits_of(GIB(1) + MIB(2), GIB(2) - MIB(4), REGION_RAM), 32);
	bits_of(GIB(1), GIB(1), REGION_RAM);
	table.region[0].pa = PA(GIB(1) + MIB(2));
	assert_int_equal(guest_ipa_bits(&table), 32);
	table.region[0].pa = PA(GIB(5));
	assert_int_equal(guest_ipa_bits(&table), 36);

	fake_el2_reset(POOL_PAGES);
	assert_int_equal(guest_map(&table, &caps, &d), 0);
	assert_int_equal(stage2_lookup(&guest.s2, IPA(GIB(1)), &leaf), 0);
	assert_int_equal(leaf.size, GIB(1));

	/* But never more bits than the CPU has. */
	caps.pa_bits = 32;
	table.region[0].pa = PA(GIB(1));
	fake_el2_reset(POOL_PAGES);
	assert_int_equal(guest_map(&table, &caps, &d), 0);
	assert_int_equal(guest.s2.pt.bits, 32);
}

/* Not as many as the CPU that boots has: a Cortex-A53 has fewer than the A57 beside it. */
static void a_cpu_needs_the_address_bits_that_are_used(void **state)
{
	struct mm_caps caps = { .pa_bits = 44 };

	(void)state;
	bits_of(GIB(1), GIB(2), REGION_RAM);
	fake_el2_reset(POOL_PAGES);
	assert_int_equal(guest_map(&table, &caps, &d), 0);
	assert_int_equal(guest_pa_bits(&table, GIB(2)), 36);		/* stage 2's input */
	assert_int_equal(guest_pa_bits(&table, BIT(36)), 36);
	assert_int_equal(guest_pa_bits(&table, BIT(36) + 1), 40);	/* EL2's */
	assert_int_equal(guest_pa_bits(&table, BIT(48)), 48);
	table.region[0].pa = PA(BIT(40) - GIB(2));		/* a region's */
	assert_int_equal(guest_pa_bits(&table, GIB(2)), 40);
	table.region[0].pa = PA(BIT(40) - GIB(1));
	assert_int_equal(guest_pa_bits(&table, GIB(2)), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_are_short_and_blocks_large),
		cmocka_unit_test(the_size_is_that_of_the_addresses),
		cmocka_unit_test(memory_that_can_have_them_has_blocks_of_1_gib),
		cmocka_unit_test(a_cpu_needs_the_address_bits_that_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
