/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/config/as.h"
#include "boot/machine/host.h"
#include "boot/config/config.h"
#include "boot/config/parts.h"
#include "lib/errno.h"
#include "tests/unit/test.h"
#include "tests/unit/tree.h"

static void *host_tree;
static struct host host;
static struct config config;
static struct diag diag;
static _Alignas(8) u8 blob[CONFIG_MAX_SIZE + 8];
static u64 blob_size;

#define OUTPUT MAVIS_BUILD "/host/config_test.dtb"

/* What dtc makes of @source, into blob. */
static void compile(const char *source)
{
	FILE *f = popen("dtc -q -f -I dts -O dtb -o '" OUTPUT "' - 2>/dev/null", "w");

	assert_non_null(f);
	fputs(source, f);
	if (pclose(f))
		fail_msg("dtc does not take this: %s", source);
	f = fopen(OUTPUT, "rb");
	assert_non_null(f);
	blob_size = fread(blob, 1, sizeof(blob), f);
	fclose(f);
}

static int read_blob(void)
{
	diag.text[0] = '\0';
	return config_read(blob, blob_size, &host, &config, &diag);
}

static void compile_guest(const char *body, const char *rest)
{
	static char source[REGION_MAX * 80 + 4096];
	int len = snprintf(source, sizeof(source),
			   "/dts-v1/;\n/ { compatible = \"mavis,config\"; guest { %s }; %s };\n",
			   body, rest);

	assert_true(len < (int)sizeof(source));
	compile(source);
}

static void accepts(const char *body)
{
	compile_guest(body, "");
	if (read_blob())
		fail_msg("%s is refused: %s", body, diag.text);
}

/* One region node, called `test`. */
static const struct region *accepts_region(const char *body)
{
	char text[1024];

	snprintf(text, sizeof(text), "regions { test { %s }; };", body);
	accepts(text);
	assert_int_equal(config.nr_regions, 1);
	return &config.regions[0];
}

static void assert_said(const char *what, const char *said)
{
	if (!strstr(diag.text, said))
		fail_msg("of \"%s\" it is said: %s\nwhich has no: %s", what, diag.text, said);
	if (strlen(diag.text) >= sizeof(diag.text) - 1)
		fail_msg("cut short: %s", diag.text);
}

struct refusal {
	const char *body;
	const char *prop;	/* with its colon after the node's path; NULL: none */
	const char *why;
	int err;		/* 0: -EINVAL */
};

static void refuses(const struct refusal *c, const char *node)
{
	char start[128];
	int err = read_blob();

	if (err != (c->err ? c->err : -EINVAL))
		fail_msg("\"%s\" gives %d: %s", c->body, err, diag.text);
	snprintf(start, sizeof(start), "%s: %s%s", node, c->prop ? c->prop : "",
		 c->prop ? ": " : "");
	assert_said(c->body, start);
	assert_said(c->body, c->why);
}

static void an_empty_guest_gets_the_whole_machine(void **state)
{
	(void)state;
	accepts("");
	assert_int_equal(config.cpus, 0);
	assert_int_equal(config.memory, 0);
	assert_int_equal(config.place, 0);
	assert_string_equal(config.bootargs, "");
	assert_false(config.mte || config.verify || config.strict || config.quiet || config.bare ||
		     config.control || config.no_fwb || config.verbose ||
		     config.require_smmu);
	assert_false(config.has_kernel_crc || config.has_ramdisk_crc || config.has_dtb_crc);
	assert_int_equal(config.nr_regions, 0);
}

static void the_guest_is_read(void **state)
{
	(void)state;
	accepts("cpus = <2>; memory = <0x1 0x20000000>; bootargs = \"console=ttyAMA0 quiet\"; mte; "
		"verify; strict; quiet; verbose; control; debug; no-fwb; require-smmu; "
		"place = <0x8 0x7fe00000>;");
	assert_int_equal(config.cpus, 2);
	assert_int_equal(config.memory, 0x120000000);
	assert_string_equal(config.bootargs, "console=ttyAMA0 quiet");
	assert_true(config.mte);
	assert_true(config.verify);
	assert_true(config.strict && config.quiet && config.verbose && config.control &&
		    config.debug &&
		    config.no_fwb && config.require_smmu);
	assert_int_equal(config.place, 0x87fe00000);
}

/* Its strings are then those of the tree that was read, wherever that is. */
static void the_copy_can_be_done_without(void **state)
{
	static const char text[] = "console=ttyAMA0";

	(void)state;
	accepts("bootargs = \"console=ttyAMA0\";");
	assert_true(config.bootargs < (char *)blob || config.bootargs >= (char *)blob + blob_size);
	config_drop_copy(&config, blob);
	assert_true(config.bootargs > (char *)blob &&
		    config.bootargs + sizeof(text) <= (char *)blob + blob_size);
	assert_string_equal(config.bootargs, text);

	accepts("");
	config_drop_copy(&config, blob);
	assert_string_equal(config.bootargs, "");
}

/* As in `host-node`, unit addresses may be left out; then all nodes that fit are meant. */
static void nodes_of_the_machine_are_withheld(void **state)
{
	static const char paths[] = "/pl031@9010000\0/virtio_mmio\0/intc/its";

	(void)state;
	accepts("");
	assert_null(config.withhold.data);
	accepts("withhold = \"/pl031@9010000\", \"/virtio_mmio\", \"/intc/its\";");
	assert_int_equal(config.withhold.len, sizeof(paths));
	assert_memory_equal(config.withhold.data, paths, sizeof(paths));
}

/* It is the bus that the guest drives, whatever the tree says to be on it. */
static void a_node_on_a_bus_that_the_guest_drives_is_not_withheld(void **state)
{
	static const struct refusal cases[] = {
		{ "withhold = \"/pcie/wifi\";", "withhold",
		  "wifi@0,0 has no registers that stage 2 could keep, and the guest finds it by its bus: withhold /pcie@10000000, or hide the function: a region with `pci`",
		  0 },
		{ "withhold = \"/pcie/wifi/leds/led\";", "withhold", "withhold /pcie@10000000", 0 },
		{ "withhold = \"/soc/i2c@9100000/mux/i2c/rtc\";", "withhold",
		  "rtc@68 has no registers that stage 2 could keep, and the guest finds it by its bus: withhold /soc/i2c@9100000",
		  0 },
		{ "withhold = \"/scmi/protocol@14\";", "withhold", "its bus: withhold /scmi", 0 },
	};
	void *tree = tree_load("virt-gicv3");

	(void)state;
	TREE_CELLS(tree, "/pcie@10000000/wifi@0,0", "reg", 0, 0, 0, 0, 0);
	TREE_CELLS(tree, "/pcie@10000000/wifi@0,0/leds", "#size-cells", 0);
	TREE_CELLS(tree, "/pcie@10000000/wifi@0,0/leds/led@1", "reg", 1);
	tree_set(tree, "/soc", "ranges", "", 0);
	TREE_CELLS(tree, "/soc/i2c@9100000", "reg", 0, 0x9100000, 0x1000);
	tree_set_string(tree, "/soc/i2c@9100000/mux", "compatible", "i2c-mux-gpio");
	TREE_CELLS(tree, "/soc/i2c@9100000/mux/i2c@0", "reg", 0);
	TREE_CELLS(tree, "/soc/i2c@9100000/mux/i2c@0/rtc@68", "reg", 0x68);
	tree_set_string(tree, "/scmi", "compatible", "arm,scmi-smc");
	TREE_CELLS(tree, "/scmi/protocol@14", "reg", 0x14);
	host.fdt = tree;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		compile_guest(cases[i].body, "");
		refuses(&cases[i], "/guest");
	}
	accepts("withhold = \"/pcie\", \"/soc/i2c\", \"/soc/i2c/mux\", \"/scmi\", \"/soc\";");
	host.fdt = host_tree;
	free(tree);
}

static void the_calls_of_the_firmware_are_read(void **state)
{
	static const struct refusal cases[] = {
		{ "firmware-calls = \"all\";", "firmware-calls", "\"all\" is not a value of it",
		  0 },
		{ "allow-smc;", "allow-smc", "it has 0 cells: write `allow-smc = <first last>;`",
		  0 },
		{ "allow-smc = <1 2 3>;", "allow-smc", "it has 3 cells", 0 },
		{ "allow-smc = <2 1>;", "allow-smc", "0x2 is above 0x1: write <first last>", 0 },
		{ "allow-smc = <0xc4000000 0xc40000ff>;", "allow-smc", "0xc4000000 is PSCI",
		  -EPERM },
		{ "allow-smc = <0xc2000100 0xc40000ff>;", "allow-smc", "0xc4000000 is PSCI",
		  -EPERM },
		{ "allow-smc = <0xc4000021 0xc4000021>;", "allow-smc",
		  "0xc4000021 is SDEI: EL3 would enter EL2", -EPERM },
		{ "allow-smc = <0x84000041 0x84000041>;", "allow-smc", "the management mode",
		  -EPERM },
		{ "allow-smc = <0x82000000 0x82000001 0x84000071 0x84000074>;", "allow-smc",
		  "0x84000071 is FF-A", -EPERM },
		{ "allow-smc = <0x86000000 0x86000000>;", "allow-smc", "a hypervisor's", -EPERM },
		{ "allow-smc = <0xbf000000 0xbf000010>;", "allow-smc",
		  "0xbf000000 to 0xbf000010: 0xbf000002 loads an image of OP-TEE: leave it out",
		  -EPERM },
		{ "allow-smc = <0x82000020 0x82000020>;", "allow-smc", "execution state", -EPERM },
		{ "allow-smc = <0xc20000fd 0xc20000fd>;", "allow-smc", "on i.MX", -EPERM },
		{ "allow-smc = <0x82000021 0x82ffffff>;", "allow-smc",
		  "0x82010020 is Arm's switch of the execution state", -EPERM },
		{ "allow-smc = <0xc4010003 0xc4010003>;", "allow-smc", "0xc4010003 is PSCI",
		  -EPERM },
	};

	(void)state;
	accepts("");
	assert_int_equal(config.firmware_calls, FIRMWARE_CALLS_BY_TREE);
	assert_int_equal(config.allow_smc.nr, 0);
	accepts("firmware-calls = \"trusted\"; "
		"allow-smc = <0x82000000 0x8200001f 0xc3000000 0xc3000000>;");
	assert_int_equal(config.firmware_calls, FIRMWARE_CALLS_TRUSTED);
	assert_int_equal(config.allow_smc.nr, 2);
	assert_int_equal(config.allow_smc.pair[0].last, 0x8200001f);
	assert_int_equal(config.allow_smc.pair[1].first, 0xc3000000);
	accepts("firmware-calls = \"none\"; allow-smc = <0xc2000020 0xc2000020>;");
	assert_int_equal(config.firmware_calls, FIRMWARE_CALLS_NONE);
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		compile_guest(cases[i].body, "");
		refuses(&cases[i], "/guest");
	}
}

static void properties_of_the_device_tree_itself_are_passed_over(void **state)
{
	(void)state;
	accepts("phandle = <1>; #address-cells = <2>; #size-cells = <2>; regions { #address-cells "
		"= <2>; };");
}

static void wrong_guests_are_refused(void **state)
{
	static const struct refusal cases[] = {
		{ "cpus = <0>;", "cpus", "give 1 to 512", -ERANGE },
		{ "cpus = <513>;", "cpus", "give 1 to 512", -ERANGE },
		{ "cpus = <5>;", "cpus", "to have 5 CPUs, but the machine has 4", -ERANGE },
		{ "cpus = <0 4>;", "cpus", "8 bytes: write `cpus = <number>;`", 0 },
		{ "cpus;", "cpus", "0 bytes: write `cpus = <number>;`", 0 },
		{ "memory = <0x20000000>;", "memory", "4 bytes: write `memory = <high low>;`", 0 },
		{ "withhold;", "withhold", "is no list of strings: write `withhold = ", 0 },
		{ "withhold = <0x2f1b0000>;", "withhold", "control character", 0 },
		{ "withhold = [2f 61];", "withhold", "is no list of strings", 0 },
		{ "withhold = \"/timer\", \"\";", "withhold", "is empty: take it out", 0 },
		{ "withhold = \"pl031@9010000\";", "withhold", "give a full path", -ENOENT },
		{ "withhold = \"/\";", "withhold", "below / is nothing", -ENOENT },
		{ "withhold = \"/pl031@9010001\";", "withhold",
		  "no node \"/pl031@9010001\": did you mean /pl031@9010000?", -ENOENT },
		{ "withhold = \"/timer\", \"/p1031\";", "withhold",
		  "no node \"/p1031\": did you mean /pl0", -ENOENT },
		{ "withhold = \"/intc@8000000/ist@8080000\";", "withhold",
		  "did you mean /intc@8000000/its@8080000?", -ENOENT },
		{ "withhold = \"/intc@800000/its@8080000\";", "withhold",
		  "did you mean /intc@8000000?", -ENOENT },
		{ "withhold = \"/intc@8000000/kraken@0\";", "withhold",
		  "below /intc@8000000 is nothing with a name like it", -ENOENT },
		{ "withhold = \"/cpus\";", "withhold", "said by `cpus`", 0 },
		{ "withhold = \"/cpus/cpu@1\";", "withhold", "said by `cpus`", 0 },
		{ "withhold = \"/chosen\";", "withhold", "Mavis writes it", 0 },
		{ "withhold = \"/psci\";", "withhold", "Mavis writes it", 0 },
		{ "withhold = \"/intc\";", "withhold", "interrupts come from it", 0 },
		{ "memory = <0 0>;", "memory", "give 0x1000 to 0x1000000000000", -ERANGE },
		{ "memory = <0x10000 0x1000>;", "memory", "give 0x1000 to 0x1000000000000",
		  -ERANGE },
		{ "memory = <0 0x12345>;", "memory",
		  "not a multiple of 0x1000: give 0x12000 or 0x13000", 0 },
		{ "bootargs = <0x61620000>;", "bootargs",
		  "not one string: write `bootargs = \"text\";`", 0 },
		{ "bootargs = [61 62];", "bootargs", "not one string", 0 },
		{ "bootargs = \"a\", \"b\";", "bootargs", "not one string", 0 },
		{ "bootargs;", "bootargs", "not one string", 0 },
		{ "bootargs = \"a\\x1b[2J\";", "bootargs",
		  "byte 1 of it is the control character 0x1b", 0 },
		{ "mte = <1>;", "mte", "4 bytes: write `mte;`", 0 },
		{ "verify = \"yes\";", "verify", "4 bytes: write `verify;`", 0 },
		{ "strict = \"\";", "strict", "1 bytes: write `strict;`", 0 },
		{ "control = <1>;", "control", "4 bytes: write `control;`", 0 },
		{ "require-smmu = <1>;", "require-smmu", "4 bytes: write `require-smmu;`", 0 },
		{ "no-fwb = <1>;", "no-fwb", "4 bytes: write `no-fwb;`", 0 },
		{ "as = \"kvm\";", "as",
		  "\"kvm\" is not a value of it; known here: kvm-6.8, kvm-6.9", 0 },
		{ "as = \"kvm-68\";", "as", "did you mean kvm-6.8?", 0 },
		{ "mte; as = \"bao\";", "mte", "bao gives its guests no MTE", -EPERM },
		{ "bootarg = \"quiet\";", "bootarg",
		  "unknown property; did you mean bootargs?", 0 },
		{ "colour = <1>;", "colour",
		  "known here: cpus, memory, bootargs, mte, verify, quiet, verbose, strict", 0 },
		{ "place = <0x0 0x40001000>;", "place",
		  "not a multiple of 0x200000: give 0x40000000 or 0x40200000", 0 },
		{ "place = <0 0>;", "place", "give 0x200000 to", -ERANGE },
		{ "#address-cells = <1>;", "#address-cells", "give 2 to 2", -ERANGE },
		{ "phandle;", "phandle", "write `phandle = <number>;`", 0 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		compile_guest(cases[i].body, "");
		refuses(&cases[i], "/guest");
	}
}

static void a_hint_has_the_path_of_a_node_that_nothing_follows(void **state)
{
	static u8 tree[1024];
	char hint[160];

	(void)state;
	assert_int_equal(fdt_create_empty_tree(tree, sizeof(tree)), 0);
	tree_set_string(tree, "/soc", "status", "okay");
	tree_set_string(tree, "/soc/serial@9000000", "status", "okay");
	config_path_hint(hint, sizeof(hint), tree, "/soc/serail@9000000");
	assert_string_equal(hint, "did you mean /soc/serial@9000000?");
}

static void wrong_nodes_are_refused(void **state)
{
	static const struct {
		struct refusal r;
		const char *rest, *node;
	} cases[] = {
		{ { "region { };", NULL, "unknown node; did you mean regions?", 0 },
		  "",
		  "/guest/region" },
		{ { "devices { };", NULL, "unknown node; known here: regions", 0 },
		  "",
		  "/guest/devices" },
		{ { "", NULL, "unknown node; did you mean bundle?", 0 }, "bundel { };", "/bundel" },
		{ { "", NULL, "known here: guest, bundle", 0 },
		  "__symbols__ { };",
		  "/__symbols__" },
		{ { "", NULL, "known here: kernel, ramdisk, dtb", 0 },
		  "bundle { initrd { }; };",
		  "/bundle/initrd" },
		{ { "regions { reg = <0 0 0 0>; };", "reg", "unknown property; none is known here",
		    0 },
		  "",
		  "/guest/regions" },
		{ { "", "crc32", "unknown property; known here: mavis", 0 },
		  "bundle { crc32 = <0>; };",
		  "/bundle" },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		compile_guest(cases[i].r.body, cases[i].rest);
		refuses(&cases[i].r, cases[i].node);
	}
}

static void a_node_below_a_region_is_refused(void **state)
{
	static const struct refusal c = { "", NULL, "unknown node; none is known here", 0 };

	(void)state;
	compile_guest("regions { a { reg = <0 0x80000000 0 0x1000>; type = \"ram\"; b { }; }; };",
		      "");
	refuses(&c, "/guest/regions/a/b");
}

static void what_is_no_config_is_refused(void **state)
{
	static const struct refusal cases[] = {
		{ "/dts-v1/; / { compatible = \"linux,dummy-virt\"; guest { }; };", "compatible",
		  "\"linux,dummy-virt\" is no description of a guest for Mavis: it must say "
		  "\"mavis,config\"",
		  0 },
		{ "/dts-v1/; / { guest { }; };", "compatible", "it must say \"mavis,config\"", 0 },
		{ "/dts-v1/; / { compatible = \"mavis,config\"; model = \"x\"; guest { }; };",
		  "model", "unknown property; known here: compatible, format, format-changed", 0 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		compile(cases[i].body);
		refuses(&cases[i], "/");
	}
}

#define CONFIG(root, bundle) \
	"/dts-v1/; / { compatible = \"mavis,config\"; " root " guest { }; bundle { " bundle " }; };"

static void another_format_is_refused_by_its_number_and_by_what_changed(void **state)
{
	static const struct { const char *node; struct refusal c; } cases[] = {
		{ "/",
		  { CONFIG("format = <2>; format-changed = \"reg has 3 cells\"; new-thing;", ""),
		    "format",
		    "it is of format 2, and this Mavis reads 1; what changed: reg has 3 cells: write it as",
		    0 } },
		{ "/",
		  { CONFIG("new-thing; format = <0>;", ""), "format",
		    "format 0, and this Mavis reads 1; what changed: it does not say", 0 } },
		{ "/bundle",
		  { CONFIG("a;", "format = <7>; format-changed = \"a\033b\"; b;"),
		    "format",
		    "format 7, and this Mavis reads 1; what changed: a?b: make it again", 0 } },
		{ "/",
		  { CONFIG("format = <1 1>;", ""), "format",
		    "its value has 8 bytes: write `format = <1>;`", 0 } },
		{ "/bundle", { CONFIG("", "format;"), "format", "its value has 0 bytes", 0 } },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		compile(cases[i].c.body);
		refuses(&cases[i].c, cases[i].node);
	}
}

static void a_format_that_is_read_may_be_written_down(void **state)
{
	(void)state;
	compile(CONFIG("format = <1>; format-changed = \"the first\";",
		       "format = <1>; mavis = \"0.1\"; format-changed = \"the first\";"));
	assert_int_equal(read_blob(), 0);
}

static void a_config_without_a_guest_is_refused(void **state)
{
	static const struct refusal c = { "", NULL, "no such node: describe the guest in it",
					  -ENOENT };

	(void)state;
	compile("/dts-v1/; / { compatible = \"mavis,config\"; };");
	refuses(&c, "/guest");
}

/* Copies blob with room for changes, has @change make them, and packs it again. */
static void change(void (*change)(void *fdt))
{
	static _Alignas(8) u8 buf[sizeof(blob)];

	assert_int_equal(fdt_open_into(blob, buf, sizeof(buf)), 0);
	change(buf);
	assert_int_equal(fdt_pack(buf), 0);
	blob_size = fdt_totalsize(buf);
	memcpy(blob, buf, blob_size);
}

/* libfdt and dtc make nothing twice: other names of the same length are renamed in the blob. */
static void rename_all(const char *from, const char *to)
{
	size_t len = strlen(from) + 1;
	unsigned n = 0;

	assert_int_equal(strlen(to) + 1, len);
	for (u64 i = 0; i + len <= blob_size; i++) {
		if (memcmp(blob + i, from, len))
			continue;
		memcpy(blob + i, to, len);
		n++;
	}
	assert_true(n);
}

static void a_property_that_is_there_twice_is_refused(void **state)
{
	static const struct refusal c = { "", "cpus", "there twice: keep one of them", -EEXIST };

	(void)state;
	compile_guest("cpus = <1>; cpux = <2>;", "");
	rename_all("cpux", "cpus");
	refuses(&c, "/guest");
}

static void a_node_that_is_there_twice_is_refused(void **state)
{
	static const struct refusal c = { "", NULL, "there twice: keep one of them", -EEXIST };

	(void)state;
	compile_guest("cpus = <1>;", "guexx { cpus = <2>; };");
	rename_all("guexx", "guest");
	refuses(&c, "guest");
}

static void add_far_string(void *fdt)
{
	int node = fdt_path_offset(fdt, "/guest");
	char name[200];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(fdt_setprop(fdt, node, name, NULL, 0), 0);
}

static void a_name_of_any_length_is_refused(void **state)
{
	static const struct refusal c = { "", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "known here: cpus",
					  0 };

	(void)state;
	compile_guest("", "");
	change(add_far_string);
	refuses(&c, "/guest");
}

static void what_is_no_tree_is_refused(void **state)
{
	(void)state;
	compile_guest("", "");
	blob[0] = 'x';
	assert_int_equal(read_blob(), -EINVAL);
	assert_said("no magic", "config.dtb is no device tree");

	compile_guest("", "");
	blob_size -= 4;
	assert_int_equal(read_blob(), -EINVAL);
	assert_said("cut short", "config.dtb is no device tree");

	blob_size = 0;
	assert_int_equal(read_blob(), -EINVAL);
	assert_said("nothing", "0 bytes");

	blob_size = CONFIG_MAX_SIZE + 1;
	assert_int_equal(read_blob(), -E2BIG);
	assert_said("too much", "describe fewer regions");
}

static void a_config_at_any_address_is_read(void **state)
{
	(void)state;
	compile_guest("bootargs = \"quiet\";", "");
	memmove(blob + 4, blob, blob_size);
	assert_int_equal(config_read(blob + 4, blob_size, &host, &config, &diag), 0);
	memset(blob, 0xa5, sizeof(blob));
	assert_string_equal(config.bootargs, "quiet");
}

static void the_bundle_node_is_read(void **state)
{
	(void)state;
	compile_guest(
		"",
		"bundle { mavis = \"0.1 (168a26a01234)\";"
		"kernel { size = <0 1000>; crc32 = <0x89abcdef>; load = <1 0x1000>; entry "
		"= <1 0x1004>; memory = <2 0x10>; dtb-at = <0 0>; };"
		"ramdisk { size = <0 1>; crc32 = <2>; }; dtb { size = <0 1>; crc32 = <0>; }; };");
	assert_int_equal(read_blob(), 0);
	assert_true(config.has_kernel_crc && config.has_ramdisk_crc && config.has_dtb_crc);
	assert_int_equal(config.kernel_crc, 0x89abcdef);
	assert_int_equal(config.ramdisk_crc, 2);
	assert_int_equal(config.dtb_crc, 0);
	assert_true(config.bare);
	assert_int_equal(config.load.v, 0x100001000);
	assert_int_equal(config.entry.v, 0x100001004);
	assert_int_equal(config.kernel_memory, 0x200000010);
	assert_true(config.has_dtb_at);
	assert_int_equal(config.dtb_at.v, 0);
}

static void an_image_is_not_bare(void **state)
{
	(void)state;
	compile_guest("", "bundle { kernel { size = <0 1000>; crc32 = <1>; }; };");
	assert_int_equal(read_blob(), 0);
	assert_false(config.bare || config.has_dtb_at);
	assert_int_equal(config.kernel_memory, 0);
	assert_true(config.has_kernel_crc);
	assert_false(config.has_ramdisk_crc);
}

static void wrong_bundle_nodes_are_refused(void **state)
{
	static const struct {
		struct refusal r;
		const char *node;
	} cases[] = {
		{ { "mavis = <1>;", "mavis", "is not one string", 0 }, "/bundle" },
		{ { "kernel { load = <0 0>; };", "entry",
		    "missing: a bare-metal program needs both", 0 },
		  "/bundle/kernel" },
		{ { "kernel { entry = <0 0>; };", "load",
		    "missing: a bare-metal program needs both", 0 },
		  "/bundle/kernel" },
		{ { "kernel { load = <0 0>; entry = <0 2>; };", "entry", "not a multiple of 0x4",
		    0 },
		  "/bundle/kernel" },
		{ { "kernel { memory = <0 0>; };", "memory", "out of range", -ERANGE },
		  "/bundle/kernel" },
		{ { "kernel { dtb-at = <0 0x800>; };", "dtb-at", "not a multiple of 0x1000", 0 },
		  "/bundle/kernel" },
		{ { "kernel { dtb-at = <0x10000 0x1000>; };", "dtb-at", "out of range", -ERANGE },
		  "/bundle/kernel" },
		{ { "ramdisk { memory = <0 1>; };", "memory", "known here: size, crc32", 0 },
		  "/bundle/ramdisk" },
		{ { "kernel { crc32 = <0 0>; };", "crc32", "write `crc32 = <number>;`", 0 },
		  "/bundle/kernel" },
		{ { "kernel { size = <1>; };", "size", "write `size = <high low>;`", 0 },
		  "/bundle/kernel" },
		{ { "kernel { size = <0 0>; };", "size", "out of range", -ERANGE },
		  "/bundle/kernel" },
		{ { "kernel { crc = <1>; };", "crc", "unknown property", 0 }, "/bundle/kernel" },
		{ { "ramdisk { load = <0 0>; };", "load", "known here: size, crc32", 0 },
		  "/bundle/ramdisk" },
		{ { "dtb { entry = <0 0>; };", "entry", "known here: size, crc32", 0 },
		  "/bundle/dtb" },
	};
	char rest[256];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(rest, sizeof(rest), "bundle { %s };", cases[i].r.body);
		compile_guest("", rest);
		refuses(&cases[i].r, cases[i].node);
	}
}

#define REG	"reg = <0x1 0x7c000000 0x0 0x4000000>; "

static void a_region_is_read(void **state)
{
	const struct region *r;

	(void)state;
	r = accepts_region(REG "type = \"ram\";");
	assert_string_equal(r->name, "test");
	assert_int_equal(r->origin, REGION_FROM_CONFIG);
	assert_int_equal(r->type, REGION_RAM);
	assert_int_equal(r->pa.v, 0x17c000000);
	assert_int_equal(r->ipa.v, 0x17c000000);
	assert_int_equal(r->size, 0x4000000);
	assert_int_equal(r->opts.tags, TAGS_BY_TYPE);
	assert_int_equal(r->opts.untagged, UNTAGGED_HIDE_MTE);
	assert_int_equal(r->opts.expose, EXPOSE_BY_TYPE);
	assert_false(r->opts.has_device_type || r->opts.read_only || r->opts.exec ||
		     r->opts.allow_alias || r->opts.probe_tags ||
		     r->opts.no_dma);

	r = accepts_region(REG "type = \"ram\"; ipa = <0x0 0x80000000>;");
	assert_int_equal(r->pa.v, 0x17c000000);
	assert_int_equal(r->ipa.v, 0x80000000);
}

static void every_type_is_read(void **state)
{
	(void)state;
	assert_int_equal(accepts_region(REG "type = \"ram\";")->type, REGION_RAM);
	assert_int_equal(accepts_region(REG "type = \"device-memory\";")->type,
			 REGION_DEVICE_MEMORY);
	assert_int_equal(accepts_region(REG "type = \"prefetchable\";")->type, REGION_PREFETCHABLE);
	assert_int_equal(accepts_region(REG "type = \"mmio\";")->type, REGION_MMIO);
	assert_int_equal(accepts_region(REG "type = \"raw\"; memattr = <0>;")->type, REGION_RAW);
}

static void every_option_is_read(void **state)
{
	const struct region_opts *o;

	(void)state;
	o = &accepts_region(REG "type = \"ram\"; no-tags; untagged = \"trusted\"; read-only; "
				"allow-alias; "
				"expose = \"pmem\"; probe-tags; no-dma;")
		     ->opts;
	assert_int_equal(o->tags, TAGS_NO);
	assert_int_equal(o->untagged, UNTAGGED_TRUSTED);
	assert_int_equal(o->expose, EXPOSE_PMEM);
	assert_true(o->read_only && o->allow_alias && o->probe_tags && o->no_dma);
	assert_false(o->exec || o->watch);
	assert_int_equal(o->unaligned, UNALIGNED_FAULTS);

	o = &accepts_region(REG "type = \"device-memory\"; tags; exec; expose = \"reserved\";")
		     ->opts;
	assert_int_equal(o->tags, TAGS_YES);
	assert_int_equal(o->expose, EXPOSE_RESERVED);
	assert_true(o->exec);
	assert_false(o->read_only || o->allow_alias || o->probe_tags);

	o = &accepts_region(
		     REG
		     "type = \"device-memory\"; untagged = \"write-through\"; expose = \"none\";")
		     ->opts;
	assert_int_equal(o->untagged, UNTAGGED_WRITE_THROUGH);
	assert_int_equal(o->expose, EXPOSE_NONE);

	o = &accepts_region(
		     REG
		     "type = \"ram\"; no-tags; untagged = \"non-cacheable\"; expose = \"memory\";")
		     ->opts;
	assert_int_equal(o->untagged, UNTAGGED_NON_CACHEABLE);
	assert_int_equal(o->expose, EXPOSE_MEMORY);
}

static void every_device_type_is_read(void **state)
{
	static const char *const name[] = { "nGnRnE", "nGnRE", "nGRE", "GRE" };
	char body[128];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(name); i++) {
		snprintf(body, sizeof(body), REG "type = \"mmio\"; device-type = \"%s\";", name[i]);
		assert_int_equal(accepts_region(body)->opts.device_type, i);
		assert_true(config.regions[0].opts.has_device_type);
	}
}

static void raw_attributes_are_taken_as_written(void **state)
{
	const struct region_opts *o;

	(void)state;
	o = &accepts_region(REG "type = \"raw\"; memattr = <13>;")->opts;
	assert_int_equal(o->memattr, 13);
	assert_int_equal(o->sh, SH_INNER);
	assert_int_equal(
		accepts_region(REG "type = \"raw\"; memattr = <5>; shareability = \"none\";")
			->opts.sh,
		SH_NONE);
	assert_int_equal(
		accepts_region(REG "type = \"raw\"; memattr = <5>; shareability = \"outer\";")
			->opts.sh,
		SH_OUTER);
	assert_int_equal(
		accepts_region(REG "type = \"raw\"; memattr = <5>; shareability = \"inner\";")
			->opts.sh,
		SH_INNER);
}

static void as_is_of_the_guest_or_of_a_region(void **state)
{
	const struct region *r;

	(void)state;
	accepts("as = \"kvm-6.9\"; as-far-as-possible; mte; regions {"
		"a { " REG "type = \"ram\"; no-tags; };"
		"b { reg = <0 0x9000000 0 0x1000>; type = \"mmio\"; as = \"bao\"; };"
		"c { host-node = \"/pl031@9010000\"; type = \"mmio\"; vma = \"vfio-pci\"; };"
		"d { reg = <0 0x9020000 0 0x1000>; type = \"mmio\"; device-type = \"GRE\"; };"
		"e { reg = <0x80 0 0 0x1000>; type = \"prefetchable\"; };"
		"f { pci = \"1af4:1110\"; bar = <2>; type = \"mmio\"; }; };");
	assert_true(config.as == AS_KVM_6_9 && config.as_far && config_offers_mte(&config));
	assert_false(config.no_fwb);
	r = config.regions;
	assert_true(r[0].opts.as == AS_KVM_6_9 && r[0].opts.vma == VMA_FILE && r[0].opts.as_far);
	assert_true(r[1].opts.as == AS_BAO && r[1].opts.vma == VMA_VFIO_PLATFORM);
	assert_true(r[2].opts.as == AS_KVM_6_9 && r[2].opts.vma == VMA_VFIO_PCI);
	assert_int_equal(r[3].opts.as, AS_MAVIS);
	assert_true(r[4].opts.as == AS_KVM_6_9 && r[4].opts.vma == VMA_VFIO_PCI);
	r = &config.bar[0].region;
	assert_true(r->opts.as == AS_KVM_6_9 && r->opts.vma == VMA_VFIO_PCI);
}

static void as_of_the_guest_is_also_for_fwb_and_mte(void **state)
{
	(void)state;
	accepts("as = \"xen-dom0\"; mte;");
	assert_true(config.no_fwb && config.mte && !config_offers_mte(&config));
	accepts("as = \"bao\"; mte; as-far-as-possible;");
	assert_true(config.no_fwb && !config_offers_mte(&config));
	accepts("as = \"thread-2023\"; mte;");
	assert_true(!config.no_fwb && config_offers_mte(&config));
}

static void regions_keep_their_order(void **state)
{
	(void)state;
	accepts("regions { b { reg = <0 0x2000 0 0x1000>; type = \"ram\"; };"
		"a@1000 { reg = <0 0x1000 0 0x1000>; type = \"mmio\"; }; };");
	assert_int_equal(config.nr_regions, 2);
	assert_string_equal(config.regions[0].name, "b");
	assert_string_equal(config.regions[1].name, "a@1000");
}

#define RAM	"type = \"ram\"; "
#define PCI	"type = \"device-memory\"; bar = <2>; pci = "

static const struct refusal refused_regions[] = {
	/* Where it is */
	{ RAM, "reg", "missing: say where the region is", 0 },
	{ RAM "reg = <0x7c000000 0x4000000>;", "reg",
	  "8 bytes: write `reg = <address-high address-low size-high size-low>;`", 0 },
	{ RAM "reg = <0 0x1000 0 0x1000 0 0x3000 0 0x1000>;", "reg", "32 bytes: write", 0 },
	{ RAM "reg = <0 0x1000 0 0>;", "reg", "empty", 0 },
	{ RAM "reg = <0 0x1800 0 0x1000>;", "reg",
	  "0x1000 bytes at 0x1800: address and size must be multiples of 0x1000", 0 },
	{ RAM "reg = <0 0x1000 0 0x1800>;", "reg", "must be multiples of 0x1000", 0 },
	{ RAM "reg = <0xffffffff 0xfffff000 0 0x2000>;", "reg",
	  "out of range: addresses end at 0x1000000000000", -ERANGE },
	{ RAM "reg = <0xffff 0xfffff000 0 0x2000>;", "reg", "out of range", -ERANGE },
	{ RAM "reg = <0 0x1000 0xffffffff 0xfffff000>;", "reg", "out of range", -ERANGE },
	{ RAM REG "ipa = <0x80000000>;", "ipa", "4 bytes: write `ipa = <high low>;`", 0 },
	{ RAM REG "ipa = <0 0x80000800>;", "ipa", "not a multiple of 0x1000", 0 },
	{ RAM REG "ipa = <0x10000 0x1000>;", "ipa", "out of range", -ERANGE },
	{ RAM REG "host-node = \"/pl031@9010000\";", "host-node", "stands beside `reg`", 0 },
	{ RAM REG "pci = \"1af4:1110\"; bar = <2>;", "pci", "stands beside `reg`", 0 },
	{ RAM "host-node = \"/pl031@9010000\"; pci = \"1af4:1110\";", "pci",
	  "stands beside `host-node`", 0 },
	{ RAM REG "bar = <2>;", "bar", "says nothing without `pci`", 0 },
	{ RAM REG "optional;", "optional", "says nothing without `pci`", 0 },

	/* What it is */
	{ REG, "type",
	  "missing: say what the region is, one of ram, device-memory, prefetchable, mmio, raw",
	  0 },
	{ REG "type = \"cheese\";", "type",
	  "\"cheese\" is not a value of it; known here: ram, device-memory", 0 },
	{ REG "type = \"device_memory\";", "type",
	  "\"device_memory\" is not a value of it; did you mean device-memory?", 0 },
	{ REG "type = <1>;", "type", "not one string", 0 },
	{ REG "type = \"raw\";", "memattr", "missing: type raw needs", 0 },
	{ REG "type = \"raw\"; memattr = <16>;", "memattr", "16 is out of range: give 0 to 15",
	  -ERANGE },
	{ REG "type = \"raw\"; memattr = \"WB\";", "memattr", "write `memattr = <number>;`", 0 },
	{ REG "type = \"raw\"; memattr = <5>; shareability = \"iner\";", "shareability",
	  "did you mean inner?", 0 },
	{ RAM REG "memattr = <5>;", "memattr", "for type raw only, but this region is ram", 0 },
	{ RAM REG "shareability = \"outer\";", "shareability", "for type raw only", 0 },
	{ RAM REG "device-type = \"GRE\";", "device-type",
	  "for type mmio only, but this region is ram", 0 },
	{ REG "type = \"mmio\"; device-type = \"nGnRE \";", "device-type",
	  "did you mean nGnRE?", 0 },
	{ REG "type = \"mmio\"; device-type = \"Normal\";", "device-type",
	  "known here: nGnRnE, nGnRE, nGRE, GRE", 0 },
	{ RAM REG "read-only = <1>;", "read-only", "write `read-only;`", 0 },
	{ RAM REG "exec = <1>;", "exec", "write `exec;`", 0 },
	{ RAM REG "allow-alias = \"yes\";", "allow-alias", "write `allow-alias;`", 0 },
	{ RAM REG "allow-alias = \"yes\";", "allow-alias", "write `allow-alias;`", 0 },
	{ RAM REG "adjustable = \"yes\";", "adjustable", "write `adjustable;`", 0 },
	{ RAM REG "adjustable;", "adjustable", "the guest's kernel runs in this memory", 0 },
	{ REG "type = \"raw\"; memattr = <5>; expose = \"memory\"; adjustable;", "adjustable",
	  "expose it as reserved, pmem or none", 0 },
	{ RAM REG "expose = \"none\"; adjustable;", "adjustable",
	  "without `control` in /guest", 0 },
	{ REG "type = \"mmio\"; watch;", "watch", "says nothing without `control`", 0 },
	{ RAM REG "watch;", "watch", "the guest's kernel runs in this memory", 0 },
	{ REG "type = \"mmio\"; unaligned = \"emulated\";", "unaligned",
	  "did you mean emulate?", 0 },
	{ REG "type = \"mmio\"; unaligned = \"emulate\"; as = \"bao\";", "unaligned",
	  "stands beside `as`", 0 },
	{ RAM REG "readonly;", "readonly", "did you mean read-only?", 0 },
	{ RAM REG "colour;", "colour", "known here: reg, ipa", 0 },

	/* As another hypervisor */
	{ REG "type = \"mmio\"; vma = \"vfio-pci\";", "vma", "says nothing without `as`", 0 },
	{ REG "type = \"mmio\"; as-far-as-possible;", "as-far-as-possible",
	  "says nothing without `as`", 0 },
	{ REG "type = \"raw\"; memattr = <5>; as = \"bao\";", "as", "but this region is raw", 0 },
	{ REG "type = \"mmio\"; device-type = \"GRE\"; as = \"bao\";", "device-type",
	  "stands beside `as`", 0 },
	{ RAM REG "no-tags; untagged = \"non-cacheable\"; as = \"kvm-6.8\";", "untagged",
	  "stands beside `as`", 0 },
	{ RAM REG "as = \"bao\"; vma = \"vfio\";", "vma", "known here: anonymous, file", 0 },

	/* How the guest sees it */
	{ RAM REG "expose = \"zram\";", "expose", "known here: memory, reserved, pmem, none", 0 },
	{ REG "type = \"mmio\"; expose = \"reserved\";", "expose", "but this region is mmio", 0 },
	{ REG "type = \"mmio\"; expose = \"pmem\";", "expose", "but this region is mmio", 0 },
	{ REG "type = \"mmio\"; expose = \"memory\";", "expose",
	  "for type ram, raw only, but this region is mmio", 0 },
	{ REG "type = \"device-memory\"; expose = \"memory\";", "expose",
	  "but this region is device-memory", 0 },
	{ REG "type = \"prefetchable\"; expose = \"memory\";", "expose",
	  "but this region is prefetchable", 0 },

	/* Tags */
	{ RAM REG "tags; no-tags;", "no-tags", "stands beside `tags`", 0 },
	{ RAM REG "tags = <0>;", "tags", "write `tags;`", 0 },
	{ RAM REG "no-tags = <0>;", "no-tags", "write `no-tags;`", 0 },
	{ RAM REG "no-dma = <0>;", "no-dma", "write `no-dma;`", 0 },
	{ RAM REG "probe-tags = <0>;", "probe-tags", "write `probe-tags;`", 0 },
	{ RAM REG "no-tags; untagged = \"writethrough\";", "untagged",
	  " write-through", 0 },
	{ RAM REG "untagged = \"trusted\";", "untagged", "add `no-tags`", 0 },
	{ REG "type = \"device-memory\"; tags; untagged = \"trusted\";", "untagged",
	  "take out one of", 0 },
	{ REG "type = \"raw\"; memattr = <15>; no-tags; untagged = \"non-cacheable\";", "untagged",
	  "only \"trusted\"", 0 },
	{ REG "type = \"mmio\"; tags;", "tags", "but this region is mmio", 0 },
	{ REG "type = \"mmio\"; no-tags;", "no-tags", "but this region is mmio", 0 },
	{ REG "type = \"mmio\"; probe-tags;", "probe-tags", "but this region is mmio", 0 },
	{ REG "type = \"prefetchable\"; untagged = \"trusted\";", "untagged",
	  "but this region is prefetchable", 0 },

	/* The host's nodes */
	{ RAM "host-node = <1>;", "host-node", "not one string", 0 },
	{ RAM "host-node = \"/pl031@9010001\";", "host-node",
	  "no node \"/pl031@9010001\": did you mean /pl031@9010000?", -ENOENT },
	{ RAM "host-node = \"pl031@9010000\";", "host-node", "give a full path", -ENOENT },
	{ RAM "host-node = \"\";", "host-node", "give a full path", -ENOENT },
	{ RAM "host-node = \"/timer\";", "host-node", "\"/timer\" has no `reg`", -ENOENT },
	{ RAM "host-node = \"/cpus/cpu@0\";", "host-node", "has no `reg`", -ENOENT },
	{ RAM "host-node = \"/intc@8000000\"; ipa = <0 0x1000>;", "ipa", "has 2 ranges", 0 },

	/* PCI */
	{ "type = \"device-memory\"; pci = \"1af4:1110\";", "bar", "missing: say which BAR", 0 },
	{ "type = \"device-memory\"; pci = \"1af4:1110\"; bar = <6>;", "bar", "give 0 to 5",
	  -ERANGE },
	{ PCI "\"1af4:1110\"; ipa = <0 0x1000>;", "ipa", "where the guest puts it", 0 },
	{ PCI "\"1af4:1110\"; probe-tags;", "probe-tags", "nowhere yet", 0 },
	{ PCI "\"1af4\";", "pci", "\"1af4\" is no PCI function", 0 },
	{ PCI "\"0000:00:20.0\";", "pci", "is no PCI function: write vendor:device", 0 },
	{ RAM "pci = \"1af4:1110\"; bar = <2>;", "type", "not general-purpose memory", 0 },
	{ "type = \"raw\"; memattr = <15>; expose = \"memory\"; pci = \"1af4:1110\"; bar = <2>;",
	  "type", "not general-purpose memory", 0 },
};

static void wrong_regions_are_refused(void **state)
{
	char text[1024];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(refused_regions); i++) {
		snprintf(text, sizeof(text), "regions { test { %s }; };", refused_regions[i].body);
		compile_guest(text, "");
		refuses(&refused_regions[i], "/guest/regions/test");
	}
}

static void wrong_region_names_are_refused(void **state)
{
	static const struct refusal longer = { "", NULL, "has 40 characters: give it 1 to 39",
					       0 };
	static const struct refusal odd = { "", NULL,
					    "character 3 of a region's name is 0x1b: use letters",
					    0 };

	(void)state;
	compile_guest("regions { a23456789012345678901234567890123456789x { " REG RAM " }; };", "");
	refuses(&longer, "/guest/regions/a23456789012345678901234567890123456789x");
	compile_guest("regions { a234567890123456789012345678901234567_9 { " REG RAM " }; };", "");
	assert_int_equal(read_blob(), 0);
	compile_guest("regions { abcd { " REG RAM " }; };", "");
	rename_all("abcd", "ab\x1b" "d");
	refuses(&odd, "/guest/regions");
}

static void more_regions_than_there_is_room_for_are_refused(void **state)
{
	static const struct refusal c = { "", "the node", "is one more than the 1280", -E2BIG };
	static char text[REGION_MAX * 80];
	size_t at = (size_t)snprintf(text, sizeof(text), "regions { ");

	(void)state;
	for (unsigned i = 0; i <= REGION_MAX; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "r%u { " REG RAM " }; ", i);
	snprintf(text + at, sizeof(text) - at, "};");
	compile_guest(text, "");
	refuses(&c, "/guest/regions/r1280");
}

static void a_host_node_gives_its_pages(void **state)
{
	const struct region *r;

	(void)state;
	r = accepts_region("host-node = \"/pl031@9010000\"; type = \"mmio\";");
	assert_int_equal(r->pa.v, 0x9010000);
	assert_int_equal(r->ipa.v, 0x9010000);
	assert_int_equal(r->size, 0x1000);
	r = accepts_region("host-node = \"/pl031\"; type = \"mmio\"; ipa = <0 0x1000000>;");
	assert_int_equal(r->pa.v, 0x9010000);
	assert_int_equal(r->ipa.v, 0x1000000);
	/* 0x18 bytes at 0x9020000 */
	r = accepts_region("host-node = \"/fw-cfg@9020000\"; type = \"mmio\";");
	assert_int_equal(r->pa.v, 0x9020000);
	assert_int_equal(r->size, 0x1000);
	/* 0x200 bytes at 0xa000200, in the middle of a page */
	r = accepts_region("host-node = \"/virtio_mmio@a000200\"; type = \"mmio\";");
	assert_int_equal(r->pa.v, 0xa000000);
	assert_int_equal(r->size, 0x1000);
}

static void a_host_node_with_several_ranges_gives_as_many_regions(void **state)
{
	(void)state;
	accepts("regions { gic { host-node = \"/intc@8000000\"; type = \"mmio\"; }; };");
	assert_int_equal(config.nr_regions, 2);
	assert_int_equal(config.regions[0].pa.v, 0x8000000);
	assert_int_equal(config.regions[0].size, 0x10000);
	assert_int_equal(config.regions[1].pa.v, 0x80a0000);
	assert_string_equal(config.regions[0].name, "gic");
	assert_string_equal(config.regions[1].name, "gic");
}

/* Writes @nr ranges over the first ones of the interrupt controller. */
static void set_gic_reg(const u64 *reg, unsigned nr)
{
	int node = fdt_path_offset(host_tree, "/intc@8000000");
	fdt64_t cells[8];

	for (unsigned i = 0; i < 2 * nr; i++)
		cells[i] = cpu_to_fdt64(reg[i]);
	assert_int_equal(fdt_setprop_inplace_namelen_partial(host_tree, node, "reg", 3, 0, cells,
							     (int)nr * 16),
			 0);
}

static void ranges_of_a_host_node_that_share_a_page_are_one_region(void **state)
{
	static const u64 was[] = { 0x8000000, 0x10000, 0x80a0000, 0xf60000 };
	static const u64 apart[] = { 0x8000f00, 0x80, 0x8000100, 0x80 };
	static const u64 across[] = { 0x8000f00, 0x200, 0x8001f00, 0x200 };

	(void)state;
	set_gic_reg(apart, 2);
	accepts("regions { gic { host-node = \"/intc@8000000\"; type = \"mmio\"; "
		"ipa = <1 0>; }; };");
	assert_int_equal(config.nr_regions, 1);
	assert_int_equal(config.regions[0].pa.v, 0x8000000);
	assert_int_equal(config.regions[0].ipa.v, 0x100000000);
	assert_int_equal(config.regions[0].size, 0x1000);
	set_gic_reg(across, 2);
	accepts("regions { before { " REG "type = \"ram\"; }; "
		"gic { host-node = \"/intc@8000000\"; type = \"mmio\"; }; };");
	assert_int_equal(config.nr_regions, 2);
	assert_string_equal(config.regions[0].name, "before");
	assert_int_equal(config.regions[1].pa.v, 0x8000000);
	assert_int_equal(config.regions[1].ipa.v, 0x8000000);
	assert_int_equal(config.regions[1].size, 0x3000);
	set_gic_reg(was, 2);
}

static void without_a_machine_the_config_alone_is_read(void **state)
{
	(void)state;
	compile_guest("cpus = <64>; regions { test { " REG RAM " }; };", "");
	assert_int_equal(config_read(blob, blob_size, NULL, &config, &diag), 0);
	compile_guest("regions { test { host-node = \"/pl031@9010000\"; type = \"mmio\"; }; };",
		      "");
	assert_int_equal(config_read(blob, blob_size, NULL, &config, &diag), -ENODEV);
	assert_said("host-node", "/guest/regions/test: host-node: there is no machine");
}

static void the_command_line_counts_before_what_needs_it(void **state)
{
	const char *was = host.bootargs;

	(void)state;
	host.bootargs = "debug verbose verify json";
	accepts("regions { test { " REG "type = \"mmio\"; adjustable; watch; }; };");
	assert_true(config.debug && config.control && config.verbose && config.verify &&
		    config.json);
	assert_false(config.quiet);
	host.bootargs = "quiet";
	accepts("");
	assert_true(config.quiet);
	assert_false(config.debug || config.control || config.verbose || config.verify ||
		     config.json);
	host.bootargs = was;
}

static void pci_functions_are_parsed(void **state)
{
	static const char *const wrong[] = {
		"",
		"1af4",
		"1af4:",
		"1af4:111",
		"1af4:11100",
		"1af4:111g",
		"1af4-1110",
		":1110",
		"0000:00",
		"0000:00:02",
		"0000:00:02.",
		"0000:00:02.8",
		"0000:00:20.0",
		"0000:00:02.00",
		"00:02.0",
		"0000:00:02.0 ",
		" 1af4:1110",
	};
	struct pci_request bar = { 0 };

	(void)state;
	assert_true(pci_function_parse("1aF4:1110", &bar));
	assert_false(bar.by_address);
	assert_int_equal(bar.vendor, 0x1af4);
	assert_int_equal(bar.device, 0x1110);
	assert_true(pci_function_parse("0001:ab:1f.7", &bar));
	assert_true(bar.by_address);
	assert_int_equal(bar.segment, 1);
	assert_int_equal(bar.bus, 0xab);
	assert_int_equal(bar.dev, 31);
	assert_int_equal(bar.fn, 7);
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++)
		if (pci_function_parse(wrong[i], &bar))
			fail_msg("\"%s\" is taken", wrong[i]);
}

static void a_pci_region_is_kept_for_later(void **state)
{
	const struct config_bar *p = config.bar;

	(void)state;
	accepts("regions { a { " PCI "\"1af4:1110\"; };"
		"b { type = \"device-memory\"; expose = \"pmem\"; pci = \"0000:00:02.0\"; "
		"bar = <0>; ipa = <1 0>; }; };");
	assert_int_equal(config.nr_regions, 0);
	assert_int_equal(config.nr_bars, 2);
	assert_string_equal(p[0].region.name, "a");
	assert_int_equal(p[0].region.type, REGION_DEVICE_MEMORY);
	assert_int_equal(p[0].request.bar, 2);
	assert_false(p[0].request.by_address || p[0].has_ipa || config_bar_is_fixed(&p[0]));
	assert_true(p[1].request.by_address && p[1].has_ipa && config_bar_is_fixed(&p[1]));
	assert_int_equal(p[1].region.ipa.v, 0x100000000);
}

static void more_pci_regions_than_there_is_room_for_are_refused(void **state)
{
	static const struct refusal c = { "", "pci", "one more than the 16 BARs", -E2BIG };
	char text[4096] = "regions { ", path[32];
	size_t at = strlen(text);

	(void)state;
	for (unsigned i = 0; i <= BAR_MAX; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "r%u { " PCI "\"0000:00:%02x.0\"; };", i, i);
	snprintf(text + at, sizeof(text) - at, "};");
	snprintf(path, sizeof(path), "/guest/regions/r%u", BAR_MAX);
	compile_guest(text, "");
	refuses(&c, path);
}

static void a_bar_is_one_regions(void **state)
{
	static const char *const twice[] = { "1af4:1110", "0000:01:02.3" };
	static const struct refusal c = { "", "bar", "is region one as well: keep one", -EEXIST };
	char text[256];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(twice); i++) {
		snprintf(text, sizeof(text),
			 "regions { one { " PCI "\"%s\"; }; two { " PCI "\"%s\"; }; };", twice[i],
			 twice[i]);
		compile_guest(text, "");
		refuses(&c, "/guest/regions/two");
	}
	accepts("regions { one { " PCI "\"1af4:1110\"; }; two { " PCI "\"1af4:1111\"; }; three { "
		PCI "\"0000:01:02.3\"; }; four { " PCI "\"0000:01:02.4\"; }; };");
}

static void damaged_configs_never_hurt(void **state)
{
	static u8 whole[4096];
	u64 size;

	(void)state;
	compile_guest(
		"cpus = <2>; bootargs = \"quiet\"; regions { a { " REG RAM "expose = \"pmem\"; };"
		"b { host-node = \"/pl031@9010000\"; type = \"mmio\"; device-type = \"GRE\"; };"
		"c { pci = \"0000:00:02.0\"; bar = <1>; type = \"raw\"; memattr = <5>; }; };",
		"bundle { kernel { size = <0 1>; crc32 = <1>; load = <0 0>; entry = <0 0>; }; };");
	size = blob_size;
	assert_true(size <= sizeof(whole));
	memcpy(whole, blob, size);
	for (u32 seed = 0; seed < 20000; seed++) {
		u32 state32 = seed * 2654435761u | 1;

		memcpy(blob, whole, size);
		for (unsigned n = 1 + seed % 4; n; n--) {
			state32 = state32 * 1664525 + 1013904223;
			blob[(state32 >> 8) % size] ^= (u8)(1u << (state32 & 7));
		}
		blob_size = size;
		if (read_blob())
			assert_true(diag.text[0]);
	}
}

static int read_machine(void **state)
{
	(void)state;
	host_tree = tree_load("virt-gicv3");
	if (host_check(host_tree, fdt_totalsize(host_tree), &diag) ||
	    host_read(host_tree, &host, &diag))
		fail_msg("%s", diag.text);
	return 0;
}

static int free_machine(void **state)
{
	(void)state;
	free(host_tree);
	return 0;
}

static void a_hint_names_what_is_near_or_else_all(void **state)
{
	static const char *const known[] = { "mte", "no-fwb", "device-memory", "tags", "memory" };
	static const struct { const char *name, *hint; } cases[] = {
		{ "mt", "did you mean mte?" },			/* one left out */
		{ "mmte", "did you mean mte?" },		/* one too many */
		{ "te", "did you mean mte?" },
		{ "mtx", "did you mean mte?" },			/* another one */
		{ "met", "did you mean mte?" },			/* two the wrong way round */
		{ "nofwb", "did you mean no-fwb?" },
		{ "Memroy", "did you mean memory?" },		/* two of these */
		{ "devicememory_", "did you mean device-memory?" },
		{ "tags-", "did you mean tags?" },
		{ "t", "known here: mte, no-fwb, device-memory, tags, memory" },
		{ "mxx", "known here: mte, no-fwb, device-memory, tags, memory" },
		{ "mmmmry-", "known here: mte, no-fwb, device-memory, tags, memory" },
		{ "", "known here: mte, no-fwb, device-memory, tags, memory" },
		{ "an-even-longer-name-than-any-property-here-has",
		  "known here: mte, no-fwb, device-memory, tags, memory" },
	};
	char text[80];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		config_hint(text, sizeof(text), cases[i].name, known, ARRAY_SIZE(known));
		assert_string_equal(text, cases[i].hint);
	}
	config_hint(text, sizeof(text), "mte", known, 0);
	assert_string_equal(text, "none is known here");
	config_hint(text, 12, "x", known, ARRAY_SIZE(known));
	assert_string_equal(text, "known here:");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_guest_gets_the_whole_machine),
		cmocka_unit_test(the_guest_is_read),
		cmocka_unit_test(nodes_of_the_machine_are_withheld),
		cmocka_unit_test(a_node_on_a_bus_that_the_guest_drives_is_not_withheld),
		cmocka_unit_test(the_calls_of_the_firmware_are_read),
		cmocka_unit_test(properties_of_the_device_tree_itself_are_passed_over),
		cmocka_unit_test(the_copy_can_be_done_without),
		cmocka_unit_test(wrong_guests_are_refused),
		cmocka_unit_test(a_hint_has_the_path_of_a_node_that_nothing_follows),
		cmocka_unit_test(wrong_nodes_are_refused),
		cmocka_unit_test(a_node_below_a_region_is_refused),
		cmocka_unit_test(what_is_no_config_is_refused),
		cmocka_unit_test(another_format_is_refused_by_its_number_and_by_what_changed),
		cmocka_unit_test(a_format_that_is_read_may_be_written_down),
		cmocka_unit_test(a_config_without_a_guest_is_refused),
		cmocka_unit_test(a_property_that_is_there_twice_is_refused),
		cmocka_unit_test(a_node_that_is_there_twice_is_refused),
		cmocka_unit_test(a_name_of_any_length_is_refused),
		cmocka_unit_test(what_is_no_tree_is_refused),
		cmocka_unit_test(a_config_at_any_address_is_read),
		cmocka_unit_test(the_bundle_node_is_read),
		cmocka_unit_test(an_image_is_not_bare),
		cmocka_unit_test(wrong_bundle_nodes_are_refused),
		cmocka_unit_test(a_region_is_read),
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(every_option_is_read),
		cmocka_unit_test(every_device_type_is_read),
		cmocka_unit_test(raw_attributes_are_taken_as_written),
		cmocka_unit_test(as_is_of_the_guest_or_of_a_region),
		cmocka_unit_test(as_of_the_guest_is_also_for_fwb_and_mte),
		cmocka_unit_test(regions_keep_their_order),
		cmocka_unit_test(wrong_regions_are_refused),
		cmocka_unit_test(wrong_region_names_are_refused),
		cmocka_unit_test(more_regions_than_there_is_room_for_are_refused),
		cmocka_unit_test(a_host_node_gives_its_pages),
		cmocka_unit_test(a_host_node_with_several_ranges_gives_as_many_regions),
		cmocka_unit_test(ranges_of_a_host_node_that_share_a_page_are_one_region),
		cmocka_unit_test(without_a_machine_the_config_alone_is_read),
		cmocka_unit_test(the_command_line_counts_before_what_needs_it),
		cmocka_unit_test(pci_functions_are_parsed),
		cmocka_unit_test(a_pci_region_is_kept_for_later),
		cmocka_unit_test(more_pci_regions_than_there_is_room_for_are_refused),
		cmocka_unit_test(a_bar_is_one_regions),
		cmocka_unit_test(damaged_configs_never_hurt),
		cmocka_unit_test(a_hint_names_what_is_near_or_else_all),
	};

	return cmocka_run_group_tests(tests, read_machine, free_machine);
}
