/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mte: asks Linux for tagged memory, tags a granule and reads it through a pointer with another
 * tag. Prints one line: "absent", or which signal the mismatch raised (SEGV_MTESERR is what it
 * should be), or that nothing noticed.
 */
#include <stdint.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "tests/guests/linux/catch.h"

#ifndef HWCAP2_MTE
#define HWCAP2_MTE		(1 << 18)
#endif
#ifndef PROT_MTE
#define PROT_MTE		0x20
#endif
#ifndef PR_SET_TAGGED_ADDR_CTRL
#define PR_SET_TAGGED_ADDR_CTRL	55
#define PR_TAGGED_ADDR_ENABLE	1
#endif
#ifndef PR_MTE_TCF_SYNC
#define PR_MTE_TCF_SYNC		(1 << 1)
#define PR_MTE_TAG_SHIFT	3
#endif
#ifndef SEGV_MTESERR
#define SEGV_MTESERR		9
#endif

static void set_tag(uint64_t tagged)
{
	asm volatile(".arch armv8.5-a+memtag\n\tstg %0, [%0]" :: "r"(tagged) : "memory");
}

int main(void)
{
	volatile char *page, *right, *wrong;
	int sig;

	if (!(getauxval(AT_HWCAP2) & HWCAP2_MTE)) {
		puts("mte: absent");
		return 0;
	}
	if (prctl(PR_SET_TAGGED_ADDR_CTRL,
		  PR_TAGGED_ADDR_ENABLE | PR_MTE_TCF_SYNC | 0xfffe << PR_MTE_TAG_SHIFT, 0, 0, 0)) {
		perror("mte: prctl");
		return 2;
	}
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_MTE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (page == MAP_FAILED) {
		perror("mte: mmap");
		return 2;
	}
	catch_signals();
	sig = sigsetjmp(escape, 1);
	if (sig) {
		printf("mte: %s %s\n", sig == SIGSEGV ? "SIGSEGV" : "SIGBUS",
		       code == SEGV_MTESERR ? "SEGV_MTESERR" : "other code");
		return sig != SIGSEGV || code != SEGV_MTESERR;
	}
	right = (char *)((uintptr_t)page | 5ull << 56);
	wrong = (char *)((uintptr_t)page | 6ull << 56);
	set_tag((uintptr_t)right);
	right[0] = 42;
	if (right[0] != 42) {
		puts("mte: the matching tag reads back wrong");
		return 1;
	}
	(void)wrong[0];
	puts("mte: the mismatch went unnoticed");
	return 1;
}
