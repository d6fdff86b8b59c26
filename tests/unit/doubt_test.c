/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine: memory of 256 MiB at 1 GiB and at 2 GiB, a UART, a host bridge with its
 * configuration space and two windows, memory reserved for three purposes.
 */
#include "boot/guest/doubt.h"

#include "lib/errno.h"
#include "tests/unit/test.h"

#define NONE	((struct region_opts){ .expose = EXPOSE_NONE })

static struct host host;
static struct config config;
static struct region_table table;
static struct doubts doubts;
static struct diag diag;
static char said[320];

static void device(const char *name, u64 base, u64 size, enum host_mmio_kind kind)
{
	struct host_mmio *m = &host.mmio[host.nr_mmio++];

	*m = (struct host_mmio){ .range = { base, size }, .kind = kind };
	snprintf(m->name, sizeof(m->name), "%s", name);
}

static void reserve(const char *name, u64 base, bool no_map, bool firmware)
{
	struct host_reserved *r = &host.reserved[host.nr_reserved++];

	*r = (struct host_reserved){ .range = { base, MIB(1) },
				     .no_map = no_map,
				     .firmware = firmware };
	snprintf(r->name, sizeof(r->name), "%s", name);
}

static int setup(void **state)
{
	(void)state;
	memset(&host, 0, sizeof(host));
	config = (struct config){ .bootargs = "" };
	host.memory[0] = (struct range){ GIB(1), MIB(256) };
	host.memory[1] = (struct range){ GIB(2), MIB(256) };
	host.nr_memory = 2;
	device("uart@9000000", 0x9000000, 0x1000, HOST_MMIO_REG);
	device("pcie@10000000", 0x10000000, MIB(16), HOST_PCI_ECAM);
	device("pcie@10000000", 0x20000000, MIB(256), HOST_PCI_MEM32);
	reserve("linux,cma", GIB(1) + MIB(64), false, false);
	reserve("gpu", GIB(1) + MIB(65), true, false);
	reserve("tfa", GIB(1) + MIB(66), true, true);
	return 0;
}

/* A region `x` of the config, in a finished table. */
static void describe_at(u64 ipa, u64 pa, u64 size, enum region_type type, struct region_opts opts)
{
	struct mm_caps caps = { .pa_bits = 40 };
	struct region r = {
		.name = "x",
		.ipa = IPA(ipa),
		.pa = PA(pa),
		.size = size,
		.type = type,
		.origin = REGION_FROM_CONFIG,
		.opts = opts,
	};

	table.nr = 0;
	assert_int_equal(region_add(&table, &r, &diag), 0);
	if (region_table_finish(&table, &caps, false, &diag))
		fail_msg("%s", diag.text);
	doubts = (struct doubts){ .host = &host, .config = &config, .regions = &table };
	doubts.caps = caps;
}

static void describe(u64 pa, u64 size, enum region_type type, struct region_opts opts)
{
	describe_at(pa, pa, size, type, opts);
}

static void nothing(void)
{
	if (doubt_next(&doubts, said, sizeof(said)))
		fail_msg("%s", said);
}

static void once(const char *start, const char *more)
{
	assert_true(doubt_next(&doubts, said, sizeof(said)));
	if (strncmp(said, start, strlen(start)) || !strstr(said, more))
		fail_msg("\"%s\" is not \"%s ... %s\"", said, start, more);
	assert_true(strlen(said) < sizeof(said) - 1);
	nothing();
	nothing();
}

static void memory_that_is_there_is_no_doubt(void **state)
{
	(void)state;
	describe(GIB(1), MIB(256), REGION_RAM, (struct region_opts){ 0 });
	nothing();
	describe(GIB(2) + MIB(255), MIB(1), REGION_RAM,
		 (struct region_opts){ .expose = EXPOSE_PMEM });
	nothing();
}

static void memory_that_is_not_there_is_named_by_what_is(void **state)
{
	(void)state;
	describe(0x1000000000 - MIB(2), MIB(2), REGION_RAM, (struct region_opts){ 0 });
	once("region x: is ram, but of it no memory node of the device tree has 0xfffe00000 to "
	     "0xfffffffff, nor", "anything else there");
	describe(GIB(1) + MIB(255), MIB(2), REGION_RAM, (struct region_opts){ 0 });
	once("region x: is ram", "has 0x50000000 to 0x500fffff, nor");
	describe(GIB(1) - MIB(1), MIB(2), REGION_RAM, (struct region_opts){ 0 });
	once("region x: is ram", "has 0x3ff00000 to 0x3fffffff, nor");
	describe(GIB(1), GIB(1) + MIB(256), REGION_RAM, (struct region_opts){ 0 });
	once("region x: is ram", "has 0x50000000 to 0x7fffffff, nor");
	host.reserved[host.nr_reserved++] =
		(struct host_reserved){ { 0x30000000, MIB(1) }, .used = true, .name = "ramoops" };
	describe(0x30000000, MIB(1), REGION_RAM, (struct region_opts){ 0 });
	nothing();
	host.reserved[--host.nr_reserved].used = false;
	describe(0x30000000, MIB(1), REGION_RAM, (struct region_opts){ 0 });
	once("region x: is ram", "has 0x30000000 to 0x300fffff");
	describe(0x20000000, MIB(1), REGION_RAM, (struct region_opts){ 0 });
	once("region x: is ram", "0x200fffff, where it has pcie@10000000");
	describe(GIB(3), MIB(1), REGION_RAW, (struct region_opts){ .expose = EXPOSE_MEMORY,
								  .memattr = 15 });
	once("region x: is raw", "0xc0000000 to 0xc00fffff");
}

static void what_is_exposed_to_nobody_may_be_plugged_in_later(void **state)
{
	(void)state;
	describe(GIB(3), MIB(1), REGION_RAM, NONE);
	nothing();
}

static void a_cards_memory_is_no_doubt(void **state)
{
	(void)state;
	describe(0x20000000, MIB(1), REGION_DEVICE_MEMORY, (struct region_opts){ 0 });
	nothing();
	describe(0x20000000, MIB(1), REGION_RAM, (struct region_opts){ .expose = EXPOSE_PMEM });
	nothing();
}

static void registers_are_not_memory(void **state)
{
	(void)state;
	describe(0x9000000, 0x1000, REGION_DEVICE_MEMORY, (struct region_opts){ 0 });
	once("region x: is device-memory over the registers of uart@9000000", "of type mmio");
	describe(0x10000000, 0x1000, REGION_PREFETCHABLE, (struct region_opts){ 0 });
	once("region x: is prefetchable over the registers of pcie@10000000", "of type mmio");
	describe(0x9000000, 0x1000, REGION_RAW, (struct region_opts){ .memattr = 15 });
	once("region x: is raw over the registers of uart@9000000", "of type mmio");
	describe(0x9000000, 0x1000, REGION_RAW, (struct region_opts){ .memattr = 3 });
	nothing();
	describe(0x9000000, 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	nothing();
}

static void reserved_memory_that_stays_in_the_tree_is_named(void **state)
{
	struct region_opts reserved = { .expose = EXPOSE_RESERVED };

	(void)state;
	describe(GIB(1) + MIB(64), 0x1000, REGION_DEVICE_MEMORY, (struct region_opts){ 0 });
	once("region x: shares memory with linux,cma of /reserved-memory", "stays in");
	describe(GIB(1) + MIB(65), 0x1000, REGION_DEVICE_MEMORY, reserved);
	once("region x: shares memory with gpu of /reserved-memory", "stays in");
	doubts.region = 0;
	doubts.own_tree = true;
	nothing();
	describe(GIB(1) + MIB(65), 0x1000, REGION_PREFETCHABLE, (struct region_opts){ 0 });
	nothing();					/* says how its driver maps it */
	describe(GIB(1) + MIB(64), 0x1000, REGION_RAM, (struct region_opts){ 0 });
	nothing();					/* memory, as the node says */
	describe(GIB(1) + MIB(66), 0x1000, REGION_DEVICE_MEMORY, reserved);
	nothing();					/* refused elsewhere */
}

static void a_device_that_the_guest_sees_no_more_is_named(void **state)
{
	(void)state;
	describe_at(0x9000000, GIB(1), 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	once("region x: ipa: hides uart@9000000", "stays in the guest's device tree");
	doubts.region = 0;
	doubts.own_tree = true;
	nothing();
	describe_at(0x20000000 - 0x1000, GIB(1), 0x2000, REGION_MMIO, (struct region_opts){ 0 });
	once("region x: ipa: hides pcie@10000000", "withhold");
	describe_at(GIB(3), 0x9000000, 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	nothing();
}

static void all_that_is_said(unsigned nr, const char *const *says)
{
	for (unsigned i = 0; i < nr; i++) {
		assert_true(doubt_next(&doubts, said, sizeof(said)));
		if (!strstr(said, says[i]))
			fail_msg("\"%s\" is not \"%s\"", said, says[i]);
		assert_true(strlen(said) < sizeof(said) - 1);
	}
	nothing();
}

/* Then no kernel keeps to the reservation: it is at another address, or is other memory. */
static void reserved_memory_that_a_moved_region_has_or_hides_is_named(void **state)
{
	static const char *const has[] = {
		"region x: shares memory with gpu of /reserved-memory", "DMA goes wrong there" };
	static const char *const hides[] = {
		"DMA goes wrong there",
		"region x: ipa: hides gpu, which stays in the guest's device tree" };

	(void)state;
	describe_at(GIB(4), GIB(1) + MIB(65), 0x1000, REGION_RAM, (struct region_opts){ 0 });
	all_that_is_said(2, has);
	doubts.region = 0;
	doubts.own_tree = true;
	all_that_is_said(1, has + 1);
	describe_at(GIB(1) + MIB(65), GIB(2), 0x1000, REGION_RAM, (struct region_opts){ 0 });
	all_that_is_said(2, hides);
	doubts.region = 0;
	doubts.own_tree = true;
	all_that_is_said(1, hides);
	describe_at(GIB(4), GIB(1) + MIB(65), 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	all_that_is_said(1, has);
	describe_at(GIB(1) + MIB(65), GIB(2), 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	all_that_is_said(1, hides + 1);
	/* The firmware's is in nobody's tree; and is refused where it is the memory itself. */
	describe_at(GIB(1) + MIB(66), GIB(2), 0x1000, REGION_MMIO, (struct region_opts){ 0 });
	nothing();
}

static void memory_that_no_kernel_can_write_is_said(void **state)
{
	struct region_opts opts = { .read_only = true };

	(void)state;
	describe(GIB(1), MIB(1), REGION_RAM, opts);
	once("region x: read-only: ", "expose it as");
	opts.expose = EXPOSE_PMEM;
	describe(GIB(1), MIB(1), REGION_RAM, opts);
	nothing();
	describe(0x9000000, 0x1000, REGION_MMIO, (struct region_opts){ .read_only = true });
	nothing();
}

/* What the firmware keeps is cut out whatever else is there. */
static void memory_that_a_driver_loses_to_the_firmware_is_said(void **state)
{
	(void)state;
	reserve("smem", GIB(1) + MIB(66) + PAGE_SIZE, true, false);
	reserve("adsp", GIB(1) + MIB(68), true, false);
	host.reserved[4].used = true;
	describe(GIB(1), MIB(1), REGION_RAM, (struct region_opts){ 0 });
	nothing();
	host.reserved[3].used = true;
	describe(GIB(1), MIB(1), REGION_RAM, (struct region_opts){ 0 });
	once("smem: has 0x100000 bytes at 0x44201000 for a driver",
	     "the firmware keeps some of that (tfa)");
	/* One who is found to be the firmware's own loses nothing. */
	host.reserved[3].firmware = true;
	describe(GIB(1), MIB(1), REGION_RAM, (struct region_opts){ 0 });
	nothing();
}

static void what_linux_has_no_room_for_is_said(void **state)
{
	static char line[2049];

	(void)state;
	memset(line, 'x', 2048);
	config.bootargs = line;
	describe(GIB(1), MIB(1), REGION_RAM, (struct region_opts){ 0 });
	once("/guest: bootargs: has 2048 characters, of which Linux takes 2047", "");
	config.bare = true;
	doubts.region = 0;
	nothing();
	config.bare = false;
	line[2047] = '\0';
	doubts.region = 0;
	nothing();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(memory_that_is_there_is_no_doubt),
		TEST(memory_that_is_not_there_is_named_by_what_is),
		TEST(what_is_exposed_to_nobody_may_be_plugged_in_later),
		TEST(a_cards_memory_is_no_doubt),
		TEST(registers_are_not_memory),
		TEST(reserved_memory_that_stays_in_the_tree_is_named),
		TEST(a_device_that_the_guest_sees_no_more_is_named),
		TEST(reserved_memory_that_a_moved_region_has_or_hides_is_named),
		TEST(memory_that_no_kernel_can_write_is_said),
		TEST(memory_that_a_driver_loses_to_the_firmware_is_said),
		TEST(what_linux_has_no_room_for_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
