/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unaligned FILE OFFSET: maps a page of FILE (a PCI resource, /dev/mem, ...) and stores and loads 8
 * bytes at an address that is not a multiple of 8. Prints one line: "works" where the memory type
 * allows it, else the signal that came instead.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/guests/linux/catch.h"
#include "tests/guests/linux/map.h"

int main(int argc, char **argv)
{
	const uint64_t pattern = 0x1122334455667788;
	uint64_t back;
	char *page;
	int sig;

	if (argc != 3) {
		fprintf(stderr, "usage: unaligned FILE OFFSET\n");
		return 2;
	}
	page = map_page(argv[1], strtoull(argv[2], NULL, 0));
	if (!page)
		return 2;
	catch_signals();
	sig = sigsetjmp(escape, 1);
	if (sig) {
		printf("unaligned: %s code %d\n", sig == SIGBUS ? "SIGBUS" : "SIGSEGV", (int)code);
		return 1;
	}
	/* In assembly, so that no compiler splits the accesses. */
	asm volatile("str %0, [%1, #1]" :: "r"(pattern), "r"(page) : "memory");
	asm volatile("ldr %0, [%1, #1]" : "=r"(back) : "r"(page) : "memory");
	printf("unaligned: %s\n", back == pattern ? "works" : "reads back wrong");
	return back != pattern;
}
