/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/cpu_power.h"

#include "drivers/firmware.h"
#include "lib/arch.h"

/* PSCI's states */
#define STATE_ON	0
#define STATE_OFF	1

/*
 * So often it is looked for, at least: the second may be over before a CPU of an emulator, or of a
 * machine that stood still, has had its turn.
 */
#define LOOKS		BIT(17)

/* A CPU that came out of a spin-table. Written here and in cpu_wait.S, by all with the MMU on. */
struct waiting_cpu {
	u64 mpidr;
	u64 entry;
	u64 context;			/* not 0: go to `entry` with it */
	u32 here;			/* it waits */
} __attribute__((aligned(WAIT_SIZE)));

_Static_assert(sizeof(struct waiting_cpu) == WAIT_SIZE &&
		       offsetof(struct waiting_cpu, mpidr) == WAIT_MPIDR &&
		       offsetof(struct waiting_cpu, entry) == WAIT_ENTRY &&
		       offsetof(struct waiting_cpu, context) == WAIT_CONTEXT &&
		       offsetof(struct waiting_cpu, here) == WAIT_HERE,
	       "cpu_wait.S relies on it");

/* cpu_wait.S looks itself up in here, up to the first without an entry. */
struct waiting_cpu waiting_cpus[MAX_CPUS + 1];

static struct waiting_cpu *find(u64 mpidr)
{
	for (struct waiting_cpu *w = waiting_cpus; w->entry; w++)
		if (w->mpidr == mpidr)
			return w;
	return NULL;
}

static bool is_here(const struct waiting_cpu *w)
{
	return __atomic_load_n(&w->here, __ATOMIC_ACQUIRE);
}

void cpu_power_expect(u64 mpidr, pa_t arrival)
{
	struct waiting_cpu *w = waiting_cpus;

	while (w->entry)
		w++;
	*w = (struct waiting_cpu){ mpidr, .entry = arrival.v };
}

bool cpu_power_comes(u64 mpidr, u64 since)
{
	u64 second = MAX(read_sysreg(cntfrq_el0), 1), looks = 0;
	const struct waiting_cpu *w = find(mpidr);

	while (!is_here(w)) {
		if (++looks > LOOKS && read_sysreg(cntpct_el0) - since > second)
			return is_here(w);
		asm volatile("yield" : : : "memory");	/* to an emulator's other CPUs */
	}
	return true;
}

/* PSCI's results are 32 bits wide whatever the width of the call. */
static s64 psci(u32 fid, u64 a1, u64 a2, u64 a3)
{
	return (s32)firmware_call(fid, a1, a2, a3).x[0];
}

/* The store to `context` wakes it: cpu_wait.S watches that address. */
s64 cpu_power_on(u64 mpidr, pa_t entry, u64 context)
{
	struct waiting_cpu *w = find(mpidr);

	if (!w) {
		/* What it is to read is written before the firmware can start it. */
		dsb(ish);
		return psci(PSCI_CPU_ON_64, mpidr, entry.v, context);
	}
	w->entry = entry.v;
	__atomic_store_n(&w->context, context, __ATOMIC_RELEASE);
	return PSCI_SUCCESS;
}

s64 cpu_power_off(void)
{
	if (find(read_sysreg(mpidr_el1) & MPIDR_AFFINITY))
		((void (*)(void))cpu_wait)();
	return psci(PSCI_CPU_OFF, 0, 0, 0);
}

s64 cpu_power_suspend(u32 state, pa_t entry, u64 context)
{
	return psci(PSCI_CPU_SUSPEND_64, state, entry.v, context);
}

s64 cpu_power_state(u64 mpidr)
{
	const struct waiting_cpu *w = find(mpidr);

	if (!w)
		return psci(PSCI_AFFINITY_INFO_64, mpidr, 0, 0);
	return is_here(w) ? STATE_OFF : STATE_ON;
}
