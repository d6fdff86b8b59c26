/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peek FILE OFFSET [VALUE]: loads 8 bytes of FILE (a PCI resource) through a mapping, or stores
 * VALUE there.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	off_t offset;
	char *page;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: peek FILE OFFSET [VALUE]\n");
		return 2;
	}
	offset = strtoull(argv[2], NULL, 0);
	fd = open(argv[1], O_RDWR | O_SYNC);
	page = fd < 0 ? MAP_FAILED
		      : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset & ~4095L);
	if (page == MAP_FAILED) {
		perror(argv[1]);
		return 2;
	}
	volatile uint64_t *at = (volatile uint64_t *)(page + (offset & 4088));

	if (argc > 3)
		*at = strtoull(argv[3], NULL, 0);
	else
		printf("%#" PRIx64 "\n", *at);
	return 0;
}
