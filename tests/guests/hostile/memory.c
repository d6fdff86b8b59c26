/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of access, and of table walk, to what is not the guest's. */
#include "lib/range.h"
#include "tests/guests/hostile/hostile.h"

#define TCR_T1SZ_48	(16ul << 16)
#define TCR_TG1_4K	(2ul << 30)
#define HIGH_VA		0xffff000000000000ul

#define FSC(esr)	((esr) & 0x3f)
#define WALKED(esr)	((FSC(esr) & ~3u) == FSC_EXTERNAL_WALK)

typedef void attack_fn(struct tally *t, u64 page);

static const struct {
	const char *name;
	access_fn *access;
	const bool *feature;		/* NULL: every CPU has it */
} accesses[] = {
	{ "load", access_load, NULL },
	{ "store", access_store, NULL },
	{ "fetch", access_fetch, NULL },
	{ "exclusive", access_exclusive, NULL },
	{ "load of a pair", access_ldp, NULL },
	{ "store of a pair", access_stp, NULL },
	{ "atomic", access_atomic, &features.lse },
	{ "DC ZVA", access_zva, &features.zva },
	{ "store of a tag", access_tag_store, &features.mte },
	{ "load of a tag", access_tag_load, &features.mte },
};

/* A page by Write-Back at TEST_VA, executable too. */
static void try_accesses(struct tally *t, u64 page)
{
	if (mmu_map(TEST_VA, page, PAGE_SIZE, MAP_TEST))
		give_up("stage 1 cannot map a page");
	for (unsigned i = 0; i < ARRAY_SIZE(accesses); i++) {
		struct attempt a;

		if (accesses[i].feature && !*accesses[i].feature)
			continue;
		attempt(&a, accesses[i].access, TEST_VA + (any() & 0xff0), 1, any());
		count(t, a.faulted, accesses[i].name, page);
	}
	mmu_unmap(TEST_VA, PAGE_SIZE);
}

/* The page is stage 1's first table, for the upper half of the addresses. */
static void try_walk(struct tally *t, u64 page)
{
	u64 tcr = read_sysreg(tcr_el1);
	struct attempt a;

	write_sysreg(page, ttbr1_el1);
	write_sysreg((tcr & ~TCR_EL1_EPD1) | TCR_T1SZ_48 | TCR_TG1_4K | GENMASK(29, 28) | BIT(26) |
			     BIT(24), tcr_el1);
	isb();
	attempt(&a, access_load, HIGH_VA + (any() & GENMASK(46, 3)), 1, 0);
	count(t, a.faulted && WALKED(a.esr), "table walk", page);
	write_sysreg(tcr, tcr_el1);
	isb();
	tlb_flush();
}

/* Beyond its addresses the CPU ends a walk by itself. */
static u64 end_of_addresses(void)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 48 };

	return BIT(bits[MIN(FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0), 6ul)]);
}

static void try_page(struct tally *t, u64 page, attack_fn *attack)
{
	page = ALIGN_DOWN(page, PAGE_SIZE);
	if (page < end_of_addresses() && !is_own((struct range){ page, PAGE_SIZE }))
		attack(t, page);
}

/* From before to behind @r, a page every @step bytes. */
static void around(struct tally *t, struct range r, u64 reach, u64 step, attack_fn *attack)
{
	for (u64 off = PAGE_SIZE; off <= reach; off += step) {
		if (r.base >= off)
			try_page(t, r.base - off, attack);
		try_page(t, range_end(r) + off - PAGE_SIZE, attack);
	}
}

/*
 * Beside all that is the guest's; as far around memory as Mavis is large; at each power of two; and
 * everywhere in the first 8 GiB. And what boards have there: spin-tables, fw_cfg, an SMMU.
 */
static void everywhere(struct tally *t, attack_fn *attack)
{
	static const u64 known[] = { 0, 0x9020000, 0x9050000, 0x8080000, 0x8010000, 0xff844000 };
	struct range r;

	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		try_page(t, known[i], attack);
	for (unsigned i = 0; own_range(i, &r); i++)
		around(t, r, PAGE_SIZE, PAGE_SIZE, attack);
	for (unsigned i = 0; i < host.nr_memory; i++)
		around(t, host.memory[i], MIB(4), thorough ? PAGE_SIZE : KIB(32), attack);
	for (unsigned bit = 12; bit < 48; bit++) {
		try_page(t, BIT(bit), attack);
		try_page(t, BIT(bit) - PAGE_SIZE, attack);
	}
	for (u64 at = 0; at < GIB(8); at += thorough ? MIB(1) : MIB(32))
		try_page(t, at + (any() & GENMASK(19, 12)), attack);
}

void attack_memory(struct tally *t)
{
	everywhere(t, try_accesses);
}

void attack_walks(struct tally *t)
{
	everywhere(t, try_walk);
}
