// SPDX-License-Identifier: Apache-2.0
/* --calls: which nodes of a board call its firmware, and what they get, by the tree alone. */
#include <stdlib.h>

#include "boot/guest/calls.h"
#include "boot/guest/memory_map.h"
#include "tools/regiontool/regions.h"

/* Names in it are the tree's: none ends the comment that a starter has it in. */
static void print_text(const char *before, const char *text)
{
	printf("%s", before);
	for (; *text; text++)
		putchar(*text >= ' ' && *text <= '~' && *text != '*' ? *text : '?');
	printf("\n");
}

void print_calls(const struct host *host, const struct config *config,
		 const struct region_table *regions, const char *before)
{
	struct json_list list;
	char text[320];

	if (as_json)
		json_list_begin(&list, "calls");
	for (unsigned i = 0; i < host->nr_callers; i++) {
		calls_describe(host, config, regions, i, text, sizeof(text));
		if (as_json)
			json_line(&list, text);
		else
			print_text(before, text);
	}
	if (as_json)
		json_list_end();
}

/* For a config that says nothing of them. */
static struct config no_config;
static struct region_table regions;

static bool make_table(const struct host *host, struct diag *d)
{
	static const struct mm_caps caps = { .pa_bits = 48 };

	no_config = (struct config){ .bootargs = "" };
	return !memory_map_start(&regions, &no_config, &caps, d) &&
	       !memory_map_finish(&regions, host, &no_config, (struct range){ 0 }, &caps, d);
}

bool print_default_calls(const struct host *host, const char *before, struct diag *d)
{
	if (!make_table(host, d))
		return false;
	print_calls(host, &no_config, &regions, before);
	return true;
}

static void one(const char *path)
{
	static struct host host;
	char before[256];
	struct diag d;

	if (!machine_try(path, &host, &d) || !make_table(&host, &d)) {
		if (as_json)
			refused("%s: cannot be read: %s", path, d.text);
		else
			printf("%s: cannot be read: %s\n", path, d.text);
		return;
	}
	if (as_json) {
		json_begin("calls");
		json_text("machine", path);
		print_calls(&host, &no_config, &regions, "");
		json_end();
		return;
	}
	snprintf(before, sizeof(before), "%s: ", path);
	print_calls(&host, &no_config, &regions, before);
	if (!host.nr_callers)
		printf("%s: no node calls the firmware\n", path);
}

int calls_mode(int argc, char **argv)
{
	if (!argc)
		return misused("--calls needs trees: see --help");
	for (int i = 0; i < argc; i++)
		one(argv[i]);
	return finish_output();
}
