/* SPDX-License-Identifier: Apache-2.0 */
/* A page of a file (a PCI resource, /dev/mem, ...) for the programs that touch it by hand. */
#ifndef TESTS_GUESTS_LINUX_MAP_H
#define TESTS_GUESTS_LINUX_MAP_H

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

/* What stands at @offset of @file, up to the end of its page. NULL: it said why there is none. */
static inline char *map_page(const char *file, off_t offset)
{
	int fd = open(file, O_RDWR | O_SYNC);
	char *page = fd < 0 ? MAP_FAILED
			    : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				   offset & ~4095L);

	if (page == MAP_FAILED) {
		perror(file);
		return NULL;
	}
	return page + (offset & 4095);
}

#endif
