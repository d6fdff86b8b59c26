// SPDX-License-Identifier: Apache-2.0
/*
 * --machine: what a config comes to on a machine, from its device tree alone; --config: what is
 * wrong with it on any machine.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "boot/config/config.h"
#include "boot/guest/doubt.h"
#include "boot/guest/memory_map.h"
#include "boot/table.h"
#include "mm/resolve.h"
#include "tools/regiontool/regions.h"

static struct host host;
static struct config config;
static struct region_table table;

bool cpu_parse(const char *text, struct tool_cpu *cpu)
{
	struct { const char *name; bool *flag; } const flags[] = {
		{ "fwb", &cpu->caps.fwb },
		{ "mte", &cpu->caps.mte },
		{ "mte_perm", &cpu->caps.mte_perm },
		{ "dic", &cpu->dic },
	};

	*cpu = (struct tool_cpu){ .caps.pa_bits = 48 };
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, ",");
		bool known = false;

		for (unsigned i = 0; i < ARRAY_SIZE(flags); i++)
			if (strlen(flags[i].name) == len && !strncmp(p, flags[i].name, len))
				*flags[i].flag = known = true;
		if (len == 4 && !strncmp(p, "pa", 2)) {
			cpu->caps.pa_bits = (u8)strtoul(p + 2, NULL, 10);
			known = cpu->caps.pa_bits >= 32 && cpu->caps.pa_bits <= 48;
		}
		if (!known) {
			refused("--cpu: no feature %.*s: there are fwb, mte, mte_perm, dic and pa32 to pa48",
				(int)len, p);
			return false;
		}
		p += len + (p[len] == ',');
	}
	return true;
}

static bool in_window(const struct region *r)
{
	for (unsigned i = 0; i < host.nr_mmio; i++)
		if (host.mmio[i].kind >= HOST_PCI_MEM32 &&
		    ranges_overlap(host.mmio[i].range, region_pa(r)))
			return true;
	return false;
}

static void print_row(const struct region *r, const char *where, bool window,
		      const struct tool_cpu *cpu, bool mte)
{
	char row[160], name[160];

	table_row(row, sizeof(row), r, where, &cpu->caps);
	table_name(name, sizeof(name), r);
	printf("%s", row);
	for (enum other o = 0; o < NR_OTHERS; o++)
		printf("  %-10s", other_maps(o, r, cpu, window, mte));
	printf("  %s\n", name);
}

static void print_bars(const struct tool_cpu *cpu, bool mte)
{
	for (unsigned i = 0; i < config.nr_bars; i++) {
		struct region r = config.bar[i].region;
		struct diag d;
		bool hides_mte;

		if (region_resolve(&r, &cpu->caps, table.mte, &hides_mte, &d))
			continue;
		r.pa = PA(r.ipa.v);
		print_row(&r, config_bar_is_fixed(&config.bar[i]) ? "placed at boot"
							   : "follows the BAR",
			  true, cpu, mte);
	}
}

static void print_table(const struct tool_cpu *cpu, bool mte)
{
	char text[320];

	table_head(text, sizeof(text));
	printf("%s", text);
	for (enum other o = 0; o < NR_OTHERS; o++)
		printf("  %-10s", other_name(o));
	printf("  region\n");
	for (unsigned i = 0; i < table.nr; i++)
		print_row(&table.region[i], NULL, in_window(&table.region[i]), cpu,
			  mte && cpu->caps.mte);
	print_bars(cpu, mte && cpu->caps.mte);
	table_mte(text, sizeof(text), &table, mte, &cpu->caps);
	printf("%s", text);
	if (mte && cpu->caps.mte)
		printf("MTE elsewhere: Xen hides it; Bao's guest dies when it uses it\n");
}

#define MAX_FREE 4

/* Keeps the largest @hole seen so far, the largest first. */
static void note_free(struct range free[MAX_FREE + 1], struct range hole)
{
	unsigned at = MAX_FREE;

	free[at] = hole;
	for (; at && free[at - 1].size < free[at].size; at--) {
		free[at] = free[at - 1];
		free[at - 1] = hole;
	}
}

/* Where a region could be whose `ipa` is not its own address: the table is sorted by that. */
static void print_free(const struct tool_cpu *cpu)
{
	struct range free[MAX_FREE + 1] = { 0 };
	u64 at = 0, end = 1ull << cpu->caps.pa_bits;
	char size[24];

	for (unsigned i = 0; i < table.nr; i++) {
		struct range r = region_ipa(&table.region[i]);

		if (r.base > at)
			note_free(free, (struct range){ at, r.base - at });
		at = MAX(at, range_end(r));
	}
	if (at < end)
		note_free(free, (struct range){ at, end - at });
	printf("Free for a region's ipa, the largest first:\n");
	for (unsigned i = 0; i < MAX_FREE && free[i].size; i++)
		printf("  %012lx-%012lx  %11s\n", (unsigned long)free[i].base,
		       (unsigned long)(range_end(free[i]) - 1),
		       table_size(size, sizeof(size), free[i].size));
}

/* The guest's tree is taken to be the machine's. */
static void print_doubts(const struct tool_cpu *cpu)
{
	struct doubts d = {
		.host = &host,
		.config = &config,
		.regions = &table,
		.caps = cpu->caps,
	};
	char text[320];

	while (doubt_next(&d, text, sizeof(text)))
		printf("Warning: %s\n", text);
}

static int run(const char *machine, const char *path, const char *memory, struct tool_cpu *cpu)
{
	struct diag d;
	size_t size;
	void *dtb;
	bool mte;

	if (!machine_load(machine, memory, &host))
		return EXIT_FAILURE;
	dtb = tree_load(path, &size);
	if (!dtb)
		return EXIT_FAILURE;
	if (config_read(dtb, size, &host, &config, &d))
		return refused("%s", d.text);
	mte = config.mte;
	cpu->caps.fwb &= !config.no_fwb;
	if (memory_map_start(&table, &config, &d) ||
	    memory_map_finish(&table, &host, &config, (struct range){ 0 }, &cpu->caps, &d))
		return refused("%s", d.text);
	print_table(cpu, mte);
	print_free(cpu);
	print_doubts(cpu);
	printf("Mavis itself, of which only the boot knows the place, is not taken out\n");
	return finish_output();
}

int machine_mode(int argc, char **argv)
{
	const char *machine = argc ? argv[0] : NULL, *path = NULL, *features = "", *memory = NULL;
	struct tool_cpu cpu;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--cpu") && i + 1 < argc)
			features = argv[++i];
		else if (!strcmp(argv[i], "--memory") && i + 1 < argc)
			memory = argv[++i];
		else if (argv[i][0] != '-' && !path)
			path = argv[i];
		else
			return refused("%s: not understood, or its value is missing", argv[i]);
	}
	if (!path)
		return refused("--machine needs the machine's tree and a config: see --help");
	return cpu_parse(features, &cpu) ? run(machine, path, memory, &cpu) : EXIT_FAILURE;
}

/*
 * A region that takes its place from a node of the machine gets some place: where it is cannot be
 * checked here, all else can.
 */
static int place_host_nodes(void *dtb)
{
	int parent = fdt_path_offset(dtb, "/guest/regions"), node, err = 0;
	fdt32_t reg[4] = { 0, 0, 0, cpu_to_fdt32(PAGE_SIZE) };

	fdt_for_each_subnode(node, dtb, parent) {
		if (err || !fdt_getprop(dtb, node, "host-node", NULL) ||
		    fdt_getprop(dtb, node, "reg", NULL) || fdt_getprop(dtb, node, "pci", NULL))
			continue;
		err = fdt_delprop(dtb, node, "host-node");
		if (!err)
			err = fdt_setprop(dtb, node, "reg", reg, sizeof(reg));
	}
	return err;
}

int config_mode(int argc, char **argv)
{
	size_t size, room;
	void *dtb, *copy;
	struct diag d;
	int err;

	if (argc != 1)
		return refused("--config needs a config: see --help");
	dtb = tree_load(argv[0], &size);
	if (!dtb)
		return EXIT_FAILURE;
	/*
	 * What is no tree is config_read()'s to refuse. A region's reg may be longer than its
	 * host-node.
	 */
	room = 2 * size + 4096;
	copy = calloc(1, room);
	if (copy && size <= CONFIG_MAX_SIZE && !fdt_check_full(dtb, size) &&
	    !fdt_open_into(dtb, copy, (int)room)) {
		err = place_host_nodes(copy);
		if (!err)
			err = fdt_pack(copy);
		if (err)
			return refused("%s: %s", argv[0], fdt_strerror(err));
		dtb = copy;
		size = fdt_totalsize(copy);
	}
	if (config_read(dtb, size, NULL, &config, &d))
		return refused("%s", d.text);
	return EXIT_SUCCESS;
}
