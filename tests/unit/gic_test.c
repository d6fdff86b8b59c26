/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GIC here is memory: its registers hold what was written. IPA = PA = its address on the host.
 */
#include "boot/guest/gic.h"

#include <libfdt.h>

#include "hyp/gic.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

#define FRAME		KIB(64)
#define NR_FRAMES	24

static u8 gic_memory[NR_FRAMES * FRAME + KIB(64)] __attribute__((aligned(65536)));
static u64 tree[64];
static struct host host;
static struct region_table regions;
static struct diag d;

/* Memory of the guest's, which the GIC here never reads. */
#define RAM		0x40000000ul
#define RAM_SIZE	MIB(1)
#define PROP_OFFSET	0x70
#define PEND_OFFSET	0x78
#define CTLR_OFFSET	0x00
#define LPIS_ON		BIT(0)
#define LPI_BITS	16

static u64 frame(unsigned n)
{
	return (u64)gic_memory + n * FRAME;
}

static u64 *reg64(unsigned n, unsigned offset)
{
	return (u64 *)(frame(n) + offset);
}

static u32 *reg32(unsigned n, unsigned offset)
{
	return (u32 *)(frame(n) + offset);
}

static void add_region(u64 base, u64 size, enum region_type type, bool write)
{
	regions.region[regions.nr++] = (struct region){
		.ipa = IPA(base), .pa = PA(base), .size = size, .type = type,
		.attr = { .read = true, .write = write },
	};
}

static int make_regions(void **state)
{
	(void)state;
	regions.nr = 0;
	add_region(RAM, RAM_SIZE / 2, REGION_RAM, true);
	add_region(RAM + RAM_SIZE / 2, RAM_SIZE / 2, REGION_RAM, true);
	add_region(RAM + RAM_SIZE, KIB(64), REGION_RAM, false);
	add_region(RAM + RAM_SIZE + KIB(64), KIB(64), REGION_MMIO, true);
	guest.regions = &regions;
	return 0;
}

/*
 * A distributor in frame 0, and the redistributors in two regions behind it: of two frames each,
 * and of four, the last of GICv4.1. Two have one configuration table, by Aff1.
 */
static int make_gic(void **state)
{
	static const struct mm_caps caps = { .pa_bits = 48 };
	static const struct s2_attr device = { S2_DEVICE_nGnRE, SH_NONE, true, true, false };

	memset(gic_memory, 0, sizeof(gic_memory));
	memset(&host, 0, sizeof(host));
	assert_int_equal(fdt_create_empty_tree(tree, sizeof(tree)), 0);
	host.fdt = tree;
	host.gic = (struct host_gic){
		.version = 3,
		.gicd = { frame(0), FRAME },
		.nr_gicr = 2,
		.gicr = { { frame(4), 4 * FRAME }, { frame(8), 16 * FRAME } },
	};
	*reg32(0, 0x04) = 0x0000043f | BIT(17) | (LPI_BITS - 1) << 19;
	*reg64(4, 0x08) = BIT(0) | 3ull << 24 | 0x000000ull << 32 | 0 << 8;
	*reg64(6, 0x08) = BIT(0) | BIT(4) | 3ull << 24 | 0x000001ull << 32 | 1 << 8;
	*reg64(8, 0x08) = BIT(1) | BIT(0) | 3ull << 24 | 0x000100ull << 32 | 2 << 8;
	*reg64(12, 0x08) = BIT(1) | BIT(0) | BIT(4) | BIT(7) | 3ull << 24 | 0x000200ull << 32 |
			   7 << 8;

	fake_el2_reset(64);
	assert_int_equal(stage2_init(&guest.s2, &caps, caps.pa_bits, &page_pool), 0);
	assert_int_equal(
		stage2_map(&guest.s2, IPA(frame(0)), PA(frame(0)), NR_FRAMES * FRAME, device), 0);

	return make_regions(state);
}

static u64 load(u64 addr, unsigned size)
{
	const struct mmio_page *page = mmio_find(IPA(addr));

	assert_non_null(page);
	return mmio_loaded(page->handler(page->arg, addr & PAGE_MASK, size, false, 0), size, false,
			   true);
}

static void store(u64 addr, unsigned size, u64 val)
{
	const struct mmio_page *page = mmio_find(IPA(addr));

	assert_non_null(page);
	page->handler(page->arg, addr & PAGE_MASK, size, true, val);
}

/* What comes before any memory is chosen. */
static int stop(void)
{
	int err = gic_find(&host, &d);

	return err ? err : gic_stop_lpis(&host, &d);
}

static int stop_and_take(void)
{
	int err = stop();

	return err ? err : gic_take(&d);
}

static void a_gic_without_lpis_stays_the_guests(void **state)
{
	(void)state;
	*reg32(0, 0x04) = 0x0378043f & ~BIT(17);
	*reg32(4, CTLR_OFFSET) = LPIS_ON;
	assert_int_equal(stop_and_take(), 0);
	assert_int_equal(*reg32(4, CTLR_OFFSET), LPIS_ON);
	assert_null(mmio_find(IPA(frame(4))));
	host.gic.version = 2;
	fake_el2.nr_mapped = 0;
	assert_int_equal(stop_and_take(), 0);
	assert_int_equal(fake_el2.nr_mapped, 0);
}

static void lpis_are_off_on_all_cpus_before_anything_is_taken(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {	/* again after the move */
		for (unsigned n = 4; n < 16; n += n < 8 ? 2 : 4)
			*reg32(n, CTLR_OFFSET) = BIT(25) | LPIS_ON;
		assert_int_equal(stop(), 0);
		for (unsigned n = 4; n < 16; n += n < 8 ? 2 : 4)
			assert_int_equal(*reg32(n, CTLR_OFFSET), BIT(25));
	}
	assert_null(mmio_find(IPA(frame(4))));
}

static void a_redistributor_that_aborts_is_refused_by_address(void **state)
{
	char address[32];

	(void)state;
	*reg64(6, 0x08) = ~0ull;		/* as an access reads then */
	snprintf(address, sizeof(address), "%#lx", (unsigned long)frame(6));
	assert_int_equal(stop(), -ENODEV);
	assert_non_null(strstr(d.text, address));
}

static void a_region_that_is_too_small_is_refused_by_address(void **state)
{
	char address[32];

	(void)state;
	host.gic.gicr[0] = (struct range){ frame(18), 3 * FRAME };
	*reg64(20, 0x08) = BIT(1);
	snprintf(address, sizeof(address), "%#lx", (unsigned long)frame(20));
	assert_int_equal(stop(), -EINVAL);
	assert_non_null(strstr(d.text, address));
}

/* One redistributor, in a frame of each test's own, as pages stay registered. */
static void make_stuck(unsigned n)
{
	host.gic.nr_gicr = 1;
	host.gic.gicr[0] = (struct range){ frame(n), 2 * FRAME };
	*reg64(n, 0x08) = BIT(4);
	*reg64(n, PROP_OFFSET) = RAM | (LPI_BITS - 1);
	*reg64(n, PEND_OFFSET) = RAM + KIB(64);
}

static int stop_stuck(unsigned n)
{
	*reg32(n, 0x00) = LPIS_ON | BIT(3);	/* RWP: this memory never lets go of it */
	return stop();
}

static void never_end(u64 addr)
{
	if (addr == frame(20) + CTLR_OFFSET)
		*reg32(20, CTLR_OFFSET) |= BIT(3);
}

static void reserve(u64 base, u64 size)
{
	host.nr_reserved = 1;
	host.reserved[0] = (struct host_reserved){ .range = { base, size } };
}

static void lpis_that_cannot_be_turned_off_are_refused(void **state)
{
	(void)state;
	make_stuck(20);
	assert_int_equal(stop_stuck(20), -EBUSY);
	assert_non_null(strstr(d.text, "does not reserve"));

	reserve(RAM, KIB(64));
	assert_int_equal(stop_stuck(20), -EBUSY);

	reserve(RAM, KIB(128));
	host.reserved[0].firmware = true;
	assert_int_equal(stop_stuck(20), -EBUSY);

	/* and if it only does not come to an end */
	*reg32(20, CTLR_OFFSET) = LPIS_ON;
	machine.on_write = never_end;
	assert_int_equal(stop(), -EBUSY);
	machine.on_write = NULL;

	/* being turned off it has them as well */
	*reg32(20, CTLR_OFFSET) = BIT(3);
	assert_int_equal(stop(), -EBUSY);
}

/* To their last byte: by GICR_PROPBASER's IDbits, as far as the distributor has as many. */
static void the_loaders_tables_are_reserved_whole(void **state)
{
	const u64 pending = KIB(64) + KIB(8);

	(void)state;
	make_stuck(20);
	reserve(RAM, pending - 1);
	assert_int_equal(stop_stuck(20), -EBUSY);
	reserve(RAM, pending);
	assert_int_equal(stop_stuck(20), 0);

	*reg64(20, PROP_OFFSET) = (RAM + KIB(128)) | (LPI_BITS - 1);
	reserve(RAM + KIB(64), KIB(64) + KIB(56) - 1);
	assert_int_equal(stop_stuck(20), -EBUSY);
	reserve(RAM + KIB(64), KIB(64) + KIB(56));
	assert_int_equal(stop_stuck(20), 0);

	*reg64(20, PROP_OFFSET) = (RAM + KIB(128)) | 31;
	assert_int_equal(stop_stuck(20), 0);
	*reg64(20, PROP_OFFSET) = (RAM + KIB(128)) | 13;
	reserve(RAM + KIB(64), KIB(64) + KIB(8));
	assert_int_equal(stop_stuck(20), 0);
}

static void tables_in_what_was_loaded_are_refused_by_its_name(void **state)
{
	(void)state;
	make_stuck(20);
	reserve(RAM, KIB(128));
	host.bundle = (struct range){ RAM + KIB(64) + KIB(8), PAGE_SIZE };
	assert_int_equal(stop_stuck(20), 0);
	host.bundle.base--;
	assert_int_equal(stop_stuck(20), -EBUSY);
	assert_non_null(strstr(d.text, "the bundle"));
}

static void tables_that_are_not_the_guests_are_refused(void **state)
{
	(void)state;
	make_stuck(20);
	reserve(RAM - KIB(64), KIB(128));
	*reg64(20, PEND_OFFSET) = RAM - KIB(64);
	assert_int_equal(stop_stuck(20), 0);
	assert_int_equal(gic_take(&d), -EBUSY);
	assert_non_null(strstr(d.text, "GICR_PENDBASER"));
}

static void the_loaders_tables_do_where_they_are_reserved(void **state)
{
	(void)state;
	make_stuck(20);
	reserve(RAM, KIB(128));
	assert_int_equal(stop_stuck(20), 0);
	assert_int_equal(gic_take(&d), 0);
	store(frame(20) + PEND_OFFSET, 8, RAM + KIB(128));
	assert_int_equal(*reg64(20, PEND_OFFSET), RAM + KIB(64));
}

static void take(void **state)
{
	static bool taken;

	(void)state;
	if (taken)
		return;
	taken = true;
	*reg32(8, CTLR_OFFSET) = LPIS_ON;
	assert_int_equal(stop_and_take(), 0);
	assert_int_equal(*reg32(8, CTLR_OFFSET), 0);
}

/* Only RD_base, and behind a redistributor of GICv4 VLPI_base: read by the guest, written by us. */
static void one_page_of_a_redistributor_is_read_only(void **state)
{
	struct s2_leaf leaf;

	take(state);
	for (unsigned n = 4; n < 16; n++) {
		bool ours = n == 4 || n == 6 || n == 8 || n == 10 || n == 12 || n == 14;

		if (n == 12)
			continue;
		assert_int_equal(stage2_lookup(&guest.s2, IPA(frame(n)), &leaf), 0);
		assert_true(leaf.attr.read);
		assert_int_equal(leaf.attr.write, !ours);
		assert_int_equal(!mmio_find(IPA(frame(n))), !ours);
		assert_int_equal(stage2_lookup(&guest.s2, IPA(frame(n) + PAGE_SIZE), &leaf), 0);
		assert_true(leaf.attr.write);
	}
}

/* The guest's ITSs are none of GICv4.1, and Linux warns where redistributors say otherwise. */
static void rvpeid_of_gicv4_1_is_hidden(void **state)
{
	const u64 typer = 0x0123456789abcdff;
	struct s2_leaf leaf;

	take(state);
	assert_int_not_equal(stage2_lookup(&guest.s2, IPA(frame(12)), &leaf), 0);
	assert_int_equal(stage2_lookup(&guest.s2, IPA(frame(12) + PAGE_SIZE), &leaf), 0);
	*reg64(12, 0x08) = typer;
	assert_int_equal(load(frame(12) + 0x08, 8), typer & ~BIT(7));
	assert_int_equal(load(frame(12) + 0x08, 4), 0x89abcd7f);
	assert_int_equal(load(frame(12) + 0x08, 1), 0x7f);
	assert_int_equal(load(frame(12) + 0x09, 1), 0xcd);
	assert_int_equal(load(frame(12) + 0x0c, 4), 0x01234567);
	*reg32(12, CTLR_OFFSET) = BIT(7);
	assert_int_equal(load(frame(12) + CTLR_OFFSET, 4), BIT(7));
	*reg32(12, CTLR_OFFSET) = 0;
}

static void the_distributor_is_the_guests(void **state)
{
	struct s2_leaf leaf;

	take(state);
	assert_null(mmio_find(IPA(frame(0))));
	assert_int_equal(stage2_lookup(&guest.s2, IPA(frame(0)), &leaf), 0);
	assert_true(leaf.attr.read && leaf.attr.write);
}

static void itss_find_their_redistributors(void **state)
{
	take(state);
	assert_int_equal(gic_id_bits(), LPI_BITS);
	assert_true(gic_has_redistributor(frame(4)) && gic_has_redistributor(frame(12)));
	assert_false(gic_has_redistributor(frame(5)));
	assert_false(gic_has_redistributor(frame(10)));		/* VLPI_base */
	assert_false(gic_has_redistributor(frame(4) + 8));
	assert_true(gic_has_number(0) && gic_has_number(2) && gic_has_number(7));
	assert_false(gic_has_number(3));
	assert_false(gic_has_number(0x10007));
}

/* What a guest does that has tables. */
static void set_tables(unsigned n, u64 prop, u64 pend)
{
	store(frame(n) + CTLR_OFFSET, 4, 0);
	store(frame(n) + PROP_OFFSET, 8, prop);
	store(frame(n) + PEND_OFFSET, 8, pend);
	assert_int_equal(*reg64(n, PROP_OFFSET), prop);
	assert_int_equal(*reg64(n, PEND_OFFSET), pend);
}

/* As the machine starts: the tables of LPIs that were never on may be named in any order. */
static void never_on(unsigned n)
{
	struct gicr *r;

	for (unsigned i = 0; (r = gic_redistributor(i)); i++)
		r->was_on &= r->pa != frame(n);
}

static bool come_on(unsigned n, u64 prop, u64 pend)
{
	bool on;

	never_on(n);
	set_tables(n, prop, pend);
	store(frame(n) + CTLR_OFFSET, 4, LPIS_ON);
	on = *reg32(n, CTLR_OFFSET) & LPIS_ON;
	store(frame(n) + CTLR_OFFSET, 4, 0);
	assert_int_equal(*reg32(n, CTLR_OFFSET), 0);
	return on;
}

static void lpis_come_on_with_tables_in_the_guests_memory(void **state)
{
	const u64 bits = LPI_BITS - 1, ram_end = RAM + RAM_SIZE;

	take(state);
	assert_true(come_on(12, RAM | bits, RAM + KIB(64)));
	assert_true(come_on(12, RAM | bits | 7 << 7 | 1 << 10, (RAM + KIB(64)) | 7 << 7 | 1 << 10));
	/* over two regions of the guest's */
	assert_true(come_on(12, (RAM + RAM_SIZE / 2 - PAGE_SIZE) | bits, RAM));
	/* up to the last byte of its memory, for as many LPIs as there are, and no further */
	assert_true(come_on(12, (ram_end - KIB(56)) | bits, RAM));
	assert_true(come_on(12, (ram_end - KIB(56)) | 31, RAM));
	assert_false(come_on(12, (ram_end - KIB(52)) | bits, RAM));
	assert_true(come_on(12, (ram_end - KIB(8)) | 13, RAM));
	assert_false(come_on(12, (ram_end - KIB(4)) | 13, RAM));
	assert_false(come_on(12, (ram_end - KIB(4)) | 0, RAM));	/* hardware may take it as 13 */
	assert_true(come_on(12, RAM | bits, ram_end - KIB(64)));
	/* not what is read-only, no memory, or nobody's */
	assert_false(come_on(12, RAM | bits, ram_end));
	assert_false(come_on(12, RAM | bits, ram_end + KIB(64)));
	assert_false(come_on(12, ram_end | bits, RAM));
	assert_false(come_on(12, bits, RAM));
	assert_false(come_on(12, RAM | bits, 0));
	assert_false(come_on(12, RAM | bits, RAM | BIT(51)));
}

/*
 * A pending table is where bits 51:16 say. Its registers here keep what they are given, as those of
 * a redistributor may.
 */
static void a_pending_table_begins_at_64_kib(void **state)
{
	const u64 below = RAM + KIB(64);

	take(state);
	regions.region[0].size = KIB(64);		/* then 12 KiB that are nobody's, ... */
	regions.region[1].ipa = IPA(below + KIB(12));	/* ... below memory that is the guest's */
	regions.region[1].pa = PA(below + KIB(12));
	regions.region[1].size = RAM_SIZE - KIB(76);
	assert_true(come_on(12, (below + KIB(12)) | 15, RAM));
	never_on(12);
	for (u64 at = 0; at < KIB(64); at += PAGE_SIZE) {
		store(frame(12) + PEND_OFFSET, 8, below + at);
		assert_int_equal(*reg64(12, PEND_OFFSET), below);
		store(frame(12) + PEND_OFFSET, 4, (u32)(below + at));
		assert_int_equal(*reg64(12, PEND_OFFSET), below);
		store(frame(12) + CTLR_OFFSET, 4, LPIS_ON);
		assert_int_equal(*reg32(12, CTLR_OFFSET), 0);
		*reg64(12, PEND_OFFSET) = below + at;	/* as a loader may have left it */
		store(frame(12) + CTLR_OFFSET, 4, LPIS_ON);
		assert_int_equal(*reg32(12, CTLR_OFFSET), 0);
	}
	store(frame(12) + PEND_OFFSET, 8, below + KIB(64) + 0xffff);
	assert_int_equal(*reg64(12, PEND_OFFSET), below + KIB(64) + 0xfff);
	store(frame(12) + PEND_OFFSET + 4, 4, 0xf000);	/* bits 47:44 */
	assert_int_equal(*reg64(12, PEND_OFFSET), (below + KIB(64) + 0xfff) | 0xf000ull << 32);
}

static void memory_that_is_elsewhere_for_the_guest_is_no_table(void **state)
{
	take(state);
	regions.region[0].pa = PA(RAM + GIB(1));
	assert_false(come_on(12, RAM | 15, RAM + RAM_SIZE / 2));
	assert_false(come_on(12, (RAM + RAM_SIZE / 2) | 15, RAM));
}

static void tables_stay_while_lpis_are_on(void **state)
{
	take(state);
	never_on(12);
	set_tables(12, RAM | 15, RAM + KIB(64));
	store(frame(12) + CTLR_OFFSET, 4, LPIS_ON);
	store(frame(12) + PROP_OFFSET, 8, RAM | 14);
	store(frame(12) + PEND_OFFSET, 8, RAM);
	store(frame(12) + PEND_OFFSET, 4, 0);
	assert_int_equal(*reg64(12, PROP_OFFSET), RAM | 15);
	assert_int_equal(*reg64(12, PEND_OFFSET), RAM + KIB(64));

	store(frame(12) + CTLR_OFFSET, 4, 0);
	*reg32(12, CTLR_OFFSET) = BIT(3);		/* off, but not yet */
	store(frame(12) + PEND_OFFSET, 8, RAM);
	assert_int_equal(*reg64(12, PEND_OFFSET), RAM + KIB(64));
	store(frame(12) + CTLR_OFFSET, 4, LPIS_ON);	/* UNPREDICTABLE by now */
	assert_int_equal(*reg32(12, CTLR_OFFSET) & LPIS_ON, 0);
	*reg32(12, CTLR_OFFSET) = 0;
	store(frame(12) + PEND_OFFSET, 8, RAM);
	assert_int_equal(*reg64(12, PEND_OFFSET), RAM);
	never_on(12);
	store(frame(12) + PEND_OFFSET + 4, 4, 1);	/* in halves */
	assert_int_equal(*reg64(12, PEND_OFFSET), RAM | BIT(32));
}

/*
 * As while the guest has GICD_CTLR.ARE_NS at 0: the bit comes back with what the registers name
 * then.
 */
static void tables_stay_the_guests_while_lpis_seem_off(void **state)
{
	take(state);
	never_on(12);
	set_tables(12, RAM | 15, RAM + KIB(64));
	store(frame(12) + CTLR_OFFSET, 4, LPIS_ON);
	*reg32(12, CTLR_OFFSET) = 0;
	store(frame(12) + PEND_OFFSET, 8, RAM - KIB(64));
	store(frame(12) + PEND_OFFSET, 4, (u32)(RAM - KIB(64)));
	store(frame(12) + PEND_OFFSET + 4, 4, 1);
	assert_int_equal(*reg64(12, PEND_OFFSET), RAM + KIB(64));
	store(frame(12) + PROP_OFFSET, 8, (RAM - KIB(64)) | 15);
	store(frame(12) + PROP_OFFSET + 4, 4, 1);
	assert_int_equal(*reg64(12, PROP_OFFSET), RAM | 15);

	store(frame(12) + PEND_OFFSET, 8, RAM + KIB(128));
	assert_int_equal(*reg64(12, PEND_OFFSET), RAM + KIB(128));
	store(frame(12) + PROP_OFFSET, 8, (RAM + KIB(4)) | 15);
	assert_int_equal(*reg64(12, PROP_OFFSET), (RAM + KIB(4)) | 15);
	store(frame(12) + PROP_OFFSET, 4, (u32)RAM | 15);	/* of halves none is taken */
	assert_int_equal(*reg64(12, PROP_OFFSET), (RAM + KIB(4)) | 15);

	/* On again, and off. */
	store(frame(12) + CTLR_OFFSET, 4, LPIS_ON);
	assert_int_equal(*reg32(12, CTLR_OFFSET) & LPIS_ON, LPIS_ON);
	store(frame(12) + CTLR_OFFSET, 4, 0);

	/* By CommonLPIAff 4 and 6 are one group, and may share the register. */
	never_on(4);
	set_tables(4, RAM | 13, RAM + RAM_SIZE - KIB(64));
	store(frame(4) + CTLR_OFFSET, 4, LPIS_ON);
	*reg32(4, CTLR_OFFSET) = 0;
	store(frame(6) + PROP_OFFSET, 8, (RAM - KIB(64)) | 13);
	assert_int_not_equal(*reg64(6, PROP_OFFSET), (RAM - KIB(64)) | 13);
	store(frame(6) + PROP_OFFSET, 8, RAM | 13);
	assert_int_equal(*reg64(6, PROP_OFFSET), RAM | 13);
	never_on(4);
}

/* As while GICR_ICENABLER0, which the guest writes by itself, takes effect. */
static void tables_are_looked_at_whatever_rwp_says(void **state)
{
	take(state);
	never_on(12);
	set_tables(12, RAM | 15, RAM - KIB(64));
	*reg32(12, CTLR_OFFSET) = BIT(3);
	store(frame(12) + CTLR_OFFSET, 4, LPIS_ON);
	assert_int_equal(*reg32(12, CTLR_OFFSET) & LPIS_ON, 0);

	set_tables(12, RAM | 15, RAM + KIB(64));
	*reg32(12, CTLR_OFFSET) = BIT(3);
	store(frame(12) + CTLR_OFFSET, 4, LPIS_ON);
	assert_int_equal(*reg32(12, CTLR_OFFSET) & LPIS_ON, LPIS_ON);
	store(frame(12) + CTLR_OFFSET, 4, 0);
}

/* ... and are not taken for tables in use: neither its own, nor those that others must have. */
static void what_takes_effect_elsewhere_keeps_no_tables(void **state)
{
	take(state);
	set_tables(4, RAM | 15, RAM + KIB(64));
	set_tables(6, RAM | 15, RAM + KIB(128));
	*reg32(4, CTLR_OFFSET) = *reg32(6, CTLR_OFFSET) = BIT(3);
	store(frame(6) + PROP_OFFSET, 8, RAM | 14);
	store(frame(6) + PEND_OFFSET, 8, RAM + KIB(192));
	assert_int_equal(*reg64(6, PROP_OFFSET), RAM | 14);
	assert_int_equal(*reg64(6, PEND_OFFSET), RAM + KIB(192));
	store(frame(6) + CTLR_OFFSET, 4, LPIS_ON);
	assert_int_equal(*reg32(6, CTLR_OFFSET) & LPIS_ON, LPIS_ON);
	store(frame(6) + CTLR_OFFSET, 4, 0);
	*reg32(4, CTLR_OFFSET) = 0;
}

/* By CommonLPIAff 4 and 6 are one group: 6 may share its register with 4. */
static void a_shared_configuration_table_is_one(void **state)
{
	take(state);
	set_tables(4, RAM | 15, RAM + KIB(64));
	set_tables(6, (RAM + KIB(256)) | 15, RAM + KIB(128));
	store(frame(4) + CTLR_OFFSET, 4, LPIS_ON);
	store(frame(6) + CTLR_OFFSET, 4, LPIS_ON);
	assert_int_equal(*reg32(6, CTLR_OFFSET) & LPIS_ON, 0);

	store(frame(6) + PROP_OFFSET, 8, (RAM + KIB(512)) | 15);
	assert_int_equal(*reg64(6, PROP_OFFSET), (RAM + KIB(256)) | 15);
	store(frame(6) + PROP_OFFSET, 8, RAM | 15 | 7 << 7);	/* by other cacheability */
	assert_int_equal(*reg64(6, PROP_OFFSET), RAM | 15 | 7 << 7);
	store(frame(6) + CTLR_OFFSET, 4, LPIS_ON);
	assert_int_equal(*reg32(6, CTLR_OFFSET) & LPIS_ON, LPIS_ON);

	/* 8 is of another group */
	assert_true(come_on(8, (RAM + KIB(256)) | 15, RAM + KIB(192)));
	store(frame(4) + CTLR_OFFSET, 4, 0);
	store(frame(6) + CTLR_OFFSET, 4, 0);
}

static void what_else_is_written_is_the_hardwares(void **state)
{
	static const u16 not_the_guests[] = { 0x18, 0x1c, 0x20, 0x24, 0x40, 0x48, 0x100, 0xffc };

	take(state);
	store(frame(12) + 0x14, 4, 3);			/* GICR_WAKER */
	assert_int_equal(*reg32(12, 0x14), 2);
	store(frame(12) + CTLR_OFFSET, 4, 0xfe000000 | BIT(1));
	assert_int_equal(*reg32(12, CTLR_OFFSET), GENMASK(26, 25));
	store(frame(12) + CTLR_OFFSET, 8, ~0ull);	/* no size that the register takes */
	store(frame(12) + CTLR_OFFSET, 2, 0xffff);
	assert_int_equal(*reg32(12, CTLR_OFFSET), GENMASK(26, 25));

	store(frame(12) + 0xa0, 8, 8192);		/* GICR_INVLPIR, and a virtual LPI */
	store(frame(12) + 0xa0, 8, 8193 | BIT(63));
	assert_int_equal(*reg64(12, 0xa0), 8192);
	store(frame(12) + 0xa4, 4, BIT(31));
	assert_int_equal(*reg64(12, 0xa0), 8192);

	for (unsigned i = 0; i < ARRAY_SIZE(not_the_guests); i++) {
		*reg32(12, not_the_guests[i]) = 0x11;
		store(frame(12) + not_the_guests[i], 4, ~0u);
		assert_int_equal(*reg32(12, not_the_guests[i]), 0x11);
	}
	*reg64(10, 0x70) = 7;				/* GICR_VPROPBASER */
	store(frame(10) + 0x70, 8, ~0ull);
	assert_int_equal(*reg64(10, 0x70), 7);
}

static void reads_that_come_here_are_the_hardwares(void **state)
{
	take(state);
	*reg64(12, 0x08) = 0x0123456789abcd6f;
	assert_int_equal(load(frame(12) + 0x08, 8), 0x0123456789abcd6f);
	assert_int_equal(load(frame(12) + 0x0c, 4), 0x01234567);
	assert_int_equal(load(frame(12) + 0x0a, 2), 0x89ab);
	assert_int_equal(load(frame(12) + 0x0b, 1), 0x89);
	*reg64(10, 0x70) = 0x1122334455667788;
	assert_int_equal(load(frame(10) + 0x70, 8), 0x1122334455667788);
}

/* In this order: pages stay registered. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_gic_without_lpis_stays_the_guests, make_gic),
		cmocka_unit_test_setup(a_region_that_is_too_small_is_refused_by_address, make_gic),
		cmocka_unit_test_setup(a_redistributor_that_aborts_is_refused_by_address,
				       make_gic),
		cmocka_unit_test_setup(lpis_are_off_on_all_cpus_before_anything_is_taken,
				       make_gic),
		cmocka_unit_test_setup(lpis_that_cannot_be_turned_off_are_refused, make_gic),
		cmocka_unit_test_setup(the_loaders_tables_are_reserved_whole, make_gic),
		cmocka_unit_test_setup(tables_in_what_was_loaded_are_refused_by_its_name, make_gic),
		cmocka_unit_test_setup(tables_that_are_not_the_guests_are_refused, make_gic),
		cmocka_unit_test_setup(the_loaders_tables_do_where_they_are_reserved, make_gic),
		cmocka_unit_test_setup(one_page_of_a_redistributor_is_read_only, make_gic),
		cmocka_unit_test(rvpeid_of_gicv4_1_is_hidden),
		cmocka_unit_test(the_distributor_is_the_guests),
		cmocka_unit_test(itss_find_their_redistributors),
		cmocka_unit_test(lpis_come_on_with_tables_in_the_guests_memory),
		cmocka_unit_test(tables_stay_while_lpis_are_on),
		cmocka_unit_test(tables_stay_the_guests_while_lpis_seem_off),
		cmocka_unit_test(tables_are_looked_at_whatever_rwp_says),
		cmocka_unit_test(what_takes_effect_elsewhere_keeps_no_tables),
		cmocka_unit_test(a_shared_configuration_table_is_one),
		cmocka_unit_test(what_else_is_written_is_the_hardwares),
		cmocka_unit_test(reads_that_come_here_are_the_hardwares),
		cmocka_unit_test_setup(a_pending_table_begins_at_64_kib, make_regions),
		cmocka_unit_test_setup(memory_that_is_elsewhere_for_the_guest_is_no_table,
				       make_regions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
