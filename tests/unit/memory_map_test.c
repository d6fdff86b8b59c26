/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/memory_map.h"
#include "lib/errno.h"
#include "tests/unit/test.h"

static const struct mm_caps caps = { .pa_bits = 40, .mte = true };
static const struct range image = { 0x40200000, 0x200000 };

static struct host host;
static struct config config;
static struct region_table table;
static struct diag diag;

static void device(const char *name, u64 base, u64 size, enum host_mmio_kind kind,
		   bool prefetchable)
{
	struct host_mmio *m = &host.mmio[host.nr_mmio++];

	*m = (struct host_mmio){ .range = { base, size },
				 .kind = kind,
				 .prefetchable = prefetchable };
	snprintf(m->name, sizeof(m->name), "%s", name);
}

/* Two banks of 256 MiB, the first with Mavis in it. */
static int setup(void **state)
{
	(void)state;
	memset(&host, 0, sizeof(host));
	config = (struct config){ .bootargs = "" };
	table.nr = 0;
	diag.text[0] = '\0';
	host.memory[0] = (struct range){ 0x40000000, MIB(256) };
	host.memory[1] = (struct range){ 0x80000000, MIB(256) };
	host.nr_memory = 2;
	device("uart@9000000", 0x9000000, 0x1000, HOST_MMIO_REG, false);
	return 0;
}

static void configure_at(const char *name, u64 ipa, u64 base, u64 size, enum region_type type,
			 struct region_opts opts)
{
	struct region r = {
		.ipa = IPA(ipa),
		.pa = PA(base),
		.size = size,
		.type = type,
		.origin = REGION_FROM_CONFIG,
		.opts = opts,
	};

	snprintf(r.name, sizeof(r.name), "%s", name);
	assert_int_equal(region_add(&table, &r, &diag), 0);
}

static void configure(const char *name, u64 base, u64 size, enum region_type type,
		      struct region_opts opts)
{
	configure_at(name, base, base, size, type, opts);
}

static int build(void)
{
	return memory_map_finish(&table, &host, &config, image, &caps, &diag);
}

static const struct region *at(u64 ipa)
{
	return region_find(&table, IPA(ipa));
}

static u64 host_memory(void)
{
	u64 sum = 0;

	for (unsigned i = 0; i < table.nr; i++)
		if (table.region[i].type == REGION_RAM &&
		    table.region[i].origin == REGION_FROM_HOST)
			sum += table.region[i].size;
	return sum;
}

static void the_guest_has_all_but_mavis(void **state)
{
	(void)state;
	assert_int_equal(build(), 0);
	assert_int_equal(host_memory(), MIB(512) - image.size);
	assert_int_equal(at(0x401ff000)->type, REGION_RAM);
	assert_null(at(image.base));
	assert_null(at(image.base + image.size - 1));
	assert_int_equal(at(0x40400000)->type, REGION_RAM);
	assert_int_equal(at(0x9000000)->type, REGION_MMIO);
	assert_string_equal(at(0x9000000)->name, "uart@9000000");
	assert_null(at(0x9001000));
	for (unsigned i = 0; i < table.nr; i++)
		assert_int_equal(table.region[i].ipa.v, table.region[i].pa.v);
}

static void only_prefetchable_64_bit_and_wide_windows_may_be_gathered(void **state)
{
	(void)state;
	device("pcie@10000000", 0x10000000, 0x10000000, HOST_PCI_MEM32, false);
	device("pcie@10000000", 0x30000000, 0x1000000, HOST_PCI_MEM32, true);
	device("pcie@10000000", 0x3f000000, 0x10000, HOST_PCI_IO, false);
	device("pcie@10000000", 0x8000000000, 0x8000000000, HOST_PCI_MEM64, true);
	device("fsl-mc@80c000000", 0x80c000000, PAGE_SIZE, HOST_MMIO_REG, false);
	device("fsl-mc@80c000000", 0x80c000000, 0x4000000, HOST_MMIO_REG, true);
	assert_int_equal(build(), 0);
	assert_int_equal(at(0x10000000)->type, REGION_MMIO);
	assert_int_equal(at(0x30000000)->type, REGION_MMIO);
	assert_int_equal(at(0x3f000000)->type, REGION_MMIO);
	assert_int_equal(at(0x8000000000)->type, REGION_PREFETCHABLE);
	assert_int_equal(at(0x80c000000)->type, REGION_MMIO);
	assert_int_equal(at(0x80c001000)->type, REGION_PREFETCHABLE);
}

static void the_gic_is_no_memory(void **state)
{
	static const enum region_type types[] = { REGION_RAM, REGION_DEVICE_MEMORY,
						  REGION_PREFETCHABLE };

	(void)state;
	host.gic.gicd = (struct range){ 0x8000000, 0x10000 };
	host.gic.gicr[0] = (struct range){ 0x80a0000, 0x80000 };
	host.gic.nr_gicr = 1;
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		table.nr = 0;
		configure("odd", 0x80f0000, 0x1000, types[i], (struct region_opts){ 0 });
		assert_int_equal(build(), -EINVAL);
		assert_non_null(strstr(diag.text, "region odd: type: "));
		assert_non_null(strstr(diag.text, "over the GIC's redistributors at 0x80a0000"));
	}
	table.nr = 0;
	configure("odd", 0x8000000, 0x1000, REGION_RAM, (struct region_opts){ 0 });
	assert_int_equal(build(), -EINVAL);
	assert_non_null(strstr(diag.text, "over the GIC's distributor at 0x8000000"));
	table.nr = 0;
	configure("odd", 0x8000000, 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	configure("raw", 0x80f0000, 0x1000, REGION_RAW, (struct region_opts){ .memattr = 15 });
	assert_int_equal(build(), 0);
}

static void the_gic_stays_where_the_guest_looks_for_it(void **state)
{
	(void)state;
	host.gic.gicd = (struct range){ 0x8000000, 0x10000 };
	host.gic.gicr[0] = (struct range){ 0x80a0000, 0x80000 };
	host.gic.nr_gicr = 1;
	configure_at("odd", 0x800f000, 0x9000000, 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	assert_int_equal(build(), -EINVAL);
	assert_string_equal(diag.text,
			    "region odd: ipa: 0x1000 bytes at 0x800f000 hide the GIC's distributor "
			    "at 0x8000000 from the guest: give another, which tools/regions lists");
	table.nr = 0;
	configure_at("odd", 0x8000000, 0x80000000, 0x100000, REGION_RAM,
		     (struct region_opts){ 0 });
	assert_int_equal(build(), -EINVAL);
	table.nr = 0;
	configure_at("odd", GIB(4), 0x8001000, 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	assert_int_equal(build(), -EINVAL);
	assert_string_equal(diag.text,
			    "region odd: ipa: takes 0x1000 bytes of the GIC's distributor at 0x8000000 "
			    "to where the guest does not look for them: leave ipa out");
	table.nr = 0;
	configure_at("odd", 0x80a0000 + 0x80000, 0x9000000, 0x1000, REGION_MMIO,
		     (struct region_opts){ 0 });
	assert_int_equal(build(), 0);
}

static void what_of_the_gic_would_write_memory_is_kept(void **state)
{
	(void)state;
	device("its@8080000", 0x8080000, 0x20000, HOST_MMIO_REG, false);
	device("gic@8000000", 0x8000000, 0x60000, HOST_MMIO_REG, false);
	host.gic.its[0].range = (struct range){ 0x8080000, 0x20000 };
	host.gic.nr_its = 1;
	host.gic.gich = (struct range){ 0x8030000, 0x1000 };
	host.gic.gicv = (struct range){ 0x8040000, 0x2000 };
	assert_int_equal(build(), 0);
	assert_null(at(0x8080000));
	assert_null(at(0x809ffff));
	assert_null(at(0x8030000));
	assert_null(at(0x8041000));
	assert_non_null(at(0x8000000));
	assert_non_null(at(0x8031000));
	assert_non_null(at(0x8042000));
}

static void a_limit_takes_the_lowest_memory(void **state)
{
	(void)state;
	config.memory = MIB(300);
	assert_int_equal(build(), 0);
	assert_int_equal(host_memory(), MIB(300));
	assert_non_null(at(0x4ffff000));
	assert_non_null(at(0x80000000 + MIB(300 - 254) - PAGE_SIZE));
	assert_null(at(0x80000000 + MIB(300 - 254)));
	assert_non_null(at(0x9000000));
}

static void regions_of_the_config_are_beside_the_limit(void **state)
{
	(void)state;
	config.memory = MIB(64);
	configure("scratch", 0x41000000, MIB(16), REGION_RAM,
		  (struct region_opts){ .expose = EXPOSE_RESERVED });
	assert_int_equal(build(), 0);
	assert_int_equal(host_memory(), MIB(64));
	assert_string_equal(at(0x41000000)->name, "scratch");
	assert_non_null(at(0x40000000 + MIB(64 + 2 + 16) - PAGE_SIZE));
	assert_null(at(0x40000000 + MIB(64 + 2 + 16)));
}

/* The guest's tree names it, wherever the limit is. Drivers may overlap, and lie across it. */
static void what_is_reserved_for_a_driver_is_beside_the_limit(void **state)
{
	(void)state;
	host.reserved[0] = (struct host_reserved){ { 0x88000000, MIB(2) }, .used = true,
						   .name = "ramoops@88000000" };
	host.reserved[1] = (struct host_reserved){ { 0x88100000, MIB(2) }, .no_map = true,
						   .used = true, .name = "dsp@88100000" };
	host.reserved[2] = (struct host_reserved){ { 0x8a000000, MIB(1) }, .no_map = true,
						   .firmware = true };
	host.reserved[3] = (struct host_reserved){ { 0x40000000 + MIB(65), MIB(2) },
						   .name = "screen" };
	host.nr_reserved = 4;
	host.caller[0] = (struct host_caller){ .nr_memory = 1, .name = "scmi" };
	host.caller[0].memory[0] = (struct range){ 0x8c000080, 0x80 };
	host.nr_callers = 1;
	config.memory = MIB(64);
	assert_int_equal(build(), 0);
	assert_int_equal(host_memory(), MIB(64 + 1 + 3) + PAGE_SIZE);
	assert_true(region_is_memory(at(0x40000000 + MIB(66) - PAGE_SIZE)));
	assert_non_null(at(0x40000000 + MIB(66)));
	assert_int_equal(at(0x40000000 + MIB(66))->opts.expose, EXPOSE_NONE);
	assert_string_equal(at(0x40000000 + MIB(66))->name, "screen");
	assert_null(at(0x40000000 + MIB(67)));
	assert_null(at(0x88000000 - PAGE_SIZE));
	assert_int_equal(at(0x88000000)->opts.expose, EXPOSE_NONE);
	assert_true(at(0x88000000)->attr.write);
	assert_string_equal(at(0x881fffff)->name, "ramoops@88000000");
	assert_string_equal(at(0x882fffff)->name, "dsp@88100000");
	assert_null(at(0x88300000));
	assert_null(at(0x8a000000));
	assert_string_equal(at(0x8c000000)->name, "scmi");
	assert_null(at(0x8c001000));
}

static void more_memory_than_there_is_is_refused(void **state)
{
	(void)state;
	config.memory = MIB(512) - image.size;
	assert_int_equal(build(), 0);
	setup(state);
	config.memory = MIB(512);
	assert_int_equal(build(), -ERANGE);
	assert_non_null(strstr(diag.text, "/guest: memory"));
	assert_non_null(strstr(diag.text, "524288 KiB"));
	assert_non_null(strstr(diag.text, "522240 KiB"));
}

static void a_region_over_mavis_is_refused_with_both_places(void **state)
{
	(void)state;
	configure("greedy", 0x40300000, MIB(4), REGION_RAM, (struct region_opts){ 0 });
	assert_int_equal(build(), -EBUSY);
	assert_non_null(strstr(diag.text, "greedy"));
	assert_non_null(strstr(diag.text, "0x40300000"));
	assert_non_null(strstr(diag.text, "Mavis"));
	assert_non_null(strstr(diag.text, "0x40200000"));
}

static void a_region_over_the_its_is_refused(void **state)
{
	(void)state;
	host.gic.its[0].range = (struct range){ 0x8080000, 0x20000 };
	host.gic.nr_its = 1;
	configure("its", 0x8080000, 0x20000, REGION_MMIO, (struct region_opts){ 0 });
	assert_int_equal(build(), -EBUSY);
	assert_non_null(strstr(diag.text, "ITS"));
}

static void what_the_firmware_keeps_is_not_the_guests(void **state)
{
	(void)state;
	host.reserved[0] = (struct host_reserved){ { 0x40000000, 0x1000 }, .firmware = true };
	host.reserved[1] = (struct host_reserved){ { 0x80000000, 0x1000 }, .no_map = true };
	host.nr_reserved = 2;
	assert_int_equal(build(), 0);
	assert_null(region_find(&table, IPA(0x40000000)));
	assert_non_null(region_find(&table, IPA(0x40001000)));
	assert_non_null(region_find(&table, IPA(0x80000000)));
}

/* Its node has all of an SRAM as its registers. */
static void what_the_firmware_keeps_of_an_sram_is_not_the_guests(void **state)
{
	(void)state;
	device("sram@70000000", 0x70000000, 0x200000, HOST_MMIO_REG, false);
	host.reserved[0] = (struct host_reserved){ { 0x701c0000, 0x20000 }, .no_map = true,
						   .firmware = true };
	host.reserved[1] = (struct host_reserved){ { 0x70000000, 0x1000 }, .no_map = true,
						   .used = true };
	host.nr_reserved = 2;
	assert_int_equal(build(), 0);
	assert_string_equal(at(0x70000000)->name, "sram@70000000");
	assert_string_equal(at(0x701bffff)->name, "sram@70000000");
	assert_null(at(0x701c0000));
	assert_null(at(0x701dffff));
	assert_string_equal(at(0x701e0000)->name, "sram@70000000");
}

/* The tree may name for a call what Mavis has since taken for itself. */
static void what_mavis_keeps_is_no_memory_of_a_call(void **state)
{
	(void)state;
	host.reserved[0] = (struct host_reserved){ { 0x8f000000, 0x10000 }, .firmware = true,
						   .mavis = true, .name = "Mavis itself" };
	host.reserved[1] = (struct host_reserved){ { 0x8e000000, 0x10000 }, .firmware = true };
	host.nr_reserved = 2;
	host.caller[0] = (struct host_caller){ .nr_memory = 3, .name = "scmi" };
	host.caller[0].memory[0] = (struct range){ 0x8f001080, 0x80 };
	host.caller[0].memory[1] = (struct range){ 0x8e001080, 0x80 };
	host.caller[0].memory[2] = (struct range){ 0x8effff80, 0x100 };
	host.nr_callers = 1;
	assert_int_equal(build(), 0);
	assert_null(at(0x8f000000));
	assert_null(at(0x8f001000));
	assert_string_equal(at(0x8e001000)->name, "scmi");
	assert_null(at(0x8e002000));
}

/* A driver maps it as it likes, and nobody hands it out. What others have there stays theirs. */
static void what_is_reserved_for_a_driver_need_not_be_in_a_bank(void **state)
{
	(void)state;
	config.mte = true;
	host.reserved[0] = (struct host_reserved){ { 0x18000000, 0x800000 }, .used = true,
						   .name = "vram@18000000" };
	host.reserved[1] = (struct host_reserved){ { 0x8fff0000, 0x20000 }, .no_map = true,
						   .used = true, .name = "dsp@8fff0000" };
	host.reserved[2] = (struct host_reserved){ .range = { 0x20000000, 0x1000 } };
	host.reserved[3] = (struct host_reserved){ { 0x18700000, 0x1000 }, .firmware = true };
	host.nr_reserved = 4;
	device("flash@18001000", 0x18001000, 0x1000, HOST_MMIO_REG, false);
	host.mmio[1].read_only = true;
	host.memory[0].size = MIB(128);
	assert_int_equal(build(), 0);
	assert_non_null(at(0x18000000));
	assert_string_equal(at(0x18000000)->name, "vram@18000000");
	assert_int_equal(at(0x18000000)->size, 0x1000);
	assert_int_equal(at(0x18000000)->attr.memattr, S2_NORMAL_WB);
	assert_false(region_is_memory(at(0x18000000)));
	assert_non_null(strstr(at(0x18000000)->reason, "trusted"));
	assert_true(table.mte);
	assert_string_equal(at(0x18001000)->name, "flash@18001000");
	assert_false(at(0x18001000)->attr.write);
	assert_string_equal(at(0x187fffff)->name, "vram@18000000");
	assert_null(at(0x18700000));
	assert_null(at(0x18800000));
	assert_true(region_is_memory(at(0x8fffffff)));
	assert_string_equal(at(0x90000000)->name, "dsp@8fff0000");
	assert_null(at(0x90010000));
	assert_null(at(0x20000000));
}

/* Though another device's node says that its registers are there. */
static void what_is_kept_is_nobodys(void **state)
{
	(void)state;
	host.kept[0] = (struct host_kept){ { 0x9020000, 0x1000 }, "it bites", "dog@9020000" };
	host.nr_kept = 1;
	device("bus@9000000", 0x9000000, 0x100000, HOST_MMIO_REG, false);
	assert_int_equal(build(), 0);
	assert_null(region_find(&table, IPA(0x9020000)));
	assert_non_null(region_find(&table, IPA(0x9021000)));

	setup(state);
	host.kept[0] = (struct host_kept){ { 0x9020000, 0x1000 }, "it bites", "dog@9020000" };
	host.nr_kept = 1;
	configure("mine", 0x9020000, 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	assert_int_equal(build(), -EBUSY);
	assert_non_null(strstr(diag.text, "mine: reg: "));
	assert_non_null(strstr(diag.text, "dog@9020000 (not for guests: it bites)"));
}

/* Unless the config has a region there, which says so itself. */
static void what_is_read_only_stays_so(void **state)
{
	(void)state;
	device("flash@0", 0, MIB(64), HOST_MMIO_REG, false);
	host.mmio[1].read_only = true;
	configure("mine", MIB(32), MIB(32), REGION_MMIO, (struct region_opts){ 0 });
	assert_int_equal(build(), 0);
	assert_true(region_find(&table, IPA(0))->attr.read);
	assert_false(region_find(&table, IPA(0))->attr.write);
	assert_true(region_find(&table, IPA(MIB(32)))->attr.write);
	assert_true(region_find(&table, IPA(0x9000000))->attr.write);
}

static void the_guest_has_mte_if_config_and_cpu_say_so(void **state)
{
	(void)state;
	assert_int_equal(build(), 0);
	assert_false(table.mte);
	setup(state);
	config.mte = true;
	assert_int_equal(build(), 0);
	assert_true(table.mte);
	assert_string_equal(table.mte_hidden_by, "");
}

static void memory_without_tags_hides_mte_from_the_guest(void **state)
{
	const struct region_opts no_tags = { .tags = TAGS_NO };

	(void)state;
	config.mte = true;
	config.memory = MIB(64);
	configure("untagged", 0x84000000, MIB(16), REGION_RAM, no_tags);
	configure("bar", 0x20000000, MIB(16), REGION_DEVICE_MEMORY,
		  (struct region_opts){ .untagged = UNTAGGED_NON_CACHEABLE });
	assert_int_equal(build(), 0);
	assert_false(table.mte);
	assert_string_equal(table.mte_hidden_by, "untagged");
	assert_non_null(strstr(at(0x84000000)->reason, "MTE"));
	/* nothing need be weakened for a guest without MTE */
	assert_int_equal(at(0x20000000)->attr.memattr, S2_NORMAL_WB);
	assert_string_equal(at(0x20000000)->reason, "by type");
}

static void reserved_memory_without_tags_need_not_hide_mte(void **state)
{
	(void)state;
	config.mte = true;
	configure("untagged", 0x84000000, MIB(16), REGION_RAM,
		  (struct region_opts){ .tags = TAGS_NO,
					.untagged = UNTAGGED_NON_CACHEABLE,
					.expose = EXPOSE_RESERVED });
	assert_int_equal(build(), 0);
	assert_true(table.mte);
	assert_int_equal(at(0x84000000)->attr.memattr, S2_NORMAL_NC);
	assert_int_equal(at(0x85000000)->attr.memattr, S2_NORMAL_WB);
}

static void a_bar_that_must_not_be_tagged_hides_mte_from_the_guest(void **state)
{
	struct region *bar = &config.bar[0].region;

	(void)state;
	config.mte = true;
	config.nr_bars = 1;
	*bar = (struct region){ .name = "gpu-bar", .type = REGION_DEVICE_MEMORY };
	assert_int_equal(build(), 0);
	assert_false(table.mte);
	assert_string_equal(table.mte_hidden_by, "gpu-bar");

	bar->opts.untagged = UNTAGGED_NON_CACHEABLE;
	table.nr = 0;
	assert_int_equal(build(), 0);
	assert_true(table.mte);
	bar->type = REGION_RAW;
	bar->opts.memattr = 0xff;
	table.nr = 0;
	assert_int_equal(build(), -EINVAL);
	assert_non_null(strstr(diag.text, "region gpu-bar: memattr"));
}

#define test(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_guest_has_all_but_mavis),
		test(only_prefetchable_64_bit_and_wide_windows_may_be_gathered),
		test(the_gic_is_no_memory),
		test(the_gic_stays_where_the_guest_looks_for_it),
		test(what_of_the_gic_would_write_memory_is_kept),
		test(a_limit_takes_the_lowest_memory),
		test(regions_of_the_config_are_beside_the_limit),
		test(what_is_reserved_for_a_driver_is_beside_the_limit),
		test(more_memory_than_there_is_is_refused),
		test(a_region_over_mavis_is_refused_with_both_places),
		test(a_region_over_the_its_is_refused),
		test(what_the_firmware_keeps_is_not_the_guests),
		test(what_the_firmware_keeps_of_an_sram_is_not_the_guests),
		test(what_mavis_keeps_is_no_memory_of_a_call),
		test(what_is_reserved_for_a_driver_need_not_be_in_a_bank),
		test(what_is_kept_is_nobodys),
		test(what_is_read_only_stays_so),
		test(the_guest_has_mte_if_config_and_cpu_say_so),
		test(memory_without_tags_hides_mte_from_the_guest),
		test(reserved_memory_without_tags_need_not_hide_mte),
		test(a_bar_that_must_not_be_tagged_hides_mte_from_the_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
