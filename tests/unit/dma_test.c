/* SPDX-License-Identifier: Apache-2.0 */
/* What devices behind an SMMU reach, and what is said of those that try more. */
#include <libfdt.h>

#include "boot/guest/dma_list.h"
#include "boot/guest/smmu.h"
#include "hyp/guest.h"
#include "lib/errno.h"
#include "mm/phys.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/fake_smmu.h"
#include "tests/unit/test.h"

#define DOORBELL	0x8090000ul

static struct host host;
static struct config config;
static struct diag d;

static struct region *add(u64 ipa, u64 size, enum region_type type, enum region_origin origin)
{
	struct region *r = &guest_regions.region[guest_regions.nr++];

	*r = (struct region){ .name = "region", .ipa = IPA(ipa), .pa = PA(ipa), .size = size,
			      .type = type, .origin = origin,
			      .attr = { S2_FWB_STAGE1, SH_INNER, true, true, type == REGION_RAM } };
	return r;
}

static struct region *ram(u64 ipa, u64 size)
{
	return add(ipa, size, REGION_RAM, REGION_FROM_HOST);
}

/* 1 GiB of memory of which Mavis has the second 2 MiB; registers; an SMMU that has a PCI host. */
static int make(void **state)
{
	(void)state;
	fake_machine_reset();
	fake_el2_reset(512);
	dma = (struct dma){ .on = false };
	host = (struct host){ .nr_smmus = 1, .nr_streams = 1, .nr_doorbells = 1,
			      .doorbell = { { DOORBELL, PAGE_SIZE } } };
	host.smmu[0] = (struct host_smmu){ .regs = { fake_smmu_reset(), 0x20000 },
					   .enabled = true, .coherent = true,
					   .name = "smmu@1" };
	host.streams[0] = (struct dma_streams){ .nr = 0x10000, .pci = true, .node = 5,
						.name = "pcie@2" };
	config = (struct config){ .bootargs = "" };
	guest_regions.nr = bars.nr = 0;
	add(0x9000000, PAGE_SIZE, REGION_MMIO, REGION_FROM_HOST)->attr.memattr = S2_DEVICE_nGnRE;
	ram(0x40000000, MIB(2));
	ram(0x40400000, GIB(1) - MIB(4));
	return 0;
}

static void map_guest(void)
{
	guest.caps = (struct mm_caps){ .pa_bits = 48, .fwb = true };
	assert_int_equal(stage2_init(&guest.s2, &guest.caps, guest.caps.pa_bits, &page_pool), 0);
	guest.regions = &guest_regions;
	for (unsigned i = 0; i < guest_regions.nr; i++) {
		const struct region *r = &guest_regions.region[i];

		assert_int_equal(stage2_map(&guest.s2, r->ipa, r->pa, r->size, r->attr), 0);
	}
}

static void enable(void)
{
	map_guest();
	if (smmu_take(&host, &d) || smmu_required(&host, &config, &d) ||
	    smmu_make_room(&host, &config, &d) || smmu_enable(&host, &d))
		fail_msg("%s", d.text);
	assert_true(dma.on);
	fake_smmu.nr_commands = 0;
}

/* Walks from the descriptor formats alone, from where the stream's entry says. 0: a fault. */
static u64 translate(u32 stream, u64 ipa)
{
	const u64 *ste = fake_smmu_entry(stream);
	unsigned bits, level;
	u64 table, desc;

	if (!ste || (ste[0] & 0xf) != 0xd)
		return 0;
	bits = 64 - (ste[2] >> 32 & 63);
	level = 2 - (ste[2] >> 38 & 3);
	if (ipa >> bits)
		return 0;
	table = ste[3];
	for (;; level++) {
		unsigned shift = 39 - 9 * level;
		u64 index = ipa >> shift;

		if (table != ste[3])
			index &= 511;
		desc = ((u64 *)phys(PA(table)))[index];
		if (!(desc & 1))
			return 0;
		if (level == 3 || !(desc & 2))
			return desc;
		table = desc & 0xfffffffff000;
	}
}

static u64 target(u32 stream, u64 ipa)
{
	u64 desc = translate(stream, ipa);

	return desc & 0xfffffffff000;
}

static bool writable(u64 ipa)
{
	return translate(0x10, ipa) & 1 << 7;
}

static void memory_is_reached_and_mavis_and_registers_are_not(void **state)
{
	(void)state;
	enable();
	assert_int_equal(target(0x10, 0x40000000), 0x40000000);
	assert_true(writable(0x401ff000));
	assert_int_equal(translate(0x10, 0x40200000), 0);
	assert_int_equal(translate(0x10, 0x403ff000), 0);
	assert_int_equal(target(0x10, 0x40400000), 0x40400000);
	assert_int_equal(translate(0x10, 0x80000000), 0);
	assert_int_equal(translate(0x10, 0x9000000), 0);
	/* Write-Back without FWB, whatever the CPUs' tables have */
	assert_int_equal(translate(0x10, 0x40400000) >> 2 & 15, 0xf);
}

/* The pool is made for all that a tree may have: each at the end of a span, or over it. */
static void there_are_pages_for_entries_in_odd_places(void **state)
{
	u64 planned, used, with_one;

	(void)state;
	fake_el2_reset(1024);
	host.streams[0].nr = 1;
	assert_int_equal(smmu_take(&host, &d), 0);
	with_one = smmu_pool_pages(&host);
	for (host.nr_streams = 0; host.nr_streams < HOST_MAX_STREAMS; host.nr_streams++)
		host.streams[host.nr_streams] = (struct dma_streams){
			.first = 0x1f0 + host.nr_streams * 0x200, .nr = 0x10 + host.nr_streams % 2,
			.node = 5, .name = "pcie@2" };
	planned = smmu_pool_pages(&host);
	assert_true(planned > with_one + 4 * HOST_MAX_STREAMS);
	used = page_pool.nr_free;
	if (smmu_make_room(&host, &config, &d))
		fail_msg("%s", d.text);
	used -= page_pool.nr_free;
	assert_in_range(used, with_one, planned);
}

static void a_doorbell_is_for_writing(void **state)
{
	(void)state;
	enable();
	assert_int_equal(target(0x10, DOORBELL), DOORBELL);
	assert_int_equal(translate(0x10, DOORBELL) >> 6 & 3, 2);
	assert_int_equal(translate(0x10, DOORBELL + PAGE_SIZE), 0);

	make(state);
	host.doorbell[0].size = MIB(4);
	enable();
	assert_true(writable(DOORBELL + MIB(4) - PAGE_SIZE));

	make(state);
	host.doorbell[0].size = MIB(4);
	add(DOORBELL + PAGE_SIZE, PAGE_SIZE, REGION_MMIO, REGION_FROM_CONFIG)->attr.write = false;
	enable();
	assert_true(writable(DOORBELL));
	assert_false(writable(DOORBELL + PAGE_SIZE));
	assert_true(writable(DOORBELL + MIB(4) - PAGE_SIZE));
}

static void regions_are_reached_unless_they_say_no_dma(void **state)
{
	(void)state;
	add(0x90000000, MIB(1), REGION_RAM, REGION_FROM_CONFIG)->pa = PA(0xa0000000);
	add(0x91000000, MIB(1), REGION_RAM, REGION_FROM_CONFIG)->opts.no_dma = true;
	add(0x92000000, MIB(1), REGION_MMIO, REGION_FROM_CONFIG);
	add(0x93000000, MIB(1), REGION_DEVICE_MEMORY, REGION_FROM_CONFIG)->attr.write = false;
	enable();
	assert_int_equal(target(1, 0x90001000), 0xa0001000);
	assert_int_equal(translate(1, 0x91000000), 0);
	assert_int_equal(translate(1, 0x92000000) >> 2 & 15, 1);
	assert_true(translate(1, 0x93000000));
	assert_false(writable(0x93000000));
}

/* A page that EL2 works is the guest's for reading at most. */
static void what_the_guest_must_not_write_devices_must_not(void **state)
{
	struct s2_attr read = { S2_DEVICE_nGnRE, SH_INNER, true, false, false };

	(void)state;
	add(0x92000000, MIB(1), REGION_MMIO, REGION_FROM_CONFIG);
	map_guest();
	assert_int_equal(stage2_change(&guest.s2, IPA(0x92004000), PAGE_SIZE, read), 0);
	assert_int_equal(stage2_unmap(&guest.s2, IPA(0x92008000), PAGE_SIZE), 0);
	if (smmu_take(&host, &d) || smmu_make_room(&host, &config, &d) || smmu_enable(&host, &d))
		fail_msg("%s", d.text);
	assert_true(writable(0x92003000));
	assert_true(translate(0x10, 0x92004000) && !writable(0x92004000));
	assert_int_equal(translate(0x10, 0x92008000), 0);
	assert_true(writable(0x92009000));
}

/* QEMU's has 44 bits where its CPUs have 48. */
static void addresses_are_those_that_the_smmu_has(void **state)
{
	(void)state;
	ram(BIT(44) - MIB(2), MIB(4));
	enable();
	assert_int_equal(fake_smmu_entry(0)[2] >> 32 & 63, 20);
	assert_int_equal(fake_smmu_entry(0)[2] >> 48 & 7, 4);
	assert_int_equal(target(0, BIT(44) - PAGE_SIZE), BIT(44) - MIB(2));
	assert_int_equal(translate(0, BIT(44)), 0);
}

static void a_bar_that_moves_takes_its_translation_along(void **state)
{
	struct region bar = { .ipa = IPA(0x8000000000), .pa = PA(0x8000000000), .size = MIB(4),
			      .type = REGION_DEVICE_MEMORY, .origin = REGION_FROM_CONFIG,
			      .attr = { S2_FWB_FORCE_WB, SH_INNER, true, true, false } };

	(void)state;
	enable();
	assert_int_equal(dma_place(&bar), 0);
	assert_int_equal(target(0, 0x8000200000), 0x8000200000);
	assert_int_equal(fake_smmu.nr_commands, 0);	/* no TLB holds what was not there */

	dma_unplace(&bar);
	assert_int_equal(translate(0, 0x8000200000), 0);
	assert_int_equal(fake_smmu.command[0][0], 1ul << 32 | 0x2a);
	assert_int_equal(fake_smmu.command[0][1], 0x8000000000);
	assert_int_equal(fake_smmu.command[fake_smmu.nr_commands - 1][0], 0x46);

	bar.opts.no_dma = true;
	assert_int_equal(dma_place(&bar), 0);
	assert_int_equal(translate(0, 0x8000200000), 0);
}

static void says(const char *text)
{
	if (!strstr(machine.said, text))
		fail_msg("\"%s\" does not say \"%s\"", machine.said, text);
}

static const struct region registers = {
	.ipa = IPA(0x8000000000),
	.pa = PA(0x8000000000),
	.size = MIB(4),
	.type = REGION_MMIO,
	.origin = REGION_FROM_CONFIG,
};

static void an_smmu_that_takes_no_commands_passes_nothing_any_more(void **state)
{
	struct region bar = registers;

	(void)state;
	enable();
	assert_int_equal(dma_place(&bar), 0);
	fake_smmu.deaf = true;
	dma_unplace(&bar);
	assert_int_equal(*fake_smmu_reg(0x24), 0);
	assert_true(*fake_smmu_reg(0x44) & BIT(20));
	says("smmu@1: takes no commands (error 110): it is off, and all DMA behind it aborts\n");
	machine.nr_said = 0;
	assert_int_equal(dma_place(&bar), 0);
	dma_unplace(&bar);
	dma_poll();
	assert_int_equal(machine.nr_said, 0);
}

static void one_that_does_not_turn_off_either_is_not_said_to_be_off(void **state)
{
	struct region bar = registers;

	(void)state;
	enable();
	assert_int_equal(dma_place(&bar), 0);
	fake_smmu.deaf = fake_smmu.stuck = true;
	dma_unplace(&bar);
	says("smmu@1: takes no commands (error 110), nor does it turn off: DMA behind it may go where it could before\n");
	assert_null(strstr(machine.said, "aborts"));
}

static unsigned nr_tables_cleaned;

static void note_clean(u64 start, u64 end)
{
	nr_tables_cleaned += end - start >= PAGE_SIZE;
}

/* Every step of a change is in memory before the SMMU is told to forget. */
static void tables_are_cleaned_for_one_that_looks_past_the_caches(void **state)
{
	struct region bar = registers;

	(void)state;
	host.smmu[0].coherent = false;
	enable();
	machine.on_clean = note_clean;
	nr_tables_cleaned = 0;
	assert_int_equal(dma_place(&bar), 0);
	assert_true(nr_tables_cleaned > 3);
	nr_tables_cleaned = 0;
	dma_unplace(&bar);
	assert_true(nr_tables_cleaned > 1);
}

static void one_without_an_owner_aborts(void **state)
{
	(void)state;
	host.streams[0].first = 0x100;
	host.streams[0].nr = 0x80;
	host.streams[1] = (struct dma_streams){ .first = 0x120, .nr = 2, .name = "other@3" };
	host.nr_streams = 2;
	enable();
	assert_int_equal(target(0x120, 0x40000000), 0x40000000);
	assert_int_equal(translate(0xff, 0x40000000), 0);
	assert_int_equal(translate(0x180, 0x40000000), 0);
}

/* Without two levels: more than the page pool is for. */
static void a_large_linear_table_is_kept_of_the_machines_memory(void **state)
{
	static const struct fdt_header fdt = { .totalsize = 0 };
	u64 at = FAKE_BASE + MIB(3);

	(void)state;
	fake_el2_reset(1024);
	page_pool.end = PA(FAKE_BASE + MIB(2));
	*fake_smmu_reg(0) &= ~(3u << 27);
	host.fdt = &fdt;
	host.memory[host.nr_memory++] = (struct range){ FAKE_BASE + MIB(2), MIB(1) + KIB(512) };
	host.streams[0].first = 0x1000;
	host.streams[0].nr = 0x800;
	enable();
	assert_int_equal(host.nr_reserved, 1);
	assert_int_equal(host.reserved[0].range.base, at);
	assert_int_equal(host.reserved[0].range.size, KIB(512));
	assert_true(host.reserved[0].firmware);
	assert_int_equal(target(0x1000, 0x40000000), 0x40000000);
	assert_int_equal(target(0x17ff, 0x40000000), 0x40000000);
	assert_int_equal(translate(0xfff, 0x40000000), 0);
	assert_int_equal(translate(0x1800, 0x40000000), 0);

	host.nr_memory = 0;
	dma.nr = 0;
	assert_int_equal(smmu_take(&host, &d), 0);
	assert_int_equal(smmu_make_room(&host, &config, &d), -ENOSPC);
	assert_non_null(strstr(d.text, "the streams of smmu@1"));
}

static void an_event_is_a_line_with_stream_address_and_reason(void **state)
{
	(void)state;
	enable();
	machine.nr_said = 0;
	/* one transfer, four events */
	for (unsigned i = 0; i < 4; i++)
		assert_true(fake_smmu_event(0x1000000010, 0x28000000000, 0x40200123 + i, 0));
	dma_poll();
	assert_int_equal(machine.nr_said, 1);
	says("mavis: DMA by pcie@2 00:02.0 (stream 0x10), write to 0x40200123: not for DMA; aborted (F_TRANSLATION)\n");
	assert_true(fake_smmu_event(0x1000000010, 0x28800000000, 0x40200123, 0));
	dma_poll();
	says("read of 0x40200123");
	assert_true(fake_smmu_event(0x77, 1, 2, 3));
	dma_poll();
	says("event 0x77");
	machine.nr_said = 0;
	dma_poll();
	assert_int_equal(machine.nr_said, 0);
}

static void a_stream_of_nobody_is_named_by_its_smmu(void **state)
{
	(void)state;
	host.streams[0].first = 0x100;
	host.streams[0].pci = false;
	enable();
	assert_true(fake_smmu_event(0x2000000004, 0, 0, 0));
	dma_poll();
	says("DMA by stream 0x20 of smmu@1: no device of the guest's has this stream; aborted (C_BAD_STE)\n");
	assert_true(fake_smmu_event(0x11000000013, 0, 0x1000, 0));
	dma_poll();
	says("DMA by pcie@2 (stream 0x110), write to 0x1000: not permitted");
	/* One that has an entry, which the SMMU finds wrong. */
	assert_true(fake_smmu_event(0x11000000004, 0, 0, 0));
	dma_poll();
	says("DMA by pcie@2 (stream 0x110): the SMMU refuses the stream's entry; aborted (C_BAD_STE)\n");
}

static void trouble_of_the_smmus_own_is_said(void **state)
{
	(void)state;
	enable();
	*fake_smmu_reg(0x60) ^= 0x100;
	dma_poll();
	says("smmu@1: GERROR 0x100: it has failed");
	while (fake_smmu_event(0x1000000010, 0, 0, 0))
		;
	dma_poll();
	says("more DMA was stopped than it could tell of");
}

static void one_that_is_disabled_has_no_streams(void **state)
{
	(void)state;
	host.smmu[1] = host.smmu[0];
	host.smmu[1].enabled = false;
	host.nr_smmus = 2;
	host.streams[1] = (struct dma_streams){ .nr = 1, .smmu = 1, .name = "off@4" };
	host.nr_streams = 2;
	enable();
	assert_int_equal(dma.nr, 1);
	assert_int_equal(dma.nr_streams, 1);
}

static void what_cannot_contain_lets_pass_and_is_refused_where_one_is_required(void **state)
{
	(void)state;
	*fake_smmu_reg(0) &= ~1u;
	*fake_smmu_reg(0x44) = 1 << 20;
	assert_int_equal(smmu_take(&host, &d), 0);
	assert_int_equal(dma.nr, 0);
	assert_int_equal(*fake_smmu_reg(0x44), 0);
	assert_int_equal(smmu_required(&host, &config, &d), 0);
	config.require_smmu = true;
	assert_int_equal(smmu_required(&host, &config, &d), -ENODEV);
	assert_non_null(strstr(d.text, "require-smmu: smmu@1 contains nothing: it has no stage 2"));
	host.nr_smmus = host.nr_streams = 0;
	assert_int_equal(smmu_required(&host, &config, &d), -ENODEV);
	assert_non_null(strstr(d.text, "has no SMMUv3"));
	assert_int_equal(smmu_enable(&host, &d), 0);
	assert_false(dma.on);
}

/* The list */

static char lines[8][720];

static unsigned list(void)
{
	struct dma_list l = { .host = &host, .regions = &guest_regions };
	unsigned n = 0;

	while (dma_list_next(&l, lines[n], sizeof(lines[0])))
		n++;
	return n;
}

static void master(const char *name, u64 base, int node)
{
	struct host_master *m = &host.master[host.nr_masters++];

	*m = (struct host_master){ .regs = { { base, 0x200 } }, .nr_regs = 1,
				   .node = node };
	snprintf(m->name, sizeof(m->name), "%s", name);
}

static void the_list_has_what_nothing_contains(void **state)
{
	(void)state;
	master("usb@9000000", 0x9000000, 4);
	master("pcie@2", 0x9000000, 5);
	master("usb@9000200", 0x9000200, 6);
	master("usb2@9000400", 0x9000400, 8);
	master("dma@b000000", 0xb000000, 7);		/* not the guest's */
	assert_int_equal(list(), 2);
	assert_string_equal(lines[0], "DMA: contained: pcie@2");
	assert_string_equal(lines[1], "DMA: not contained: usb@9000000 (2 alike), usb2@9000400");
	host.qemu = true;
	list();
	assert_string_equal(lines[0], "DMA: contained: pcie@2, but for virtio-pci without iommu_platform=on");

	host.smmu[0].out_of_use = "it is broken";
	host.other_smmu = true;
	host.more_masters = 3;
	assert_int_equal(list(), 3);
	assert_string_equal(lines[0], "DMA: smmu@1 contains nothing: it is broken");
	assert_string_equal(lines[1], "DMA: not contained: usb@9000000 (2 alike), pcie@2, usb2@9000400, and 3 more");
	assert_non_null(strstr(lines[2], "no SMMUv3 is the guest's"));

	host.nr_smmus = host.nr_masters = host.nr_streams = host.more_masters = 0;
	host.other_smmu = false;
	assert_int_equal(list(), 1);
	assert_string_equal(lines[0], "DMA: not contained (no SMMUv3): nothing that the device tree names");
}

/* At another address, by any of its ranges; one that is disabled where the config gives it. */
static void the_list_goes_by_what_of_the_machine_the_guest_has(void **state)
{
	struct region *r = add(0x50000000000, PAGE_SIZE, REGION_MMIO, REGION_FROM_CONFIG);

	(void)state;
	r->pa = PA(0xb000000);
	master("dma@b000800", 0xb000800, 7);
	master("eth@c000000", 0xc000000, 8);
	host.master[1].regs[host.master[1].nr_regs++] = (struct range){ 0xb000c00, 4 };
	master("usb@50000000000", 0x50000000000, 9);	/* hidden by it */
	master("off@b000000", 0xb000000, 10);
	master("off@9000000", 0x9000000, 11);		/* beside an enabled one */
	host.master[3].off = host.master[4].off = true;
	list();
	assert_string_equal(lines[1], "DMA: not contained: dma@b000800, eth@c000000, off@b000000");
	assert_false(dma_is_contained(&host, &guest_regions));
	r->pa = PA(0xd000000);
	list();
	assert_string_equal(lines[1], "DMA: not contained: nothing that the device tree names");
	assert_true(dma_is_contained(&host, &guest_regions));
}

static bool contained(void)
{
	return dma_is_contained(&host, &guest_regions);
}

static void all_are_contained_or_not(void **state)
{
	(void)state;
	assert_true(contained());
	master("pcie@2", 0x9000000, 5);
	assert_true(contained());
	host.qemu = true;			/* its virtio-pci */
	assert_false(contained());
	host.qemu = false;
	host.smmu[0].out_of_use = "it is broken";
	assert_false(contained());
	host.smmu[0].out_of_use = NULL;
	host.more_masters = 1;
	assert_false(contained());
	host.more_masters = 0;
	host.streams[1] = (struct dma_streams){ .nr = 1, .smmu = 1, .node = 5, .name = "pcie@2" };
	host.smmu[1] = (struct host_smmu){ .enabled = true, .name = "smmu@3" };
	host.nr_smmus = host.nr_streams = 2;
	assert_true(contained());
	host.smmu[1].out_of_use = "it is broken";	/* some of its functions are behind it */
	assert_false(contained());
	host.nr_smmus = host.nr_streams = 1;
	host.master[0].elsewhere = true;
	assert_false(contained());
	host.master[0].elsewhere = false;
	master("dma@b000000", 0xb000000, 7);	/* not the guest's */
	assert_true(contained());
	master("usb@9000000", 0x9000000, 4);
	assert_false(contained());
	host.nr_masters = host.nr_smmus = 0;	/* that none are known is no proof */
	assert_false(contained());
}

/* However many there are, the text ends where there is no more room. */
static void a_long_list_is_cut(void **state)
{
	char text[64];
	struct dma_list l = { .host = &host, .regions = &guest_regions };

	(void)state;
	for (unsigned i = 0; i < HOST_MAX_MASTERS; i++) {
		char name[40];

		snprintf(name, sizeof(name), "master-number-%u@%x", i, i);
		master(name, 0x9000000, 20);
	}
	assert_int_equal(list(), 2);
	assert_true(strlen(lines[1]) > 600 && strlen(lines[1]) < sizeof(lines[1]) - 1);
	while (dma_list_next(&l, text, sizeof(text)))
		assert_true(strlen(text) < sizeof(text));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, make)
	const struct CMUnitTest tests[] = {
		TEST(memory_is_reached_and_mavis_and_registers_are_not),
		TEST(there_are_pages_for_entries_in_odd_places),
		TEST(a_doorbell_is_for_writing),
		TEST(regions_are_reached_unless_they_say_no_dma),
		TEST(what_the_guest_must_not_write_devices_must_not),
		TEST(addresses_are_those_that_the_smmu_has),
		TEST(a_bar_that_moves_takes_its_translation_along),
		TEST(an_smmu_that_takes_no_commands_passes_nothing_any_more),
		TEST(one_that_does_not_turn_off_either_is_not_said_to_be_off),
		TEST(tables_are_cleaned_for_one_that_looks_past_the_caches),
		TEST(one_without_an_owner_aborts),
		TEST(a_large_linear_table_is_kept_of_the_machines_memory),
		TEST(an_event_is_a_line_with_stream_address_and_reason),
		TEST(a_stream_of_nobody_is_named_by_its_smmu),
		TEST(trouble_of_the_smmus_own_is_said),
		TEST(one_that_is_disabled_has_no_streams),
		TEST(what_cannot_contain_lets_pass_and_is_refused_where_one_is_required),
		TEST(the_list_has_what_nothing_contains),
		TEST(the_list_goes_by_what_of_the_machine_the_guest_has),
		TEST(all_are_contained_or_not),
		TEST(a_long_list_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
