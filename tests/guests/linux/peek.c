/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peek FILE OFFSET [VALUE]: loads 8 bytes of FILE (a PCI resource) through a mapping, or stores
 * VALUE there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/guests/linux/map.h"

int main(int argc, char **argv)
{
	volatile uint64_t *at;
	char *page;

	if (argc < 3) {
		fprintf(stderr, "usage: peek FILE OFFSET [VALUE]\n");
		return 2;
	}
	page = map_page(argv[1], strtoull(argv[2], NULL, 0) & ~7ull);
	if (!page)
		return 2;
	at = (volatile uint64_t *)page;
	if (argc > 3)
		*at = strtoull(argv[3], NULL, 0);
	else
		printf("%#" PRIx64 "\n", *at);
	return 0;
}
