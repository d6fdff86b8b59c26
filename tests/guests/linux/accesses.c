/* SPDX-License-Identifier: Apache-2.0 */
/*
 * accesses FILE copy|forms|atomics: makes the same accesses to memory of its own and to the first
 * two pages of FILE, a device's memory, and compares what comes of them. Prints how many they were,
 * or the first that differs, or the signal that came.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/guests/linux/catch.h"

#define PAGE	4096
#define AREA	192		/* around the end of the first page */

/* Where the two begin: the area lies across two pages. */
static char *device;
static char ours[AREA] __attribute__((aligned(64)));
static unsigned done;
static const char *doing;

/* Whole aligned doublewords, one register each. */
static void read_area(void *to)
{
	for (unsigned i = 0; i < AREA; i += 8) {
		uint64_t val;

		asm volatile("ldr %0, [%1]" : "=r"(val) : "r"(device + i) : "memory");
		memcpy((char *)to + i, &val, 8);
	}
}

static void fill(void)
{
	for (unsigned i = 0; i < AREA; i += 8) {
		uint64_t val = (i + 1) * 0x9e3779b97f4a7c15ull;

		memcpy(ours + i, &val, 8);
		asm volatile("str %0, [%1]" :: "r"(val), "r"(device + i) : "memory");
	}
}

static int compare(const char *what, unsigned at, unsigned length)
{
	char theirs[AREA];

	read_area(theirs);
	if (!memcmp(theirs, ours, AREA)) {
		done++;
		return 0;
	}
	printf("accesses: %s at %u, length %u: memory differs\n", what, at, length);
	return 1;
}

/* The library's memcpy, whatever it is made of on this CPU. */
static int copy(void)
{
	char from[64], back[64];

	for (unsigned at = 0; at < 16; at++)
		for (unsigned length = 1; length <= 64; length++) {
			for (unsigned i = 0; i < 64; i++)
				from[i] = (char)(done * 7 + i);
			memcpy(ours + 56 + at, from, length);
			memcpy(device + 56 + at, from, length);
			if (compare("memcpy to", at, length))
				return 1;
			memcpy(back, device + 56 + at, length);
			if (memcmp(back, from, length)) {
				printf("accesses: memcpy from %u, length %u differs\n", at, length);
				return 1;
			}
		}
	return 0;
}

/* All that a form reads and writes, beside memory. */
struct regs {
	uint64_t x0, x1, x2, x3;
	uint64_t q[8];
};

/* A form: its base is x0, an index x2, its registers x1 and x3, v1 to v4. */
struct form {
	const char *insn;
	void (*run)(struct regs *r);
};

#define RUN(number, insn)								\
	static void form_##number(struct regs *r)					\
	{										\
		asm volatile("mov x9, %0\n"						\
			     "mov x10, sp\n"						\
			     "ldp q1, q2, [x9, #32]\n ldp q3, q4, [x9, #64]\n"		\
			     "ldp x2, x3, [x9, #16]\n ldp x0, x1, [x9]\n"		\
			     insn "\n"							\
			     "mov sp, x10\n"						\
			     "stp x0, x1, [x9]\n stp x2, x3, [x9, #16]\n"		\
			     "stp q1, q2, [x9, #32]\n stp q3, q4, [x9, #64]\n"		\
			     :: "r"(r) : "x0", "x1", "x2", "x3", "x9", "x10", "v1", "v2", "v3",	\
			     "v4", "memory");						\
	}

#define FORMS(F)									\
	F(0, "ldr x1, [x0]") F(1, "str x1, [x0]") F(2, "ldrb w1, [x0, #3]")		\
	F(3, "ldrsb w1, [x0, #5]") F(4, "ldrsb x1, [x0, #7]") F(5, "ldrsh x1, [x0, #2]")	\
	F(6, "ldrsw x1, [x0, #4]") F(7, "strh w1, [x0, #6]") F(8, "ldr xzr, [x0]")	\
	F(9, "str xzr, [x0, #8]") F(10, "ldr x1, [x0], #8") F(11, "ldr w1, [x0, #8]!")	\
	F(12, "str x1, [x0], #-8") F(13, "strb w1, [x0, #1]!") F(14, "ldrsw x1, [x0], #4") \
	F(15, "ldr x1, [x0, x2, lsl #3]") F(16, "str w1, [x0, w2, sxtw #2]")		\
	F(17, "ldur x1, [x0, #-7]") F(18, "stur w1, [x0, #-3]") F(19, "ldp x1, x3, [x0]")	\
	F(20, "stp x1, x3, [x0, #-16]") F(21, "ldp w1, w3, [x0], #8")			\
	F(22, "stp x1, xzr, [x0, #16]!") F(23, "ldpsw x1, x3, [x0]")			\
	F(24, "ldnp x1, x3, [x0]") F(25, "stnp w1, w3, [x0]") F(26, "ldr b1, [x0, #1]")	\
	F(27, "ldr h1, [x0]") F(28, "ldr s1, [x0]") F(29, "ldr d1, [x0]")		\
	F(30, "ldr q1, [x0]") F(31, "str q2, [x0], #16") F(32, "str s1, [x0, #4]!")	\
	F(33, "ldr q3, [x0, x2, lsl #4]") F(34, "ldp q1, q2, [x0]")			\
	F(35, "stp q3, q4, [x0, #-32]!") F(36, "stp d1, d2, [x0]") F(37, "ldp s1, s2, [x0]") \
	F(38, "ld1 {v1.16b}, [x0]") F(39, "st1 {v1.8h, v2.8h}, [x0], #32")		\
	F(40, "ld1 {v1.2s, v2.2s, v3.2s}, [x0], x2")					\
	F(41, "st1 {v1.2d, v2.2d, v3.2d, v4.2d}, [x0]") F(42, "dc zva, x0")		\
	F(43, "ldar x1, [x0]") F(44, "stlr w1, [x0]") F(45, "prfm pldl1keep, [x0]")	\
	F(46, "mov sp, x0\n ldr x1, [sp, #8]")

FORMS(RUN)
#define ROW(number, insn) { insn, form_##number },
static const struct form forms[] = { FORMS(ROW) };

static int form(const struct form *f, unsigned at)
{
	struct regs a = { 0, 0x8182838485868788, 1, 0x1122334455667788,
			  { 0xa1a2a3a4a5a6a7a8, 0xb1, 0xc1, 0xd1, 0xe1, 0xf1, 0x71, 0x61 } };
	struct regs b = a;

	doing = f->insn;
	a.x0 = (uint64_t)ours + at;
	b.x0 = (uint64_t)device + at;
	f->run(&a);
	f->run(&b);
	a.x0 -= (uint64_t)ours;
	b.x0 -= (uint64_t)device;
	if (memcmp(&a, &b, sizeof(a))) {
		printf("accesses: %s at %u: registers differ: x0 %+d %+d x1 %#lx %#lx\n", f->insn,
		       at, (int)(a.x0 - at), (int)(b.x0 - at), (long)a.x1, (long)b.x1);
		return 1;
	}
	return compare(f->insn, at, 0);
}

/*
 * Aligned, unaligned, and across the end of a page (at 128). Load-acquire and SP take no odd ones.
 */
static int all_forms(void)
{
	static const unsigned places[] = { 64, 80, 65, 71, 100, 127, 125 };

	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		for (unsigned p = 0; p < sizeof(places) / sizeof(places[0]); p++)
			if ((i < 43 || p < 2) && form(&forms[i], places[p]))
				return 1;
	return 0;
}

/* That only the CPU itself can do. */
static int atomics(void)
{
	uint64_t old, val, status;

	for (unsigned i = 0; i < 100; i++) {
		asm volatile("1: ldxr %0, [%3]\n add %1, %0, #1\n stxr %w2, %1, [%3]\n cbnz %w2, 1b"
			     : "=&r"(old), "=&r"(val), "=&r"(status) : "r"(device) : "memory");
		asm volatile(".arch_extension lse\n ldadd %1, %0, [%2]"
			     : "=r"(old) : "r"(2ull), "r"(device) : "memory");
		val = 0;
		memcpy(&val, ours, 8);
		val += 3;
		memcpy(ours, &val, 8);
		if (compare("ldxr, ldadd", 0, 8))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int fd = argc == 3 ? open(argv[1], O_RDWR | O_SYNC) : -1, sig;

	device = fd < 0 ? MAP_FAILED :
			  mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (device == MAP_FAILED) {
		fprintf(stderr, "usage: accesses FILE copy|forms|atomics\n");
		return 2;
	}
	device += PAGE - 128;
	catch_signals();
	sig = sigsetjmp(escape, 1);
	if (sig) {
		printf("accesses: %s: signal %d code %d, after %u\n", doing, sig, (int)code, done);
		return 1;
	}
	doing = argv[2];
	fill();
	if (*argv[2] == 'c' ? copy() : *argv[2] == 'f' ? all_forms() : atomics())
		return 1;
	printf("accesses: %u equal\n", done);
	return 0;
}
