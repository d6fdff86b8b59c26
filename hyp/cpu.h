/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's CPUs. Each is one CPU of the machine, and runs nothing else. */
#ifndef HYP_CPU_H
#define HYP_CPU_H

/* Offsets in struct cpu, for head.S and vectors.S. */
#define CPU_STACK	0

#ifndef __ASSEMBLY__
#include "drivers/host.h"
#include "lib/sysreg.h"
#include "lib/types.h"

/*
 * PSCI's states of a CPU (AFFINITY_INFO). ON_PENDING: CPU_ON was called and it has not reached the
 * guest yet.
 */
enum cpu_state { CPU_ON = 0, CPU_OFF = 1, CPU_ON_PENDING = 2 };

/* What a CPU counts. hyp/control.c has their names. */
enum cpu_counter {
	COUNT_HVC,
	COUNT_SMC,
	COUNT_SYSREG,
	COUNT_FETCH_ABORT,
	COUNT_DATA_ABORT,
	COUNT_OTHER_EXIT,
	COUNT_INJECTED,			/* exceptions that EL2 made the guest take */
	COUNT_REMAP,			/* BARs that were followed */
	COUNT_CHANGE,			/* attributes changed by a control command */
	NR_CPU_COUNTERS
};

/*
 * A CPU that comes up reads `stack` with its MMU off; the lines of its struct are cleaned to the
 * PoC before it is started (psci.c). Everything else is read and written through the caches.
 */
struct cpu {
	u64 stack;		/* top of its EL2 stack */
	u64 mpidr;		/* affinity fields */
	unsigned index;
	enum cpu_state state;	/* changed under psci.c's lock */
	u64 entry, context;	/* where it enters the guest, and x0 there */
	u64 count[NR_CPU_COUNTERS];	/* only this CPU writes them; read by any */
	u32 *aborts;		/* by region (control.h), or NULL */
} __attribute__((aligned(64)));

_Static_assert(offsetof(struct cpu, stack) == CPU_STACK, "head.S relies on it");

extern struct cpu cpus[HOST_MAX_CPUS];
extern unsigned nr_cpus;

/*
 * Makes the first @nr CPUs of the machine the guest's (all of them if @nr is 0), the one with
 * affinity @boot_mpidr being on. Stacks are left at 0. -EINVAL: more than there are, or @boot_mpidr
 * is none of them.
 */
int cpus_init(const struct host *host, unsigned nr, u64 boot_mpidr, struct diag *d);

/* The guest's CPU with these affinity fields, all other bits of @mpidr being 0; or NULL. */
struct cpu *cpu_find(u64 mpidr);

#if __STDC_HOSTED__		/* tests say which they are */
extern struct cpu *fake_this_cpu;
#define this_cpu()	fake_this_cpu
#else
#define this_cpu()	((struct cpu *)read_sysreg(tpidr_el2))
#endif
#endif

#endif
