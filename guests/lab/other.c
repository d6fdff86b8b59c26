/* SPDX-License-Identifier: Apache-2.0 */
/* What the second CPU does, and how it is asked to. */
#include "drivers/firmware.h"
#include "guests/lab/lab.h"
#include "lib/arch.h"

/* In memory that both CPUs cache. */
static struct {
	void (*fn)(void *arg);
	void *arg;
	u64 va;
	struct attempt watch;		/* its value: when it saw the store, or 0 */
	u64 posted, done;		/* jobs so far */
	u64 watching, stored;
} box;

static bool there;

#define LOAD(x)		__atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define STORE(x, val)	__atomic_store_n(&(x), val, __ATOMIC_RELEASE)

/* So often it looks after the store, at least: an emulator's CPU may have had no time to. */
#define LOOKS		1000

/* Leaves the core to others: another thread of it, or another of an emulator's CPUs. */
static void relax(void)
{
	asm volatile("yield" : : : "memory");
}

static u64 now(void)
{
	isb();				/* the counter is not read early (Arm ARM D12) */
	return read_sysreg(cntvct_el0);
}

static u64 patience(void)
{
	return read_sysreg(cntfrq_el0) / 100;
}

/* On the other CPU, an access_fn: looks until the store is there, or should have been for long. */
static u64 watch(u64 va, u64 n, u64 val)
{
	u64 looks = 0, end = 0;

	(void)n;
	while (*(volatile u64 *)va != val) {
		STORE(box.watching, 1);
		relax();
		if (!LOAD(box.stored))
			continue;
		if (!looks++)
			end = now() + patience();
		if (looks > LOOKS && now() > end)
			return 0;
	}
	return now();
}

void secondary_main(void)
{
	for (u64 done = 0;; done++) {
		while (LOAD(box.posted) == done)
			asm volatile("wfe" : : : "memory");
		box.fn(box.arg);
		STORE(box.done, done + 1);
	}
}

void other_call(void (*fn)(void *arg), void *arg)
{
	if (!there)
		return;
	box.fn = fn;
	box.arg = arg;
	STORE(box.posted, box.posted + 1);
	dsb(ishst);			/* the store before the event (Arm ARM D1, "SEV") */
	asm volatile("sev");
}

void other_finish(void)
{
	while (LOAD(box.done) != box.posted)
		relax();
}

bool other_start(u64 mpidr)
{
	struct context *c = &contexts[1];

	there = !call(PSCI_CPU_ON_64, mpidr, (u64)secondary_start, (u64)c).status;
	return there;
}

bool other_is_there(void)
{
	return there;
}

static void watch_here(void *unused)
{
	(void)unused;
	attempt(&box.watch, watch, box.va, 0, 1);
}

bool other_sees(u64 va, struct attempt *a)
{
	u64 start;

	if (!there)
		return false;
	attempt(a, access_store, va, 1, 0);
	if (a->faulted)
		return true;
	box.va = va;
	box.stored = box.watching = 0;
	other_call(watch_here, NULL);
	while (!LOAD(box.watching) && LOAD(box.done) != box.posted)
		relax();
	start = now();
	attempt(a, access_store, va, 1, 1);
	STORE(box.stored, 1);
	other_finish();
	if (!a->faulted) {
		*a = box.watch;
		a->ticks = a->value > start ? a->value - start : 0;
	}
	return true;
}
