// SPDX-License-Identifier: Apache-2.0
/*
 * --machine: what a config comes to on a machine, from its device tree alone; --config: what is
 * wrong with it on any machine.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "boot/config/config.h"
#include "boot/guest/dma_list.h"
#include "boot/guest/doubt.h"
#include "boot/guest/memory_map.h"
#include "boot/json.h"
#include "boot/machine/kept.h"
#include "boot/table.h"
#include "mm/resolve.h"
#include "tools/regiontool/regions.h"

static struct host host;
static struct config config;
static struct region_table table;
static struct mm_caps cpu;		/* whatever the config makes of it */

bool cpu_parse(const char *text, struct mm_caps *caps)
{
	struct { const char *name; bool *flag; } const flags[] = {
		{ "fwb", &caps->fwb },
		{ "mte", &caps->mte },
		{ "mte_perm", &caps->mte_perm },
		{ "dic", &caps->dic },
	};

	*caps = (struct mm_caps){ .pa_bits = 48 };
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, ",");
		bool known = false;

		for (unsigned i = 0; i < ARRAY_SIZE(flags); i++)
			if (strlen(flags[i].name) == len && !strncmp(p, flags[i].name, len))
				*flags[i].flag = known = true;
		if (len == 4 && !strncmp(p, "pa", 2)) {
			caps->pa_bits = (u8)strtoul(p + 2, NULL, 10);
			known = caps->pa_bits >= 32 && caps->pa_bits <= 48;
		}
		if (!known) {
			misused("--cpu: no feature %.*s: there are fwb, mte, mte_perm, dic and pa32 to pa48",
				(int)len, p);
			return false;
		}
		p += len + (p[len] == ',');
	}
	return true;
}

static void print_others(const struct region *r, bool pci, const struct mm_caps *caps)
{
	bool offers_mte = config.mte && caps->mte && !as_is_emulated(r);
	char text[64];
	enum region_as as;

	for (unsigned o = 0; other_column(o, &as); o++) {
		other_maps(text, sizeof(text), as, r, as_vma(r, &host, pci), &cpu, offers_mte);
		if (as_json)
			printf("%s\"%s\":\"%s\"", o ? "," : "", as_name(as), text);
		else
			printf("  %-10s", text);
	}
}

static void print_row(const struct region *r, const char *where, bool pci,
		      const struct mm_caps *caps)
{
	char text[240];

	table_row(text, sizeof(text), r, where, caps);
	printf("%s", text);
	print_others(r, pci, caps);
	table_name(text, sizeof(text), r);
	printf("  %s\n", text);
}

/* The same as an object; @bar: none if negative. */
static void print_object(struct json_list *l, const struct region *r, int bar,
			 const struct mm_caps *caps)
{
	char text[JSON_ROW_SIZE];

	json_row(text, sizeof(text), r, bar < 0, caps);
	json_next(l);
	printf("{%s", text);
	if (bar >= 0)
		printf(",\"bar\":%d", bar);
	printf(",\"others\":{");
	print_others(r, bar >= 0, caps);
	printf("}}");
}

/* The next region from *i on that is a BAR, without a place; false: there are no more. */
static bool next_bar(unsigned *i, struct region *r, const struct mm_caps *caps)
{
	for (; *i < config.nr_bars; (*i)++) {
		struct diag d;
		bool hides_mte;

		*r = config.bar[*i].region;
		if (region_resolve(r, caps, table.mte, &hides_mte, &d))
			continue;
		r->pa = PA(r->ipa.v);
		return true;
	}
	return false;
}

static void print_bars(const struct mm_caps *caps)
{
	struct region r;

	for (unsigned i = 0; next_bar(&i, &r, caps); i++)
		print_row(&r, config_bar_is_fixed(&config.bar[i]) ? "placed at boot"
								  : "follows the BAR",
			  true, caps);
}

static void print_table(const struct mm_caps *caps)
{
	char text[320];
	enum region_as as;

	table_head(text, sizeof(text));
	printf("%s", text);
	for (unsigned o = 0; other_column(o, &as); o++)
		printf("  %-10s", as_name(as));
	printf("  region\n");
	for (unsigned i = 0; i < table.nr; i++)
		print_row(&table.region[i], NULL, false, caps);
	print_bars(caps);
	table_mte(text, sizeof(text), &table, &config, caps);
	printf("%s", text);
	if (config.mte && caps->mte)
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
static void find_free(struct range free[MAX_FREE + 1], const struct mm_caps *caps)
{
	u64 at = 0, end = 1ull << caps->pa_bits;

	for (unsigned i = 0; i < table.nr; i++) {
		struct range r = region_ipa(&table.region[i]);

		if (r.base > at)
			note_free(free, (struct range){ at, r.base - at });
		at = MAX(at, range_end(r));
	}
	if (at < end)
		note_free(free, (struct range){ at, end - at });
}

static void print_free(const struct mm_caps *caps)
{
	struct range free[MAX_FREE + 1] = { 0 };
	char size[24];

	find_free(free, caps);
	printf("Free for a region's ipa, the largest first:\n");
	for (unsigned i = 0; i < MAX_FREE && free[i].size; i++)
		printf("  %012lx-%012lx  %11s\n", (unsigned long)free[i].base,
		       (unsigned long)(range_end(free[i]) - 1),
		       table_size(size, sizeof(size), free[i].size));
}

/* Lines of one kind: the next of them into @text, or false. */
typedef bool next_line(void *at, char *text, size_t size);

static bool next_kept(void *at, char *text, size_t size)
{
	return kept_next(&host, config.regions, config.nr_regions, at, text, size);
}

static bool next_dma(void *at, char *text, size_t size)
{
	return dma_list_next(at, text, size);
}

static bool next_doubt(void *at, char *text, size_t size)
{
	return doubt_next(at, text, size);
}

/* As lines that begin with @before, or as the member @name. */
static void print_lines(next_line *next, void *at, const char *name, const char *before)
{
	struct json_list list;
	char text[720];

	if (as_json)
		json_list_begin(&list, name);
	while (next(at, text, sizeof(text))) {
		if (as_json)
			json_line(&list, text);
		else
			printf("%s%s\n", before, text);
	}
	if (as_json)
		json_list_end();
}

/* What is said beside the table. Of the guest's tree: it is taken to be the machine's. */
static void print_rest(const struct mm_caps *caps)
{
	struct dma_list dma = { .host = &host, .regions = &table };
	struct doubts doubts = {
		.host = &host,
		.config = &config,
		.regions = &table,
		.caps = *caps,
	};
	unsigned kept = 0;

	print_lines(next_kept, &kept, "kept", "");
	print_lines(next_dma, &dma, "dma", "");
	print_lines(next_doubt, &doubts, "warnings", "Warning: ");
	print_calls(&host, &config, &table, "Firmware calls: ");
}

static void print_json(const char *machine, const char *path, const struct mm_caps *caps)
{
	struct range free[MAX_FREE + 1] = { 0 };
	struct json_list list;
	struct region r;

	json_begin("table");
	json_text("machine", machine);
	json_text("config", path);
	printf(",\"cpus\":%u,\"fwb\":%s", host.nr_cpus, caps->fwb ? "true" : "false");
	json_text("mte", json_mte(&table, &config, caps));
	json_list_begin(&list, "regions");
	for (unsigned i = 0; i < table.nr; i++)
		print_object(&list, &table.region[i], -1, caps);
	for (unsigned i = 0; next_bar(&i, &r, caps); i++)
		print_object(&list, &r, (int)config.bar[i].request.bar, caps);
	json_list_end();
	json_list_begin(&list, "free");
	find_free(free, caps);
	for (unsigned i = 0; i < MAX_FREE && free[i].size; i++) {
		json_next(&list);
		printf("{\"ipa\":\"%#lx\",\"size\":\"%#lx\"}", (unsigned long)free[i].base,
		       (unsigned long)free[i].size);
	}
	json_list_end();
	print_rest(caps);
	json_end();
}

/* All else of a BAR only the boot sees, but without an ECAM it will see none. */
static bool check_pci(void)
{
	struct diag d;

	for (unsigned i = 0; i < config.nr_bars && !pci_has_ecam(&host, -1); i++) {
		if (config.bar[i].optional)
			continue;
		pci_no_ecam(&host, &d);
		refused("region %s: pci: %s", config.bar[i].region.name, d.text);
		return false;
	}
	return true;
}

static int run(const char *machine, const char *path, const char *memory, struct mm_caps *caps)
{
	struct diag d;
	size_t size;
	void *dtb;

	if (!machine_load(machine, memory, &host))
		return EXIT_FAILURE;
	dtb = tree_load(path, &size);
	if (!dtb)
		return EXIT_FAILURE;
	if (config_read(dtb, size, &host, &config, &d) ||
	    host_withhold(&host, config.withhold, &d))
		return refused("%s", d.text);
	if (!check_pci())
		return EXIT_FAILURE;
	cpu = *caps;
	caps->fwb &= !config.no_fwb;
	if (memory_map_start(&table, &config, caps, &d) ||
	    memory_map_finish(&table, &host, &config, (struct range){ 0 }, caps, &d))
		return refused("%s", d.text);
	if (as_json) {
		print_json(machine, path, caps);
		return finish_output();
	}
	print_table(caps);
	print_free(caps);
	print_rest(caps);
	printf("Mavis itself, of which only the boot knows the place, is not taken out\n");
	return finish_output();
}

int machine_mode(int argc, char **argv)
{
	const char *machine = argc ? argv[0] : NULL, *path = NULL, *features = "", *memory = NULL;
	struct mm_caps caps;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--cpu") && i + 1 < argc)
			features = argv[++i];
		else if (!strcmp(argv[i], "--memory") && i + 1 < argc)
			memory = argv[++i];
		else if (argv[i][0] != '-' && !path)
			path = argv[i];
		else
			return misused("%s: not understood, or its value is missing", argv[i]);
	}
	if (!path)
		return misused("--machine needs the machine's tree and a config: see --help");
	return cpu_parse(features, &caps) ? run(machine, path, memory, &caps) : EXIT_USAGE;
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
		return misused("--config needs a config: see --help");
	dtb = tree_load(argv[0], &size);
	if (!dtb)
		return EXIT_FAILURE;
	/*
	 * What is no tree is config_read()'s to refuse. A region's reg may be longer than its
	 * host-node.
	 */
	room = 2 * size + 4096;
	copy = calloc(1, room);
	if (copy && size <= CONFIG_MAX_SIZE && !dt_check(dtb, size, &d) &&
	    !dt_open(dtb, copy, (u32)room)) {
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
	if (as_json) {
		json_begin("config");
		json_text("config", argv[0]);
		json_end();
	}
	return finish_output();
}
