/* SPDX-License-Identifier: Apache-2.0 */
/*
 * barload FILE SIZE CPU: uses memory behind a PCI BAR (a resource file) from one CPU until SIGTERM,
 * whatever its type is at the moment: aligned stores and loads, which must never lose a value, and
 * unaligned ones, which work or raise SIGBUS. Says when it begins; prints how often each, and how
 * often it changed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define STRIDE 1024
#define MAX_SLOTS 65536

static sigjmp_buf escape;
static volatile sig_atomic_t stopped;
static uint64_t written[MAX_SLOTS];

static void on_bus_error(int sig)
{
	(void)sig;
	siglongjmp(escape, 1);
}

static void on_stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* In assembly, so that no compiler splits the accesses. Gives false for SIGBUS. */
static int unaligned(volatile char *at, uint64_t val, uint64_t *back)
{
	if (sigsetjmp(escape, 1))
		return 0;
	asm volatile("str %0, [%1, #1]" ::"r"(val), "r"(at) : "memory");
	asm volatile("ldr %0, [%1, #1]" : "=r"(*back) : "r"(at) : "memory");
	return 1;
}

int main(int argc, char **argv)
{
	unsigned long works = 0, faults = 0, turns = 0, lost = 0;
	uint64_t seed = 1, back;
	size_t size, slots;
	volatile char *mem;
	cpu_set_t set;
	int fd, last = -1;

	if (argc != 4)
		return 2;
	size = strtoull(argv[2], NULL, 0);
	slots = size / STRIDE < MAX_SLOTS ? size / STRIDE : MAX_SLOTS;
	CPU_ZERO(&set);
	CPU_SET(atoi(argv[3]), &set);
	fd = open(argv[1], O_RDWR | O_SYNC);
	mem = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED || !slots || sched_setaffinity(0, sizeof(set), &set)) {
		perror("barload");
		return 2;
	}
	signal(SIGBUS, on_bus_error);
	signal(SIGTERM, on_stop);
	for (size_t i = 0; i < slots; i++)
		*(volatile uint64_t *)(mem + i * STRIDE) = 0;
	printf("barload: begins\n");
	fflush(stdout);
	while (!stopped) {
		size_t slot;
		volatile uint64_t *at;
		int ok;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		slot = (seed >> 33) % slots;
		at = (volatile uint64_t *)(mem + slot * STRIDE);
		lost += *at != written[slot];
		*at = written[slot] = seed;
		ok = unaligned(mem + slot * STRIDE + 16, ~seed, &back);
		lost += ok && back != ~seed;
		works += ok;
		faults += !ok;
		turns += last >= 0 && ok != last;
		last = ok;
	}
	for (size_t i = 0; i < slots; i++)
		lost += *(volatile uint64_t *)(mem + i * STRIDE) != written[i];
	printf("barload: %lu worked, %lu SIGBUS, %lu turns, %lu lost\n", works, faults, turns,
	       lost);
	return lost != 0;
}
