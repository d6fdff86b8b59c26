/* SPDX-License-Identifier: Apache-2.0 */
/* Which calls of the firmware pass: from the machine's nodes and the config to the registers. */
#include "boot/guest/calls.h"

#include "boot/machine/callers.h"
#include "boot/machine/fdt.h"
#include "boot/machine/kept.h"
#include "hyp/cpu.h"
#include "hyp/smccc.h"
#include "lib/errno.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/test.h"
#include "tests/unit/tree.h"

#define REFUSED ((u64)PSCI_NOT_SUPPORTED)
#define SHMEM	0x4ff00000

static void *fdt;
static struct host host;
static struct config config;
static struct region_table regions;
static struct dt_prop withheld;
static struct diag diag;

static void add_region(u64 base, u64 size)
{
	regions.region[regions.nr++] = (struct region){
		.ipa = IPA(base), .pa = PA(base), .size = size, .type = REGION_RAM,
	};
}

static int setup(void **state)
{
	(void)state;
	fake_machine_reset();
	fdt = tree_load("virt-gicv3");
	config = (struct config){ .bootargs = "" };
	withheld = (struct dt_prop){ NULL, 0 };
	regions.nr = 0;
	add_region(0x40000000, MIB(256));
	return 0;
}

static int cleanup(void **state)
{
	(void)state;
	free(fdt);
	return 0;
}

static void node(const char *name, const char *compatible)
{
	char path[64];

	snprintf(path, sizeof(path), "/%s", name);
	tree_set_string(fdt, path, "compatible", compatible);
}

static void settle(void)
{
	if (host_check(fdt, fdt_totalsize(fdt), &diag) || host_read(fdt, &host, &diag))
		fail_msg("%s", diag.text);
	if (host_withhold(&host, withheld, &diag))
		fail_msg("%s", diag.text);
	calls_ask_for_memory(&host, &config);
	machine.nr_passed = 0;
	if (calls_settle(&host, &config, &regions, &call_rules, &diag))
		fail_msg("%s", diag.text);
}

/* x0 afterwards. */
static u64 call(u64 fid, u64 x1)
{
	struct frame f = { .x = { fid, x1 } };

	smccc_call(&f, &cpus[0], 0);
	return f.x[0];
}

static void succeeds(u64 *x)
{
	x[0] = 0;
}

static bool passes(u32 fid, u64 x1)
{
	unsigned before = machine.nr_passed;

	machine.answer = succeeds;
	call(fid, x1);
	return machine.nr_passed > before;
}

static const char *described(void)
{
	static char text[320];

	assert_int_equal(host.nr_callers, 1);
	calls_describe(&host, &config, &regions, 0, text, sizeof(text));
	return text;
}

static void describes(const char *part)
{
	if (!strstr(described(), part))
		fail_msg("\"%s\" does not say \"%s\"", described(), part);
}

static void what_no_node_has_is_refused_and_said_once(void **state)
{
	(void)state;
	settle();
	assert_int_equal(host.nr_callers, 0);
	assert_int_equal(call(0x82004711, 0x33), REFUSED);
	assert_non_null(strstr(machine.said, "0x82004711, x1 0x33: refused: no node"));
	assert_int_equal(call(0x82004711, 0), REFUSED);
	assert_int_equal(machine.nr_said, 1);
	assert_int_equal(machine.nr_passed, 0);
}

/* Linux asks for FFA_VERSION without a node. */
static void what_allow_smc_does_not_pass_it_is_not_said_to_pass(void **state)
{
	static const u32 nobodys[] = { 0xc4000020, 0x84000041, 0x84000063, 0xc40000ef, 0xb200000d,
				       0xbf000002, 0x82000020, 0xc20000fd };

	(void)state;
	settle();
	for (unsigned i = 0; i < ARRAY_SIZE(nobodys); i++) {
		machine.said[0] = '\0';
		assert_int_equal(call(nobodys[i], 0), REFUSED);
		assert_non_null(strstr(machine.said, "refused: Mavis passes that to nobody"));
	}
	machine.said[0] = '\0';
	call(0x84000064, 0);
	assert_non_null(strstr(machine.said, "firmware call 0x84000064 of FF-A, x1 0x0: refused"));
	assert_int_equal(machine.nr_passed, 0);
}

static void what_kernels_ask_of_anyone_is_refused_without_a_word(void **state)
{
	static const u32 asked[] = { 0x80007ffe, 0xc1000001, 0x8400001f, 0xc4000190, 0xc5000020,
				     0x8600ff01 };

	(void)state;
	settle();
	for (unsigned i = 0; i < ARRAY_SIZE(asked); i++)
		assert_int_equal(call(asked[i], 0), REFUSED);
	assert_int_equal(machine.nr_said, 0);
}

static void a_nodes_calls_pass_by_their_class(void **state)
{
	static const struct {
		const char *compatible;
		u32 fid;
		u64 x1;
		bool plain;
	} cases[] = {
		{ "xlnx,zynqmp-firmware", 0xc2000001, 0, true },
		{ "xlnx,zynqmp-firmware", 0xc2000a03, 0, true },
		{ "xlnx,zynqmp-firmware", 0xc2000002, 0, false },
		{ "xlnx,zynqmp-firmware", 0xc200000a, 0, false },
		{ "xlnx,zynqmp-firmware", 0xc2000013, 0, false },
		{ "xlnx,zynqmp-firmware", 0xc2000016, 0, false },
		{ "xlnx,zynqmp-firmware", 0xc2000035, 0, false },
		{ "xlnx,zynqmp-firmware", 0xc2000011, 1016, true },
		{ "xlnx,zynqmp-firmware", 0xc2000022, 7, true },
		{ "xlnx,zynqmp-firmware", 0xc2000022, 7 | 1ul << 32, false },
		{ "xlnx,zynqmp-firmware", 0xc2000022, 7 | 4ul << 32, true },
		{ "xlnx,zynqmp-ipi-mailbox", 0x82001006, 0, true },
		{ "xlnx,versal-firmware", 0xc2000001, 0, false },
		{ "qcom,scm-sdm845", 0xc2000601, 0, true },
		{ "qcom,scm", 0xc2000c16, 0, false },
		{ "qcom,scm", 0x72000101, 0, false },
		{ "amlogic,meson-gxbb-sm", 0x82000094, 0, true },
		{ "fsl,imx8m-ddrc", 0xc2000004, 0, true },
		{ "fsl,imx8mp-cm7", 0xc2000005, 0, false },
		{ "fsl,imx8qxp-sc-rtc", 0xc2000002, 0, true },
		{ "rockchip,rk3399-cru", 0x82000008, 0, true },
		{ "marvell,comphy-cp110", 0x82000002, 0, true },
		{ "mediatek,mt8195-edp-tx", 0xc2000523, 0x21, true },
		{ "mediatek,mt8173-hdmi", 0x82000001, 0x14000904, true },
		{ "mediatek,mt8195-dvfsrc", 0xc2000506, 0, true },
		{ "mediatek,mt8188-smi-larb", 0xc2000514, 0, false },
		{ "arm,smc-wdt", 0x82003d06, 0, true },
		{ "nvidia,tegra210-pmc", 0xc2fffe00, 0, false },
		{ "google,gs101-ufs", 0xc2001810, 0, true },
		{ "intel,stratix10-svc", 0x42000002, 0, false },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		node("caller", cases[i].compatible);
		config.firmware_calls = FIRMWARE_CALLS_BY_TREE;
		settle();
		if (passes(cases[i].fid, cases[i].x1) != cases[i].plain)
			fail_msg("%s: %#x, %#lx by tree", cases[i].compatible, cases[i].fid,
				 cases[i].x1);
		config.firmware_calls = FIRMWARE_CALLS_TRUSTED;
		settle();
		if (!passes(cases[i].fid, cases[i].x1))
			fail_msg("%s: %#x, %#lx trusted", cases[i].compatible, cases[i].fid,
				 cases[i].x1);
		config.firmware_calls = FIRMWARE_CALLS_NONE;
		settle();
		if (passes(cases[i].fid, cases[i].x1))
			fail_msg("%s: %#x, %#lx none", cases[i].compatible, cases[i].fid,
				 cases[i].x1);
	}
}

/* QEMU answers although its CPUs have no EL3; elsewhere it would be EL2's own undefined one. */
static void an_smc_is_for_machines_that_have_it(void **state)
{
	(void)state;
	assert_true(firmware_takes_smc(CONDUIT_SMC, 0x11));
	assert_true(firmware_takes_smc(CONDUIT_SMC, 0x1111));
	assert_true(firmware_takes_smc(CONDUIT_NONE, 0x2222));
	assert_false(firmware_takes_smc(CONDUIT_NONE, 0x10111));
	assert_false(firmware_takes_smc(CONDUIT_HVC, 0x0111));
}

static void a_node_that_is_disabled_has_no_calls(void **state)
{
	(void)state;
	node("caller", "xlnx,zynqmp-firmware");
	tree_set_string(fdt, "/caller", "status", "disabled");
	settle();
	assert_false(passes(0xc2000001, 0));
}

static void a_node_that_is_withheld_has_no_calls_but_the_next_of_its_kind_has(void **state)
{
	static const char first[] = "/caller", both[] = "/caller\0/other";

	(void)state;
	node("caller", "xlnx,zynqmp-firmware");
	node("other", "xlnx,zynqmp-firmware");
	withheld = (struct dt_prop){ (const u8 *)first, sizeof(first) };
	settle();
	assert_true(passes(0xc2000001, 0));
	assert_string_equal(host.caller[0].name, "other");
	withheld = (struct dt_prop){ (const u8 *)both, sizeof(both) };
	settle();
	assert_false(passes(0xc2000001, 0));
}

static void resets_of_what_el2_runs_on_pass_to_nobody(void **state)
{
	static const u16 resets[] = { 1017, 1025, 1026, 1028, 1057, 1065, 1071 };

	(void)state;
	node("caller", "xlnx,zynqmp-firmware");
	config.firmware_calls = FIRMWARE_CALLS_TRUSTED;
	settle();
	for (unsigned i = 0; i < ARRAY_SIZE(resets); i++)
		assert_false(passes(0xc2000011, resets[i] | 1ul << 32));
	/* Nor by name: other resets have the same identifier. */
	config.allow_smc.pair[0].first = config.allow_smc.pair[0].last = 0xc2000011;
	config.allow_smc.nr = 1;
	for (unsigned mode = 0; mode < 3; mode++) {
		config.firmware_calls = (u8)mode;
		settle();
		assert_false(passes(0xc2000011, 1057 | 1ul << 32));
		assert_true(passes(0xc2000011, 1001 | 1ul << 32));
	}
	/* With SMCCC 1.3's hint it is the same call. */
	config.allow_smc.pair[0].first = config.allow_smc.pair[0].last = 0xc2010011;
	settle();
	assert_false(passes(0xc2010011, 1057 | 1ul << 32));
	assert_true(passes(0xc2010011, 1001 | 1ul << 32));
}

static void scmi_shmem(u64 base)
{
	node("scmi", "arm,scmi-smc");
	TREE_CELLS(fdt, "/scmi", "arm,smc-id", 0x820000aa);
	TREE_CELLS(fdt, "/scmi", "shmem", 0x7001);
	TREE_CELLS(fdt, "/mailbox", "reg", 0, (u32)base, 0, 0x100);
	TREE_CELLS(fdt, "/mailbox", "phandle", 0x7001);
}

static void scmi_passes_where_its_memory_is_the_guests(void **state)
{
	(void)state;
	scmi_shmem(SHMEM);
	settle();
	assert_true(passes(0x820000aa, 0));
	assert_false(passes(0x820000ab, 0));
	describes("scmi: passed, with memory at 0x4ff00000");

	scmi_shmem(0x50000000);		/* beyond the region */
	settle();
	assert_false(passes(0x820000aa, 0));
	describes("0x100 bytes at 0x50000000, is not the guest's");

	regions.region[0].ipa = IPA(0x80000000);	/* the guest's, but elsewhere */
	scmi_shmem(SHMEM);
	settle();
	assert_false(passes(0x820000aa, 0));
}

static void scmis_memory_may_be_a_protocols_and_is_registers_outside_of_banks(void **state)
{
	bool found = false;

	(void)state;
	scmi_shmem(0x3010f000);
	tree_delete(fdt, "/scmi", "shmem");
	TREE_CELLS(fdt, "/scmi/protocol@14", "shmem", 0x7001);
	settle();
	for (unsigned i = 0; i < host.nr_mmio; i++)
		found |= host.mmio[i].range.base == 0x3010f000 &&
			 host.mmio[i].range.size == PAGE_SIZE;
	assert_true(found);
	assert_int_equal(host.caller[0].nr_memory, 1);

	tree_delete(fdt, "/mailbox", NULL);
	settle();
	assert_false(passes(0x820000aa, 0));
	describes("the node's shmem leads to no memory");
}

static u64 page;

static void amlogic(u64 *x)
{
	if (x[0] == 0x82000020 || x[0] == 0x82000021)
		x[0] = page;
}

static void amlogics_calls_pass_with_the_pages_that_the_firmware_names(void **state)
{
	static const u64 wrong[] = { 0, REFUSED, 0x60000000, 0xfffff800 };

	(void)state;
	node("sm", "amlogic,meson-gxbb-sm");
	page = SHMEM;
	machine.answer = amlogic;
	settle();
	assert_true(passes(0x82000030, 0));
	describes("sm: passed, with memory at 0x4ff00000");

	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		page = wrong[i];
		machine.answer = amlogic;
		settle();
		assert_false(passes(0x82000020, 0));
		assert_int_equal(call(0x82000020, 0), 0);	/* its driver's refusal */
		assert_true(passes(0x82000093, 0));
		describes("refused");
	}
}

static u64 capabilities;

static void optee(u64 *x)
{
	if (x[0] == 0xb2000007)
		x[1] = SHMEM, x[2] = MIB(1), x[0] = 0;
	else if (x[0] == 0xb2000009)
		x[1] = capabilities, x[0] = 0;
}

static void optee_passes_if_it_goes_to_one_place_alone(void **state)
{
	(void)state;
	node("optee", "linaro,optee-tz");
	for (capabilities = 0; capabilities < 8; capabilities++) {
		bool fixed = (capabilities & 5) == 1;

		machine.answer = optee;
		settle();
		if (passes(0x32000004, 0) != fixed)
			fail_msg("capabilities %#lx", capabilities);
		assert_true(passes(0xbf00ff01, 0));
		assert_false(passes(0xb200000d, 0));
		assert_false(passes(0xbf000002, 0));
		describes(fixed ? "passed, with memory at" : "they can have OP-TEE read");
	}
}

static void none_asks_no_firmware(void **state)
{
	(void)state;
	node("optee", "linaro,optee-tz");
	config.firmware_calls = FIRMWARE_CALLS_NONE;
	if (host_read(fdt, &host, &diag))
		fail_msg("%s", diag.text);
	calls_ask_for_memory(&host, &config);
	assert_int_equal(machine.nr_passed, 0);
}

static void the_user_may_allow_more(void **state)
{
	(void)state;
	config.allow_smc.nr = 1;
	config.allow_smc.pair[0].first = 0x82000100;
	config.allow_smc.pair[0].last = 0x82000102;
	config.firmware_calls = FIRMWARE_CALLS_NONE;
	settle();
	assert_false(passes(0x820000ff, 0));
	assert_true(passes(0x82000100, 0));
	assert_true(passes(0x82000102, 0));
	assert_false(passes(0x82000103, 0));
}

static void numbers(u64 *x)
{
	for (unsigned i = 0; i < FIRMWARE_NR_REGS; i++)
		x[i] = 0x100 + i;
}

static void call_numbered(struct frame *f, u32 fid)
{
	for (unsigned i = 0; i < ARRAY_SIZE(f->x); i++)
		f->x[i] = (u64)i << 32 | i;
	f->x[0] = fid;
	machine.answer = numbers;
	smccc_call(f, &cpus[0], 0);
}

static void registers_go_and_come_as_the_convention_has_them(void **state)
{
	struct frame f;

	(void)state;
	config.allow_smc.nr = 2;
	config.allow_smc.pair[0].first = config.allow_smc.pair[0].last = 0xc2000200;
	config.allow_smc.pair[1].first = config.allow_smc.pair[1].last = 0x82000200;
	settle();

	call_numbered(&f, 0xc2000200);
	assert_int_equal(machine.passed[0], 0xc2000200);
	for (unsigned i = 1; i < FIRMWARE_NR_REGS; i++)
		assert_int_equal(machine.passed[i], (u64)i << 32 | i);
	for (unsigned i = 0; i < ARRAY_SIZE(f.x); i++)
		assert_int_equal(f.x[i], i < 18 ? 0x100 + i : (u64)i << 32 | i);

	call_numbered(&f, 0x82000200);
	for (unsigned i = 1; i < 8; i++)
		assert_int_equal(machine.passed[i], i);

	firmware.smccc_version = 0x10001;
	call_numbered(&f, 0xc2000200);
	for (unsigned i = 0; i < ARRAY_SIZE(f.x); i++)
		assert_int_equal(f.x[i], i < 4 ? 0x100 + i : (u64)i << 32 | i);
}

static void a_trusted_os_is_not_told_who_calls(void **state)
{
	struct frame f;

	(void)state;
	node("optee", "linaro,optee-tz");
	config.firmware_calls = FIRMWARE_CALLS_TRUSTED;
	settle();
	call_numbered(&f, 0xb2000000);
	assert_int_equal(machine.passed[6], 6);
	assert_int_equal(machine.passed[7], 0);
	call_numbered(&f, 0x32000004);
	assert_int_equal(machine.passed[7], 0);
}

static void interrupts(u64 *x)
{
	x[0] = 1;
	x[6] = 0x5e55;
}

static void qualcomms_calls_are_resumed_if_they_were_interrupted(void **state)
{
	struct frame f = { .x = { 0xc2000601, 1, [6] = 6 } };

	(void)state;
	node("scm", "qcom,scm");
	firmware.smccc_version = 0;
	settle();
	assert_false(passes(1, 0xffff0000));

	machine.answer = interrupts;
	smccc_call(&f, &cpus[0], 0);
	assert_int_equal(f.x[0], 1);
	assert_int_equal(f.x[6], 0x5e55);
	smccc_call(&f, &cpus[1], 0);		/* a task may have gone to another CPU */
	assert_int_equal(machine.passed[0], 1);
	assert_int_equal(machine.passed[6], 0x5e55);
	assert_true(passes(1, 0));		/* that was interrupted again */
	assert_false(passes(1, 0));
}

static void allowing_passes_by_no_resume_and_no_x6(void **state)
{
	struct frame f = { .x = { 0xc2000501 } };

	(void)state;
	node("scm", "qcom,scm");
	config.firmware_calls = FIRMWARE_CALLS_NONE;
	config.allow_smc.nr = 1;
	config.allow_smc.pair[0].first = config.allow_smc.pair[0].last = 0xc2000501;
	firmware.smccc_version = 0;
	settle();
	machine.answer = interrupts;
	smccc_call(&f, &cpus[0], 0);
	assert_int_equal(f.x[6], 0x5e55);
	assert_true(passes(1, 0));
}

static bool seen(u32 fid, struct call_seen *out)
{
	for (u64 n = 0; calls_seen(n, out); n++)
		if (out->fid == fid)
			return true;
	return false;
}

/* Of more identifiers than there is room for, those that come too late are not counted, or said. */
static void calls_are_counted_by_identifier(void **state)
{
	struct call_seen s;

	(void)state;
	node("scm", "qcom,scm");
	settle();
	call(0x82000601, 0);
	call(0x82000601, 0);
	call(0x82000c16, 0);
	assert_true(seen(0x82000601, &s));
	assert_true(s.passed == 2 && s.refused == 0);
	assert_string_equal(call_rules.name[s.node], "scm");
	assert_true(seen(0x82000c16, &s));
	assert_true(s.passed == 0 && s.refused == 1);
	assert_false(seen(0x82000c17, &s));

	for (u32 n = 0; n < CALLS_MAX_SEEN; n++)
		call(0x83000000 + n, 0);
	assert_true(seen(0x83000000, &s));
	assert_int_equal(s.node, call_rules.nr_names);
	assert_false(seen(0x83000000 + CALLS_MAX_SEEN - 1, &s));
	machine.nr_said = 0;
	assert_int_equal(call(0x83000000 + CALLS_MAX_SEEN - 1, 0), REFUSED);
	assert_int_equal(machine.nr_said, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, cleanup)
	const struct CMUnitTest tests[] = {
		TEST(what_no_node_has_is_refused_and_said_once),
		TEST(what_allow_smc_does_not_pass_it_is_not_said_to_pass),
		TEST(what_kernels_ask_of_anyone_is_refused_without_a_word),
		TEST(a_nodes_calls_pass_by_their_class),
		TEST(a_node_that_is_disabled_has_no_calls),
		TEST(an_smc_is_for_machines_that_have_it),
		TEST(a_node_that_is_withheld_has_no_calls_but_the_next_of_its_kind_has),
		TEST(resets_of_what_el2_runs_on_pass_to_nobody),
		TEST(scmi_passes_where_its_memory_is_the_guests),
		TEST(scmis_memory_may_be_a_protocols_and_is_registers_outside_of_banks),
		TEST(amlogics_calls_pass_with_the_pages_that_the_firmware_names),
		TEST(optee_passes_if_it_goes_to_one_place_alone),
		TEST(none_asks_no_firmware),
		TEST(the_user_may_allow_more),
		TEST(registers_go_and_come_as_the_convention_has_them),
		TEST(a_trusted_os_is_not_told_who_calls),
		TEST(qualcomms_calls_are_resumed_if_they_were_interrupted),
		TEST(allowing_passes_by_no_resume_and_no_x6),
		TEST(calls_are_counted_by_identifier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
