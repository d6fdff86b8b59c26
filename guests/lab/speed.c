/* SPDX-License-Identifier: Apache-2.0 */
/* What each memory type costs: a load that waits for the one before, and bytes in a row. */
#include "drivers/console.h"
#include "guests/lab/lab.h"
#include "guests/lab/relate.h"
#include "lib/arch.h"

#define STRIDE		128
#define CHASES		16
#define SWEEPS		16
#define BEST_OF		5

static const u8 types[] = { 0x00, 0x04, 0x08, 0x0c, 0x44, 0xbb, 0xff };

unsigned speeds_done;

static u64 place(u64 i)
{
	return TEST_VA + i * STRIDE;
}

/*
 * A ring through all places, in no order that a prefetcher would guess: the step is odd, and their
 * number a power of two.
 */
static u64 link_places(u64 places)
{
	u64 at = 0, step = (places * 5 / 8) | 1;

	for (u64 i = 0; i < places; i++) {
		u64 next = (at + step) % places;

		*(volatile u64 *)place(at) = place(next);
		at = next;
	}
	dsb(sy);
	return place(0);
}

static u64 best(access_fn *fn, u64 addr, u64 n)
{
	struct attempt a;
	u64 ticks = ~0ul;

	for (unsigned i = 0; i < BEST_OF; i++) {
		attempt(&a, fn, addr, n, 0);
		if (!a.faulted)
			ticks = MIN(ticks, a.ticks);
	}
	return ticks;
}

static void one(u8 mair)
{
	u64 size = target_half(), places = size / STRIDE, loads;
	u64 first, chase, read, write;

	while (places & (places - 1))		/* down to a power of two */
		places &= places - 1;
	loads = places * CHASES;
	target_map_two(mair, mair);
	first = link_places(places);
	chase = best(speed_chase, first, loads);
	read = best(speed_read, TEST_VA, size * SWEEPS);
	write = best(speed_write, TEST_VA, size * SWEEPS);
	target_unmap_two();
	speeds_done++;
	print("{\"t\":\"speed\",\"s1\":\"%#04x\",\"span\":%lu", mair, size);
	print(",\"loads\":%lu,\"chase\":%lu", loads, chase);
	print(",\"bytes\":%lu,\"read\":%lu,\"write\":%lu}\n", size * SWEEPS, read, write);
}

void speed_run(void)
{
	target_follow_stage_1();
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		one(types[i]);
}
