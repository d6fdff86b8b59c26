/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holdmap FILE OFFSET [spin]: maps a page of FILE, touches it, prints where it is, and keeps it:
 * asleep in one call, or (spin) in user code. It ends at SIGTERM with 0, if nothing woke it before.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/guests/linux/map.h"

static volatile sig_atomic_t over;
static volatile uint64_t turns;

static void end(int sig)
{
	(void)sig;
	over = 1;
}

int main(int argc, char **argv)
{
	struct timespec long_enough = { .tv_sec = 100000 };
	struct sigaction act = { .sa_handler = end };
	volatile uint64_t *page;

	if (argc < 3) {
		fprintf(stderr, "usage: holdmap FILE OFFSET [spin]\n");
		return 2;
	}
	page = (volatile uint64_t *)map_page(argv[1], (off_t)strtoull(argv[2], NULL, 0));
	if (!page)
		return 2;
	turns += *page;
	sigaction(SIGTERM, &act, NULL);
	printf("holdmap: %p\n", (void *)page);
	fflush(stdout);
	if (argc > 3)
		while (!over)
			turns++;
	else
		nanosleep(&long_enough, NULL);
	printf("holdmap: %s\n", over ? "over" : "woken");
	return !over;
}
