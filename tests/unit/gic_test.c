/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GIC here is memory: its registers hold what was written. IPA = PA = its address on the host.
 */
#include "boot/guest/gic.h"

#include "hyp/gic.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/test.h"

#define FRAME		KIB(64)
#define NR_FRAMES	24

static u8 gic_memory[NR_FRAMES * FRAME + KIB(64)] __attribute__((aligned(65536)));
static struct host_gic gic;
static struct diag d;

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

/*
 * A distributor in frame 0, and the redistributors in two regions behind it: of two frames each,
 * and of four.
 */
static int make_gic(void **state)
{
	static const struct mm_caps caps = { .pa_bits = 48 };
	static const struct s2_attr device = { S2_DEVICE_nGnRE, SH_NONE, true, true, false };

	(void)state;
	memset(gic_memory, 0, sizeof(gic_memory));
	gic = (struct host_gic){ .version = 3, .gicd = { frame(0), FRAME }, .nr_gicr = 2,
				 .gicr = { { frame(4), 4 * FRAME }, { frame(8), 16 * FRAME } } };
	*reg32(0, 0x04) = 0x03780c3f | BIT(17) | BIT(18);
	*reg64(4, 0x08) = BIT(0);
	*reg64(6, 0x08) = BIT(0) | BIT(4) | BIT(3) | 0x0000000100000100;
	*reg64(8, 0x08) = BIT(1) | BIT(0);
	*reg64(12, 0x08) = BIT(1) | BIT(0) | BIT(4);

	fake_el2_reset(64);
	assert_int_equal(stage2_init(&guest.s2, &caps, &page_pool), 0);
	assert_int_equal(
		stage2_map(&guest.s2, IPA(frame(0)), PA(frame(0)), NR_FRAMES * FRAME, device), 0);
	return 0;
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

static bool in_stage2(u64 addr)
{
	struct s2_leaf leaf;

	return !stage2_lookup(&guest.s2, IPA(addr), &leaf);
}

static void a_gic_without_lpis_stays_the_guests(void **state)
{
	(void)state;
	*reg32(0, 0x04) = 0x0378043f;
	assert_int_equal(gic_hide_lpis(&gic, &d), 0);
	assert_null(mmio_find(IPA(frame(0))));
	gic.version = 2;
	fake_el2.nr_mapped = 0;
	assert_int_equal(gic_hide_lpis(&gic, &d), 0);
	assert_int_equal(fake_el2.nr_mapped, 0);
}

static void a_region_that_is_too_small_is_refused_by_address(void **state)
{
	char address[32];

	(void)state;
	*reg64(6, 0x08) = BIT(1);
	snprintf(address, sizeof(address), "%#lx", (unsigned long)frame(6));
	assert_int_equal(gic_hide_lpis(&gic, &d), -EINVAL);
	assert_non_null(strstr(d.text, address));
}

/* The first region's page was registered by the test above: this needs one of its own. */
static void lpis_that_cannot_be_turned_off_are_refused(void **state)
{
	(void)state;
	gic.gicr[0] = (struct range){ frame(20), 2 * FRAME };
	*reg64(20, 0x08) = BIT(4);
	*reg32(20, 0x00) = BIT(0) | BIT(3);
	assert_int_equal(gic_hide_lpis(&gic, &d), -EBUSY);
	assert_non_null(strstr(d.text, "LPIs"));
}

static void hide(void **state)
{
	(void)state;
	*reg32(8, 0x00) = BIT(0);
	gic.gicr[0] = gic.gicr[1];
	gic.nr_gicr = 1;
	assert_int_equal(gic_hide_lpis(&gic, &d), 0);
	assert_int_equal(*reg32(8, 0x00) & BIT(0), 0);

	/*
	 * Both redistributors, and behind each its virtual LPIs; the rest of the frames is the
	 * guest's.
	 */
	for (unsigned n = 8; n < 16; n++) {
		assert_int_equal(in_stage2(frame(n)), n & 1);
		assert_int_equal(!mmio_find(IPA(frame(n))), n & 1);
		assert_true(in_stage2(frame(n) + PAGE_SIZE));
	}
	assert_true(in_stage2(frame(16)));
}

static void the_distributor_is_left_to_the_guests_writes(void **state)
{
	struct s2_leaf leaf;

	hide(state);
	assert_int_equal(stage2_lookup(&guest.s2, IPA(frame(0)), &leaf), 0);
	assert_true(leaf.attr.write);
	assert_false(leaf.attr.read);

	assert_int_equal(load(frame(0) + 0x04, 4),
			 *reg32(0, 0x04) & ~(BIT(17) | BIT(18) | GENMASK(15, 11)));
	*reg32(0, 0x00) = 0x12345678;
	assert_int_equal(load(frame(0), 4), 0x12345678);
	assert_int_equal(load(frame(0), 8), 0);
	*reg32(0, 0x400) = 0xa0b0c0d0;
	assert_int_equal(load(frame(0) + 0x402, 1), 0xb0);
	assert_int_equal(load(frame(0) + 0x100, 1), 0);
}

static void registers_of_lpis_read_as_0_and_ignore_writes(void **state)
{
	static const u16 hidden[] = { 0x40, 0x48, 0x70, 0x78, 0xa0, 0xb0, 0xc0 };

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(hidden); i++) {
		*reg64(8, hidden[i]) = 0x1111111111111111;
		assert_int_equal(load(frame(8) + hidden[i], 8), 0);
		assert_int_equal(load(frame(8) + hidden[i] + 4, 4), 0);
		store(frame(8) + hidden[i], 8, ~0ull);
		store(frame(8) + hidden[i] + 4, 4, ~0ull);
		store(frame(8) + hidden[i], 1, 0xff);
		assert_int_equal(*reg64(8, hidden[i]), 0x1111111111111111);
	}
	*reg64(10, 0x70) = 7;
	store(frame(10) + 0x70, 8, ~0ull);
	store(frame(10) + 0x78, 4, ~0ull);
	assert_int_equal(*reg64(10, 0x70), 7);
	assert_int_equal(*reg64(10, 0x78), 0);
	assert_int_equal(load(frame(10) + 0x70, 8), 0);
}

static void the_rest_of_a_redistributor_is_the_hardwares(void **state)
{
	(void)state;
	*reg64(12, 0x08) = BIT(0) | BIT(1) | BIT(3) | BIT(4) | 0xabcd00000000;
	assert_int_equal(load(frame(12) + 0x08, 8), BIT(1) | BIT(4) | 0xabcd00000000);
	assert_int_equal(load(frame(12) + 0x08, 4), BIT(1) | BIT(4));
	assert_int_equal(load(frame(12) + 0x0c, 4), 0xabcd);
	store(frame(12) + 0x14, 4, 2);			/* GICR_WAKER */
	assert_int_equal(*reg32(12, 0x14), 2);
}

static void enable_lpis_stays_0(void **state)
{
	(void)state;
	store(frame(8), 4, BIT(31) | BIT(24) | BIT(0));
	assert_int_equal(*reg32(8, 0), BIT(31) | BIT(24));
	*reg32(8, 0) = 0;
	store(frame(8), 8, 1);				/* no size that the register takes */
	store(frame(8), 2, 1);
	store(frame(8), 1, 1);
	assert_int_equal(*reg32(8, 0), 0);
	*reg32(8, 0) = 0xf;
	assert_int_equal(load(frame(8), 4), 8);
}

/* In this order: pages stay registered. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_gic_without_lpis_stays_the_guests, make_gic),
		cmocka_unit_test_setup(a_region_that_is_too_small_is_refused_by_address, make_gic),
		cmocka_unit_test_setup(lpis_that_cannot_be_turned_off_are_refused, make_gic),
		cmocka_unit_test_setup(the_distributor_is_left_to_the_guests_writes, make_gic),
		cmocka_unit_test(registers_of_lpis_read_as_0_and_ignore_writes),
		cmocka_unit_test(the_rest_of_a_redistributor_is_the_hardwares),
		cmocka_unit_test(enable_lpis_stays_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
