/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unaligned FILE OFFSET: maps a page of FILE (a PCI resource, /dev/mem, ...) and stores and loads 8
 * bytes at an address that is not a multiple of 8. Prints one line: "works" where the memory type
 * allows it, else the signal that came instead.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf escape;
static volatile sig_atomic_t code;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	code = info->si_code;
	siglongjmp(escape, sig);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
	const uint64_t pattern = 0x1122334455667788;
	uint64_t back;
	off_t offset;
	char *page;
	int fd, sig;

	if (argc != 3) {
		fprintf(stderr, "usage: unaligned FILE OFFSET\n");
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
	page += offset & 4095;
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);

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
