// SPDX-License-Identifier: Apache-2.0
/* --console: what Mavis would print on, by the tree alone. */
#include <stdlib.h>

#include "tools/regiontool/regions.h"

static void print_uart(const char *path, const struct host_uart *uart)
{
	if (as_json) {
		json_begin("console");
		json_text("machine", path);
		if (uart->found) {
			json_text("node", uart->path);
			json_text("compatible", uart->compatible);
			printf(",\"guessed\":%s", uart->guessed ? "true" : "false");
		}
		json_end();
	} else if (uart->found) {
		printf("%s: %s (%s)%s\n", path, uart->path, uart->compatible,
		       uart->guessed ? ", a guess" : "");
	} else {
		printf("%s: none\n", path);
	}
}

int console_mode(int argc, char **argv)
{
	struct host_uart uart;
	struct diag d;
	size_t size;
	void *fdt;

	if (!argc)
		return misused("--console needs trees: see --help");
	for (int i = 0; i < argc; i++) {
		fdt = tree_load(argv[i], &size);
		if (!fdt)
			return EXIT_FAILURE;
		if (host_check(fdt, size, &d))
			return refused("%s: %s", argv[i], d.text);
		host_read_uart(fdt, &uart);
		print_uart(argv[i], &uart);
		free(fdt);
	}
	return finish_output();
}
