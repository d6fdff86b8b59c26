/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `as`: against a table of what the hypervisors' sources say, which is not made from ours:
 * tests/data/hypervisors.csv has their own encodings, for each CPU ("*": whatever it has).
 */
#include "boot/config/as.h"
#include "boot/guest/memory_map.h"
#include "boot/table.h"
#include "lib/errno.h"
#include "mm/resolve.h"
#include "tests/unit/test.h"

#define CSV "tests/data/hypervisors.csv"

static struct host host;
static struct config config;
static struct region_table table;
static struct diag diag;

static enum region_as parse_as(const char *name)
{
	for (enum region_as as = AS_MAVIS + 1; as < AS_NR; as++)
		if (!strcmp(as_name(as), name))
			return as;
	fail_msg("%s: no hypervisor", name);
	return AS_MAVIS;
}

static enum region_vma parse_vma(const char *name)
{
	for (enum region_vma v = VMA_BY_PLACE + 1; v < VMA_NR; v++)
		if (!strcmp(as_vma_name(v), name))
			return v;
	fail_msg("%s: no VMA", name);
	return VMA_BY_PLACE;
}

static bool fits(const char *cell, bool has)
{
	return *cell == '*' || *cell - '0' == has;
}

static void compare(char *col[8], const struct as_answer *a, const char *line)
{
	static const char *const shs[] = { [SH_NONE] = "none", [SH_OUTER] = "outer",
					   [SH_INNER] = "inner" };
	unsigned want = 0;

	if (!strcmp(col[5], "refuse")) {
		if (!a->refused)
			fail_msg("%s: is not refused", line);
		return;
	}
	for (const char *bit = col[5] + 2; *bit; bit++)
		want = want * 2 + (unsigned)(*bit - '0');
	if (a->refused || !a->maps || a->memattr != want || strcmp(shs[a->sh], col[6]) ||
	    (strcmp(col[7], "open") && a->exec != !strcmp(col[7], "yes")))
		fail_msg("%s: MemAttr %u SH %u execute %d", line, a->memattr, a->sh, a->exec);
}

static void each_rule_is_what_the_sources_say(void **state)
{
	static unsigned covered[AS_NR][VMA_NR];
	char line[200], whole[200];
	FILE *f = fopen(CSV, "r");

	(void)state;
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f)) {
		char *col[8], *rest = line;

		line[strcspn(line, "\n")] = '\0';
		strcpy(whole, line);
		for (unsigned i = 0; i < 8; i++)
			assert_non_null(col[i] = strsep(&rest, ","));
		for (unsigned cpu = 0; cpu < 8; cpu++) {
			enum region_as as = parse_as(col[0]);
			enum region_vma vma = parse_vma(col[1]);
			struct mm_caps caps = { .pa_bits = 48, .fwb = cpu & 1, .dic = cpu & 2 };
			bool mte = cpu & 4;
			struct as_answer a;

			if (!fits(col[2], caps.fwb) || !fits(col[3], caps.dic) ||
			    !fits(col[4], mte))
				continue;
			covered[as][vma]++;
			caps.fwb &= as_info(as)->fwb;	/* theirs, not the machine's */
			a = as_ask(as, vma, &caps, mte);
			compare(col, &a, whole);
		}
	}
	fclose(f);
	for (enum region_as as = AS_MAVIS + 1; as < AS_NR; as++)
		for (enum region_vma v = VMA_BY_PLACE + 1; v < VMA_NR; v++)
			assert_int_equal(covered[as][v], 8);
}

static void what_does_without_fwb_means_the_same_with_it(void **state)
{
	static const struct mm_caps fwb = { .pa_bits = 48, .fwb = true };

	(void)state;
	assert_int_equal(as_ask(AS_XEN_DOM0, VMA_VFIO_PCI, &fwb, false).memattr, S2_FWB_STAGE1);
	assert_int_equal(as_ask(AS_BAO, VMA_VFIO_PCI, &fwb, false).memattr, S2_DEVICE_GRE);
	assert_int_equal(as_ask(AS_BAO, VMA_ANONYMOUS, &fwb, false).memattr, S2_FWB_STAGE1);
}

static void what_memory_is_follows_from_type_and_place(void **state)
{
	struct region r = { .pa = PA(0x10000000), .size = 0x1000 };
	static const struct {
		enum region_type type;
		u8 tags;
		bool pci, window;
		enum region_vma is;
	} cases[] = {
		{ REGION_RAM, TAGS_BY_TYPE, false, false, VMA_ANONYMOUS },
		{ REGION_RAM, TAGS_NO, false, false, VMA_FILE },
		{ REGION_RAM, TAGS_BY_TYPE, true, false, VMA_VFIO_PCI },
		{ REGION_RAM, TAGS_NO, false, true, VMA_VFIO_PCI },
		{ REGION_DEVICE_MEMORY, TAGS_BY_TYPE, true, false, VMA_CACHEABLE },
		{ REGION_PREFETCHABLE, TAGS_BY_TYPE, true, false, VMA_VFIO_PCI },
		{ REGION_PREFETCHABLE, TAGS_BY_TYPE, false, true, VMA_VFIO_PCI },
		{ REGION_PREFETCHABLE, TAGS_BY_TYPE, false, false, VMA_VFIO_PLATFORM },
		{ REGION_MMIO, TAGS_BY_TYPE, true, false, VMA_VFIO_PCI },
		{ REGION_MMIO, TAGS_BY_TYPE, false, true, VMA_VFIO_PCI },
		{ REGION_MMIO, TAGS_BY_TYPE, false, false, VMA_VFIO_PLATFORM },
	};

	(void)state;
	memset(&host, 0, sizeof(host));
	host.mmio[0] = (struct host_mmio){ .range = { 0x10000000, 0x1000 },
					   .kind = HOST_PCI_MEM64 };
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		r.type = cases[i].type;
		r.opts.tags = cases[i].tags;
		host.nr_mmio = cases[i].window;
		assert_int_equal(as_vma(&r, &host, cases[i].pci), cases[i].is);
	}
	assert_int_equal(as_vma(&r, NULL, false), VMA_VFIO_PLATFORM);
}

static struct region applied(enum region_as as, enum region_vma vma, bool far,
			     const struct mm_caps *caps, bool mte, int err)
{
	struct region r = {
		.name = "card",
		.type = REGION_DEVICE_MEMORY,
		.origin = REGION_FROM_CONFIG,
		.opts = { .as = (u8)as, .vma = (u8)vma, .as_far = far },
	};
	bool hides;

	assert_int_equal(as_apply(&r, caps, mte, &diag), err);
	if (!err)
		assert_int_equal(region_resolve(&r, caps, mte, &hides, &diag), 0);
	return r;
}

static void a_region_has_what_the_hypervisor_makes_of_it(void **state)
{
	static const struct mm_caps plain = { .pa_bits = 48 };
	struct region r = applied(AS_BAO, VMA_CACHEABLE, false, &plain, false, 0);
	char text[200];

	(void)state;
	assert_int_equal(r.attr.memattr, S2_DEVICE_GRE);
	assert_int_equal(r.attr.sh, SH_NONE);
	assert_true(r.attr.exec);
	assert_int_equal(r.opts.unaligned, UNALIGNED_ENDS);
	table_name(text, sizeof(text), &r);
	assert_string_equal(text, "card (as bao, cacheable)");

	r = applied(AS_XEN_DOMU, VMA_VFIO_PCI, false, &plain, false, 0);
	assert_int_equal(r.attr.memattr, S2_DEVICE_nGnRE);
	assert_int_equal(r.attr.sh, SH_OUTER);
	assert_int_equal(r.opts.unaligned, UNALIGNED_BAD_SIZE);
	assert_false(r.attr.exec);
}

/* Neither the type nor the config's word gives it back: KVM's Device memory is execute-never. */
static void what_the_hypervisor_does_not_execute_is_not_executed(void **state)
{
	static const struct mm_caps plain = { .pa_bits = 48 };
	bool hides;

	(void)state;
	for (unsigned exec = 0; exec < 2; exec++) {
		struct region dax = {
			.name = "dax",
			.type = REGION_RAM,
			.origin = REGION_FROM_CONFIG,
			.opts = { .as = AS_KVM_6_9,
				  .vma = VMA_CACHEABLE,
				  .tags = TAGS_NO,
				  .exec = exec },
		};

		assert_int_equal(as_apply(&dax, &plain, false, &diag), 0);
		assert_int_equal(region_resolve(&dax, &plain, false, &hides, &diag), 0);
		assert_int_equal(dax.attr.memattr, S2_DEVICE_nGnRE);
		assert_false(dax.attr.exec);
	}
}

static void what_it_refuses_stops_the_boot_by_name_and_reason(void **state)
{
	static const struct mm_caps fwb = { .pa_bits = 48, .fwb = true };
	static const struct mm_caps both = { .pa_bits = 48, .fwb = true, .dic = true };

	(void)state;
	applied(AS_KVM_6_17, VMA_CACHEABLE, false, &fwb, false, -EPERM);
	assert_non_null(strstr(diag.text, "region card: as: kvm-6.17 would not map it"));
	assert_non_null(strstr(diag.text, "FEAT_S2FWB and CTR_EL0.DIC"));
	applied(AS_KVM_6_17, VMA_CACHEABLE, false, &both, false, 0);
	applied(AS_KVM_6_9, VMA_VFIO_PCI, false, &both, true, -EPERM);
	assert_non_null(strstr(diag.text, "as its memory is vfio-pci: the guest has MTE"));
	applied(AS_KVM_6_9, VMA_ANONYMOUS, false, &both, true, 0);
}

static void as_far_as_possible_leaves_what_is_left(void **state)
{
	static const struct mm_caps mte = { .pa_bits = 48, .mte = true };
	char text[200];
	struct region r = applied(AS_KVM_6_9, VMA_VFIO_PCI, true, &mte, true, 0);

	(void)state;
	assert_int_equal(r.attr.memattr, S2_NORMAL_NC);	/* what it is without MTE */
	table_name(text, sizeof(text), &r);
	assert_non_null(strstr(text, "(kvm-6.9 would not map it, as vfio-pci: the guest has MTE"));

	r = applied(AS_KVM_6_17, VMA_CACHEABLE, true, &mte, false, 0);
	assert_int_equal(r.attr.memattr, S2_NORMAL_WB);	/* by type: it has nothing to say */
}

/* Of the machine's own, RAM is the VM's; its devices are what a VMM emulates: none is refused. */
static void as_of_the_guest_is_for_what_no_region_names(void **state)
{
	static const struct mm_caps caps = { .pa_bits = 40, .mte = true };

	(void)state;
	memset(&host, 0, sizeof(host));
	config = (struct config){ .bootargs = "", .mte = true, .as = AS_KVM_6_9 };
	host.memory[host.nr_memory++] = (struct range){ 0x40000000, MIB(256) };
	host.mmio[host.nr_mmio++] = (struct host_mmio){ .range = { 0x9000000, 0x1000 } };
	host.mmio[host.nr_mmio++] = (struct host_mmio){ .range = { 0x10000000, MIB(1) },
							.kind = HOST_PCI_MEM32 };
	assert_int_equal(memory_map_start(&table, &config, &caps, &diag), 0);
	assert_int_equal(memory_map_finish(&table, &host, &config, (struct range){ 0 }, &caps,
					   &diag), 0);
	assert_true(table.mte);
	assert_int_equal(region_find(&table, IPA(0x9000000))->attr.memattr, S2_DEVICE_nGnRE);
	assert_int_equal(region_find(&table, IPA(0x10000000))->attr.memattr, S2_NORMAL_NC);
	assert_int_equal(region_find(&table, IPA(0x40000000))->attr.memattr, S2_NORMAL_WB);
	assert_int_equal(region_find(&table, IPA(0x40000000))->opts.vma, VMA_ANONYMOUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_is_what_the_sources_say),
		cmocka_unit_test(what_does_without_fwb_means_the_same_with_it),
		cmocka_unit_test(what_memory_is_follows_from_type_and_place),
		cmocka_unit_test(a_region_has_what_the_hypervisor_makes_of_it),
		cmocka_unit_test(what_the_hypervisor_does_not_execute_is_not_executed),
		cmocka_unit_test(what_it_refuses_stops_the_boot_by_name_and_reason),
		cmocka_unit_test(as_far_as_possible_leaves_what_is_left),
		cmocka_unit_test(as_of_the_guest_is_for_what_no_region_names),
	};

	return cmocka_run_group_tests_name("as", tests, NULL, NULL);
}
