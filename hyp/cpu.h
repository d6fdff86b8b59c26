/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's CPUs. Each is one CPU of the machine, and runs nothing else. */
#ifndef HYP_CPU_H
#define HYP_CPU_H

/* Offsets in struct cpu, for assembly. */
#define CPU_STACK	0
#define CPU_SCRATCH	8
#define CPU_HARDEN	16
#define CPU_KIND	24
#define CPU_COUNT	32

#ifndef __ASSEMBLY__
#include "drivers/cpu_power.h"
#include "lib/arch.h"
#include "lib/types.h"

/*
 * PSCI's states of a CPU (AFFINITY_INFO). ON_PENDING: CPU_ON was called and it has not reached the
 * guest yet.
 */
enum cpu_state { CPU_ON = 0, CPU_OFF = 1, CPU_ON_PENDING = 2 };

/*
 * What a CPU counts. hyp/control.c has their names. The first three are in the order of ESR_EL2.EC.
 */
enum cpu_counter {
	COUNT_HVC,
	COUNT_SMC,
	COUNT_SYSREG,
	COUNT_FETCH_ABORT,
	COUNT_DATA_ABORT,
	COUNT_OTHER_EXIT,
	COUNT_CONTROL,			/* accesses to the control page: in no other count */
	COUNT_INJECTED,			/* exceptions that EL2 made the guest take */
	COUNT_REMAP,			/* BARs that were followed */
	COUNT_CHANGE,			/* attributes changed by a control command */
	COUNT_CLEANED,			/* KiB of memory cleaned from the caches (work.h) */
	COUNT_ITS_REFUSED,		/* commands for an ITS that were wrong */
	COUNT_WATCHED,			/* instructions carried out in a region that is watched */
	COUNT_LET_THROUGH,		/* ... and those that were not */
	COUNT_FIXED_UP,			/* unaligned ones carried out in pieces */
	NR_CPU_COUNTERS
};

struct cpu_kind;
struct region;
struct mmio_page;

struct cpu {
	u64 stack;		/* top of its EL2 stack */
	u64 scratch;		/* for el2_sync (vectors.S) */
	u32 harden;		/* what its vectors do (harden.h) */
	const struct cpu_kind *kind;	/* NULL before it was started */
	u64 count[NR_CPU_COUNTERS];	/* only this CPU writes them; read by any */
	u64 mpidr;		/* affinity fields */
	unsigned index;
	enum cpu_state state;	/* changed under psci.c's lock */
	bool os_lock, os_double_lock;	/* as the guest wrote them (sysreg.c) */
	bool refused;		/* it does not fit the guest, which has been said (enter.c) */
	bool big_endian;	/* it enters with SCTLR_EL1.EE, as who called for it has (psci.c) */
	struct {
		u8 event;	/* CONTROL_LATER_*; 0: none */
		bool write;
		u64 va;
	} later;		/* a translation that waits for the event (later.c) */
	u64 entry, context;	/* where it enters the guest, and x0 there */
	const struct mmio_page *page;	/* the emulated page of its last access, or NULL */
	u32 *aborts;		/* by region (control.h), or NULL */
	struct region *opened[2];	/* watches that are open for this CPU (watch.h), ... */
	u64 opened_for;			/* ... for the instruction here */
	bool debug;		/* the trap in hand ends at the debugger (debug.h) */
	bool again;		/* the instruction in hand is to be started again (work.h) */
} __attribute__((aligned(64)));

_Static_assert(offsetof(struct cpu, stack) == CPU_STACK &&
		       offsetof(struct cpu, scratch) == CPU_SCRATCH &&
		       offsetof(struct cpu, harden) == CPU_HARDEN &&
		       offsetof(struct cpu, kind) == CPU_KIND &&
		       offsetof(struct cpu, count) == CPU_COUNT,
	       "assembly relies on it");

_Static_assert(COUNT_HVC == 0 && COUNT_SMC == EC_SMC64 - EC_HVC64 &&
		       COUNT_SYSREG == EC_SYSREG - EC_HVC64,
	       "fast.S relies on it");

extern struct cpu cpus[MAX_CPUS];
extern unsigned nr_cpus;

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
