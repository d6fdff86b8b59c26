/* SPDX-License-Identifier: Apache-2.0 */
/* Litmus tests: two CPUs, each with two accesses in a row, and whether their order shows. */
#ifndef GUESTS_LAB_LITMUS_H
#define GUESTS_LAB_LITMUS_H

#include "lib/types.h"

/* What a thread's two accesses are. */
enum body { BODY_W, BODY_R, BODY_WW, BODY_RR, BODY_WR, BODY_RW, NR_BODIES };

struct loaded {
	u64 first, second;
};

/* The accesses are to @a, then to @b; @va and @vb are what is stored there (threads.S). */
typedef struct loaded thread_fn(u64 a, u64 b, u64 va, u64 vb);

/* What stands between the accesses, and the thread that has it. */
struct edge {
	const char *name;
	thread_fn *run;
	bool rcpc;		/* needs FEAT_LRCPC */
};

struct edges {
	const struct edge *edge;
	unsigned count;
};

extern const struct edges edges_of[NR_BODIES];

/* What is looked at when both are done. */
enum seen { SEEN_NOTHING, SEEN_P0_FIRST, SEEN_P0_SECOND, SEEN_P1_FIRST, SEEN_P1_SECOND, SEEN_X,
	    SEEN_Y };

/* Both locations hold 0 first. Thread 0 goes from x to y; thread 1 from y to x. */
struct litmus {
	const char *name;
	u8 body[2];		/* enum body */
	u8 val[2][2];		/* by thread: its first and second store */
	u8 see[2];		/* enum seen; each is 0 to 3 */
	bool coherence;		/* x and y are the same */
	bool mirrored;		/* the threads are the same but for x and y */
	u16 weak;		/* outcomes that order forbids: bit OUTCOME(first, second) */
};

#define OUTCOMES		16
#define OUTCOME(a, b)		((a) << 2 | (b))

extern const struct litmus litmus_tests[];
extern const unsigned nr_litmus_tests;

/* Each edge is tried against the strongest, or against all others; for each pair of types. */
struct litmus_plan {
	u64 rounds;
	bool all_edges;
	bool few_types;
};

void litmus_run(const struct litmus_plan *p);

/* How many records that prints. */
unsigned litmus_planned(const struct litmus_plan *p);
extern unsigned litmus_done;

#endif
