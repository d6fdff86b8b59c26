/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the litmus tests: a row of places for x and one for y, each of its own memory type. */
#include <string.h>

#include "drivers/console.h"
#include "guests/lab/lab.h"
#include "guests/lab/litmus.h"
#include "lib/arch.h"

/* A place has the writes of its round to itself: none of the caches' granules is larger. */
#define STRIDE		128
#define MAX_PLACES	256

/*
 * The two meet before each round, so that they come close to each other; but a CPU whose other one
 * is not running (an emulator's) does not wait for long: then that round is lost, nothing else.
 */
#define MEET_TRIES	400

#define NONE		0	/* of the edges: litmus_tests.c */
#define STRONGEST	1

static const u8 all_types[] = { 0x00, 0x04, 0x08, 0x0c, 0x44, 0xbb, 0xff };
static const u8 few_types[] = { 0x00, 0x44, 0xff };

struct line {
	u64 at;
} __attribute__((aligned(128)));

/* What both CPUs work on. */
static struct {
	const struct litmus *test;
	thread_fn *run[2];
	u64 x, y, places, batches;
	struct line round[2], batch[2];	/* how far each CPU is */
	u64 failed;
	u64 count[OUTCOMES];
} job;

static struct loaded loaded[2][MAX_PLACES];

unsigned litmus_done;

#define LOAD(x)		__atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define STORE(x, val)	__atomic_store_n(&(x), val, __ATOMIC_RELEASE)

/* A fault on one CPU ends it for both. */
static bool together(struct line *line, unsigned self, u64 at)
{
	STORE(line[self].at, at);
	while (LOAD(line[!self].at) < at && !LOAD(job.failed))
		asm volatile("yield" : : : "memory");
	return !LOAD(job.failed);
}

/*
 * Relaxed: an acquire or release here would hold up the test's own accesses, which are to be as
 * free as they can. What must be in order is so by together().
 */
static void meet(unsigned self, u64 at)
{
	__atomic_store_n(&job.round[self].at, at, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < MEET_TRIES; i++)
		if (__atomic_load_n(&job.round[!self].at, __ATOMIC_RELAXED) >= at)
			return;
}

static volatile u64 *place(u64 base, u64 i)
{
	return (volatile u64 *)(base + i * STRIDE);
}

/* Another number for each round and CPU. */
static u64 chance(u64 *seed)
{
	*seed = *seed * 6364136223846793005ul + 1442695040888963407ul;
	return *seed >> 48;
}

/*
 * A place that both CPUs have in their caches takes a store longer to reach the other one, and the
 * next load goes ahead of it. Every other round, for either CPU by itself.
 */
static void warm(u64 i, u64 dice)
{
	if (dice & 1) {
		(void)*place(job.x, i);
		(void)*place(job.y, i);
	}
}

/* A few instructions more or less: small delays are as likely as large ones. */
static void stagger(u64 dice)
{
	u64 mask = (1ul << FIELD(dice, 3, 1)) - 1;

	for (u64 i = FIELD(dice, 15, 4) & mask; i; i--)
		asm volatile("" : : : "memory");
}

static void clear_places(void)
{
	for (u64 i = 0; i < job.places; i++)
		*place(job.x, i) = *place(job.y, i) = 0;
	dsb(sy);			/* by whichever type, before the other goes on */
}

static u64 seen(unsigned what, u64 i)
{
	switch (what) {
	case SEEN_P0_FIRST:
		return loaded[0][i].first;
	case SEEN_P0_SECOND:
		return loaded[0][i].second;
	case SEEN_P1_FIRST:
		return loaded[1][i].first;
	case SEEN_P1_SECOND:
		return loaded[1][i].second;
	case SEEN_X:
		return *place(job.x, i);
	case SEEN_Y:
		return *place(job.y, i);
	}
	return 0;
}

static void count_outcomes(void)
{
	for (u64 i = 0; i < job.places; i++)
		job.count[OUTCOME(seen(job.test->see[0], i) & 3, seen(job.test->see[1], i) & 3)]++;
}

/* One batch: each place once. */
static void rounds(unsigned self, u64 batch, u64 *seed)
{
	const u8 *val = job.test->val[self];
	u64 from = self ? job.y : job.x, to = self ? job.x : job.y;

	for (u64 i = 0; i < job.places; i++) {
		u64 dice = chance(seed);

		warm(i, dice);
		meet(self, batch * job.places + i + 1);
		stagger(dice);
		loaded[self][i] = job.run[self](from + i * STRIDE, to + i * STRIDE, val[0], val[1]);
	}
	dsb(sy);
}

/* An access_fn: @self is 0 on the first CPU, 1 on the second. */
static u64 thread(u64 self, u64 n, u64 val)
{
	u64 seed = read_sysreg(cntvct_el0) + self;

	(void)n;
	(void)val;
	for (u64 batch = 0; batch < job.batches; batch++) {
		if (!self)
			clear_places();
		if (!together(job.batch, self, 2 * batch + 1))
			return 0;
		rounds(self, batch, &seed);
		if (!together(job.batch, self, 2 * batch + 2))
			return 0;
		if (!self)
			count_outcomes();
	}
	return 1;
}

static void run_thread(unsigned self)
{
	struct attempt a;

	attempt(&a, thread, self, 0, 0);
	if (a.faulted)
		STORE(job.failed, 1);
}

static void run_second(void *unused)
{
	(void)unused;
	run_thread(1);
}

static void say(u8 x, u8 y, const struct edge *p0, const struct edge *p1)
{
	const char *comma = "";
	u64 weak = 0;

	print("{\"t\":\"litmus\",\"test\":\"%s\"", job.test->name);
	print(",\"x\":\"%#04x\",\"y\":\"%#04x\"", x, y);
	print(",\"p0\":\"%s\",\"p1\":\"%s\"", p0->name, p1->name);
	litmus_done++;
	if (job.failed) {
		print(",\"rounds\":0,\"weak\":0,\"result\":\"fault\"}\n");
		return;
	}
	for (unsigned i = 0; i < OUTCOMES; i++)
		weak += job.test->weak & BIT(i) ? job.count[i] : 0;
	print(",\"rounds\":%lu,\"weak\":%lu,\"seen\":{", job.batches * job.places, weak);
	for (unsigned i = 0; i < OUTCOMES; i++) {
		if (!job.count[i])
			continue;
		print("%s\"%u,%u\":%lu", comma, i >> 2, i & 3, job.count[i]);
		comma = ",";
	}
	print("}}\n");
}

static void one(u8 x, u8 y, unsigned e0, unsigned e1)
{
	const struct edge *p0 = &edges_of[job.test->body[0]].edge[e0];
	const struct edge *p1 = &edges_of[job.test->body[1]].edge[e1];

	if ((p0->rcpc || p1->rcpc) && !features.rcpc)
		return;
	job.run[0] = p0->run;
	job.run[1] = p1->run;
	job.failed = 0;
	memset(job.count, 0, sizeof(job.count));
	memset(job.round, 0, sizeof(job.round));
	memset(job.batch, 0, sizeof(job.batch));
	other_call(run_second, NULL);
	run_thread(0);
	other_finish();
	say(x, y, p0, p1);
}

/*
 * Each edge of one thread while the other has the strongest, and neither with any: so much shows
 * what an edge is worth. @all: each against each.
 */
static bool wanted(const struct litmus *t, unsigned e0, unsigned e1, bool all)
{
	if (e0 == NONE && e1 == NONE)
		return true;
	if (t->coherence)
		return false;
	return all || e1 == STRONGEST || (e0 == STRONGEST && !t->mirrored);
}

typedef void each_fn(u8 x, u8 y, unsigned e0, unsigned e1);

/* Calls @fn for each test and pair of edges. */
static void each(bool all, each_fn *fn, u8 x, u8 y)
{
	for (unsigned i = 0; i < nr_litmus_tests; i++) {
		const struct litmus *t = &litmus_tests[i];

		if (t->coherence && x != y)
			continue;
		job.test = t;
		job.y = t->coherence ? job.x : TEST_VA_Y;
		for (unsigned e0 = 0; e0 < edges_of[t->body[0]].count; e0++)
			for (unsigned e1 = 0; e1 < edges_of[t->body[1]].count; e1++)
				if (wanted(t, e0, e1, all))
					fn(x, y, e0, e1);
	}
}

static unsigned planned;

static void plan(u8 x, u8 y, unsigned e0, unsigned e1)
{
	(void)x;
	(void)y;
	planned += features.rcpc || (!edges_of[job.test->body[0]].edge[e0].rcpc &&
				     !edges_of[job.test->body[1]].edge[e1].rcpc);
}

static void each_pair(const struct litmus_plan *p, each_fn *fn, bool map)
{
	const u8 *types = p->few_types ? few_types : all_types;
	unsigned count = p->few_types ? ARRAY_SIZE(few_types) : ARRAY_SIZE(all_types);

	for (unsigned i = 0; i < count * count; i++) {
		u8 x = types[i / count], y = types[i % count];

		if (map)
			target_map_two(x, y);
		each(p->all_edges, fn, x, y);
		if (map)
			target_unmap_two();
	}
}

unsigned litmus_planned(const struct litmus_plan *p)
{
	planned = 0;
	if (other_is_there() && p->rounds)
		each_pair(p, plan, false);
	return planned;
}

void litmus_run(const struct litmus_plan *p)
{
	if (!other_is_there() || !p->rounds)
		return;
	job.x = TEST_VA;
	job.places = MIN(target_half() / STRIDE, (u64)MAX_PLACES);
	job.places = MIN(job.places, p->rounds);
	job.batches = p->rounds / job.places;
	target_follow_stage_1();
	each_pair(p, one, true);
}
