/* SPDX-License-Identifier: Apache-2.0 */
/* The config reader on any bytes, with and without a machine. */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "boot/machine/host.h"
#include "boot/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static _Alignas(8) u8 tree[4096];
static struct host host;

static void begin_node(const char *name, u32 address, u32 size)
{
	CHECK(!fdt_begin_node(tree, name));
	if (size) {
		fdt32_t reg[4] = { 0, cpu_to_fdt32(address), 0, cpu_to_fdt32(size) };

		CHECK(!fdt_property(tree, "reg", reg, sizeof(reg)));
	}
}

/* A machine with memory, two CPUs and two devices for `host-node`. */
static void make_host(void)
{
	struct diag diag;

	CHECK(!fdt_create(tree, sizeof(tree)) && !fdt_finish_reservemap(tree));
	begin_node("", 0, 0);
	CHECK(!fdt_property_cell(tree, "#address-cells", 2) &&
	      !fdt_property_cell(tree, "#size-cells", 2) &&
	      !fdt_property_cell(tree, "interrupt-parent", 1));
	begin_node("intc@8000000", 0x8000000, 0x10000);
	CHECK(!fdt_property_string(tree, "compatible", "brcm,bcm2836-l1-intc") &&
	      !fdt_property_cell(tree, "phandle", 1) && !fdt_end_node(tree));
	begin_node("memory@40000000", 0x40000000, 0x40000000);
	CHECK(!fdt_property_string(tree, "device_type", "memory") && !fdt_end_node(tree));
	begin_node("uart@9000000", 0x9000000, 0x1000);
	CHECK(!fdt_end_node(tree));
	begin_node("rtc@9010800", 0x9010800, 0x800);
	CHECK(!fdt_end_node(tree));
	begin_node("cpus", 0, 0);
	CHECK(!fdt_property_cell(tree, "#address-cells", 1) &&
	      !fdt_property_cell(tree, "#size-cells", 0));
	for (u32 i = 0; i < 2; i++) {
		begin_node(i ? "cpu@1" : "cpu@0", 0, 0);
		CHECK(!fdt_property_string(tree, "device_type", "cpu") &&
		      !fdt_property_cell(tree, "reg", i) && !fdt_end_node(tree));
	}
	CHECK(!fdt_end_node(tree) && !fdt_end_node(tree) && !fdt_finish(tree));
	CHECK(!host_check(tree, sizeof(tree), &diag) && !host_read(tree, &host, &diag) &&
	      host.nr_cpus == 2);
}

/* What the rest of Mavis relies on. */
static void check_regions(const struct config *config)
{
	CHECK(config->nr_regions <= REGION_MAX);
	for (unsigned i = 0; i < config->nr_regions; i++) {
		const struct region *r = &config->regions[i];

		CHECK(r->size && IS_ALIGNED(r->ipa.v | r->pa.v | r->size, PAGE_SIZE));
		CHECK(range_valid((struct range){ r->ipa.v, r->size }) &&
		      range_valid((struct range){ r->pa.v, r->size }));
		CHECK(r->type < REGION_NR_TYPES && r->opts.memattr < 16 && r->name[0] &&
		      memchr(r->name, '\0', sizeof(r->name)));
	}
}

static void read_with(const uint8_t *data, size_t size, const struct host *machine)
{
	struct config config;
	struct diag diag = { "" };

	if (config_read(data, size, machine, &config, &diag)) {
		CHECK(diag.text[0] && memchr(diag.text, '\0', sizeof(diag.text)));
		return;
	}
	check_regions(&config);
	CHECK(config.bootargs && IS_ALIGNED(config.memory, PAGE_SIZE) &&
	      config.cpus <= MAX_CPUS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!host.nr_cpus)
		make_host();
	read_with(data, size, &host);
	read_with(data, size, NULL);
	return 0;
}
