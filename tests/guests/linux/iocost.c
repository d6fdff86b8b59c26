/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iocost DISK CPUS READS ROUNDS: in each round every CPU in turn makes its share of READS reads of
 * 4 KiB, one at a time. A mark (bench/elcount.c) before each round and after it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SIZE 4096

static void mark(void)
{
	asm volatile("hint #126");
}

static int go_to(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one);
}

static int read_on_all(int disk, int cpus, int reads, void *buffer)
{
	for (int cpu = 0; cpu < cpus; cpu++) {
		if (go_to(cpu))
			return -1;
		for (int i = 0; i < reads / cpus; i++)
			if (pread(disk, buffer, SIZE, (off_t)i * SIZE) != SIZE)
				return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static char buffer[SIZE] __attribute__((aligned(SIZE)));
	int disk, cpus, reads, err = 0;

	if (argc != 5) {
		fprintf(stderr, "usage: iocost DISK CPUS READS ROUNDS\n");
		return 2;
	}
	disk = open(argv[1], O_RDONLY | O_DIRECT);
	cpus = atoi(argv[2]);
	reads = atoi(argv[3]);
	if (disk < 0 || cpus < 1) {
		perror("iocost");
		return 2;
	}
	err = read_on_all(disk, cpus, reads, buffer);	/* what happens once */
	for (int round = atoi(argv[4]); round && !err; round--) {
		mark();
		err = read_on_all(disk, cpus, reads, buffer);
		mark();
	}
	if (err)
		perror("iocost");
	return !!err;
}
