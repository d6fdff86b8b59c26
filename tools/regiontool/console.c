// SPDX-License-Identifier: Apache-2.0
/* --console: what Mavis would print on, by the tree alone. */
#include <stdlib.h>

#include "tools/regiontool/regions.h"

int console_mode(int argc, char **argv)
{
	struct host_uart uart;
	struct diag d;
	size_t size;
	void *fdt;

	if (!argc)
		return refused("--console needs trees: see --help");
	for (int i = 0; i < argc; i++) {
		fdt = tree_load(argv[i], &size);
		if (!fdt)
			return EXIT_FAILURE;
		if (host_check(fdt, size, &d))
			return refused("%s: %s", argv[i], d.text);
		host_read_uart(fdt, &uart);
		if (uart.found)
			printf("%s: %s (%s)%s\n", argv[i], uart.path, uart.compatible,
			       uart.guessed ? ", a guess" : "");
		else
			printf("%s: none\n", argv[i]);
		free(fdt);
	}
	return finish_output();
}
