/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ticket lock: first come, first served. For Normal memory with the MMU on, between CPUs at EL2,
 * where no interrupt is taken.
 */
#ifndef LIB_LOCK_H
#define LIB_LOCK_H

#include "lib/types.h"

struct lock {
	u16 owner;		/* the ticket being served */
	u16 next;		/* the next one to hand out */
};

#if __STDC_HOSTED__		/* tests run one thread */
static inline void lock(struct lock *l)
{
	l->next++;
}

static inline void unlock(struct lock *l)
{
	l->owner++;
}
#else
/*
 * The acquire of LDAXRH/LDARH keeps what the lock guards after taking it. A waiter sleeps until the
 * owner's store clears the monitor that its LDAXRH set (Arm ARM D1, "Wait for Event": that is a
 * wake-up event).
 */
static inline void lock(struct lock *l)
{
	u32 ticket, val, failed;

	asm volatile(
	"1:	ldaxrh	%w[ticket], [%[next]]\n"
	"	add	%w[val], %w[ticket], #1\n"
	"	stxrh	%w[failed], %w[val], [%[next]]\n"
	"	cbnz	%w[failed], 1b\n"
	"	ldarh	%w[val], [%[owner]]\n"
	"	cmp	%w[val], %w[ticket], uxth\n"
	"	b.eq	3f\n"
	"	sevl\n"
	"2:	wfe\n"
	"	ldaxrh	%w[val], [%[owner]]\n"
	"	cmp	%w[val], %w[ticket], uxth\n"
	"	b.ne	2b\n"
	"3:\n"
	: [ticket] "=&r"(ticket), [val] "=&r"(val), [failed] "=&r"(failed)
	: [next] "r"(&l->next), [owner] "r"(&l->owner)
	: "memory", "cc");
}

/*
 * Only the owner writes `owner`, so a plain load of it will do; the release keeps what the lock
 * guards before this.
 */
static inline void unlock(struct lock *l)
{
	u16 next = (u16)(l->owner + 1);

	asm volatile("stlrh %w1, [%0]" : : "r"(&l->owner), "r"((u32)next) : "memory");
}
#endif

#endif
