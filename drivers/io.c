/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/io.h"

#include "drivers/console.h"
#include "lib/lock.h"

/*
 * Pages, said once each. Of those that there is no room for the last is here: who asks at once, as
 * drivers/uart.c does, gets an answer all the same.
 */
static u64 dead[16];
unsigned io_nr_dead, io_nr_said;
static struct lock dead_lock;

bool io_is_dead(u64 addr)
{
	unsigned nr = __atomic_load_n(&io_nr_dead, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < nr; i++)
		if (dead[i] == ALIGN_DOWN(addr, PAGE_SIZE))
			return true;
	return false;
}

/* Says nothing yet: it may be the console's UART, or the caller holds a lock. */
u64 io_aborted(u64 addr)
{
	lock(&dead_lock);
	if (io_nr_dead == ARRAY_SIZE(dead) && !io_is_dead(addr)) {
		dead[ARRAY_SIZE(dead) - 1] = ALIGN_DOWN(addr, PAGE_SIZE);
	} else if (!io_is_dead(addr)) {
		dead[io_nr_dead] = ALIGN_DOWN(addr, PAGE_SIZE);
		__atomic_store_n(&io_nr_dead, io_nr_dead + 1, __ATOMIC_RELEASE);
	}
	unlock(&dead_lock);
	return ~0ull;
}

/* The next that was not said yet; 0: none. */
static u64 take_unsaid(void)
{
	u64 page;

	lock(&dead_lock);
	page = io_nr_said < io_nr_dead ? dead[io_nr_said++] : 0;
	unlock(&dead_lock);
	return page;
}

void io_say(void)
{
	u64 page;

	while (io_nr_said < __atomic_load_n(&io_nr_dead, __ATOMIC_ACQUIRE))
		if ((page = take_unsaid()))
			print("mavis: the device at %#lx answers with an external abort: reads of it give all ones, writes are lost: see to its clock and power, or to its address in the device tree\n",
			      page);
}
