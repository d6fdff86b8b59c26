/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctlfuzz ADDRESS ROUNDS SEED: random commands, arguments and accesses at the control page, so many
 * of each from all CPUs at once; then looks whether stage 2 maps what it mapped before, as it did
 * before, but for the memory type of adjustable regions.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hyp/control_abi.h"

#define MAX_REGIONS 1400
#define MAX_RUNS 4096

struct region {
	uint64_t ipa, pa, size, flags, attr;
};

struct run {
	uint64_t ipa, pa, end, attr;
};

static char *page;
static struct region region[MAX_REGIONS];
static uint64_t nr_regions;
static struct run before[MAX_RUNS], after[MAX_RUNS];

/* In assembly: the compiler would use pairs and write-back, which the page does not take. */
#define LOAD(insn, offset)                                                                    \
	({                                                                                    \
		uint64_t v_;                                                                  \
		asm volatile(insn " %w0, [%1]" : "=r"(v_) : "r"(page + (offset)) : "memory"); \
		v_;                                                                           \
	})
#define STORE(insn, offset, val) \
	asm volatile(insn " %w0, [%1]" : : "r"(val), "r"(page + (offset)) : "memory")

static uint64_t get(unsigned offset)
{
	uint64_t val;

	asm volatile("ldr %0, [%1]" : "=r"(val) : "r"(page + offset) : "memory");
	return val;
}

static void put(unsigned offset, uint64_t val)
{
	asm volatile("str %0, [%1]" : : "r"(val), "r"(page + offset) : "memory");
}

static uint64_t result(unsigned i)
{
	return get(CONTROL_PAGE_RESULTS + 8 * i);
}

static int64_t ask(uint32_t command, uint64_t a0)
{
	put(CONTROL_PAGE_ARGS, a0);
	put(CONTROL_PAGE_COMMAND, command);
	return (int64_t)get(CONTROL_PAGE_STATUS);
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("ctlfuzz: sched_setaffinity");
		exit(2);
	}
}

static void read_regions(void)
{
	ask(CONTROL_INFO, 0);
	nr_regions = result(0) < MAX_REGIONS ? result(0) : MAX_REGIONS;
	for (uint64_t i = 0; i < nr_regions; i++) {
		ask(CONTROL_REGION, i);
		region[i] = (struct region){ result(0), result(1), result(2), result(3) >> 32,
					     result(4) };
	}
}

static const struct region *region_of(uint64_t ipa)
{
	const struct region *found = NULL;

	/* those that follow a BAR come last, and lie in others */
	for (uint64_t i = 0; i < nr_regions; i++)
		if (ipa >= region[i].ipa && ipa - region[i].ipa < region[i].size &&
		    (region[i].ipa || !(region[i].flags & CONTROL_FLAG_BAR)))
			found = &region[i];
	return found;
}

/* All that stage 2 maps, like neighbours together. */
static unsigned read_map(struct run *run)
{
	unsigned n = 0;
	uint64_t at = 0;

	for (;;) {
		int64_t status = ask(CONTROL_WALK, at);
		uint64_t first = result(0), size = result(2), attr = result(4);

		if (status == CONTROL_EINVAL || !size)
			return n;
		if (!status) {
			const struct region *r = region_of(at);
			uint64_t end = first + size;

			/* one leaf can hold parts of several regions */
			if (r && r->ipa + r->size < end)
				end = r->ipa + r->size;
			if (r && r->flags & CONTROL_FLAG_ADJUSTABLE)
				attr &= ~0x30full; /* its type may be any */
			if (n && run[n - 1].end == at && run[n - 1].attr == attr &&
			    run[n - 1].pa + (at - run[n - 1].ipa) == result(1)) {
				run[n - 1].end = end;
			} else if (n < MAX_RUNS) {
				run[n++] = (struct run){ at, result(1), end, attr };
			}
			at = end;
		} else {
			at = first + size;
		}
	}
}

static uint64_t state;

static uint64_t any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* Numbers of the kind that commands take, and others. */
static uint64_t argument(void)
{
	uint64_t v = any();
	const struct region *r = &region[(v >> 8) % nr_regions];

	switch (v & 7) {
	case 0:
		return (v >> 8) % (nr_regions + 2);
	case 1:
		return (v >> 8) & 31;
	case 2:
		return r->ipa + (v >> 20) % (r->size + 1);
	case 3:
		return ~0ull << (v >> 8 & 63);
	case 4:
		return 1ull << (v >> 8 & 63);
	case 5:
		return v & 0x3ffffffffffffful;
	case 6:
		return ~(v >> 60);
	default:
		return v;
	}
}

/* A change that may be done: by chance alone nearly none is. */
static void change_something(void)
{
	put(CONTROL_PAGE_ARGS, any() % (nr_regions + 1));
	put(CONTROL_PAGE_ARGS + 8, any() & 15);
	put(CONTROL_PAGE_ARGS + 16, any() & 1 ? CONTROL_KEEP_SH : any() & 3);
	put(CONTROL_PAGE_COMMAND, CONTROL_SET);
}

static void fuzz(int cpu, unsigned rounds, uint64_t seed)
{
	stay_on(cpu);
	state = seed * 0x9e3779b97f4a7c15u + (uint64_t)cpu + 1;
	for (unsigned i = 0; i < rounds; i++) {
		unsigned at = any() & 0xfff;

		for (unsigned k = 0; k < 3; k++)
			put(CONTROL_PAGE_ARGS + 8 * k, argument());
		put(CONTROL_PAGE_COMMAND, any() & 15 ? any() & 15 : any());
		if (!(any() & 7))
			change_something();
		switch (any() & 7) {
		case 0:
			put(at & ~7u, any());
			break;
		case 1:
			STORE("str", at & ~3u, any());
			break;
		case 2:
			STORE("strh", at & ~1u, any());
			break;
		case 3:
			STORE("strb", at, any());
			break;
		case 4:
			LOAD("ldrb", at);
			break;
		case 5:
			LOAD("ldr", at & ~3u);
			break;
		default:
			get(at & ~7u);
		}
	}
	_exit(0);
}

static int compare(unsigned n, unsigned m)
{
	unsigned bad = n != m;

	for (unsigned i = 0; i < n && i < m; i++)
		bad += memcmp(&before[i], &after[i], sizeof(before[i])) != 0;
	for (unsigned i = 0; i < m; i++) {
		const struct region *r = region_of(after[i].ipa);

		bad += !r || after[i].pa != r->pa + (after[i].ipa - r->ipa);
	}
	printf("ctlfuzz: %u pieces mapped, %u differ\n", m, bad);
	return bad != 0;
}

int main(int argc, char **argv)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC), cpus = (int)sysconf(_SC_NPROCESSORS_ONLN),
	    bad = 0;
	unsigned n, rounds;
	int status;

	if (argc != 4)
		return 2;
	page = fd < 0 ? MAP_FAILED
		      : mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			     (off_t)strtoull(argv[1], NULL, 0));
	if (page == MAP_FAILED || LOAD("ldr", CONTROL_PAGE_MAGIC) != CONTROL_MAGIC) {
		fprintf(stderr, "ctlfuzz: no control page at %s\n", argv[1]);
		return 2;
	}
	rounds = (unsigned)atoi(argv[2]);
	stay_on(0);
	read_regions();
	n = read_map(before);
	for (int i = 0; i < cpus; i++)
		if (!fork())
			fuzz(i, rounds, strtoull(argv[3], NULL, 0));
	while (wait(&status) > 0)
		bad += status != 0;
	if (bad)
		printf("ctlfuzz: %d of %d CPUs died\n", bad, cpus);
	read_regions();
	return compare(n, read_map(after)) | bad;
}
