/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/cpus.h"

#include "boot/guest/keep.h"
#include "hyp/cpu.h"
#include "lib/errno.h"
#include "lib/sections.h"
#include "mm/el2.h"

/*
 * Pages for tables of a machine without regions and with few CPUs: virt takes 20, and what changes
 * while the guest runs takes the rest. A region in an odd corner takes a table at both of its ends
 * in each of its levels; 16 CPUs' redistributors, which are 2 MiB, one in EL2's map and stage 2.
 */
#define POOL_FOR_TABLES		96
#define POOL_FOR_REGION		4ull

/*
 * But all of them together have no more than there are between the lowest and the highest address,
 * theirs in the guest or that of the hole they leave: in the guest's tables, and in an SMMU's.
 */
static u64 tables_for_regions(const struct config *config)
{
	u64 lowest = ~0ull, last = 0;

	for (unsigned i = 0; i < config->nr_regions; i++) {
		const struct region *r = &config->regions[i];

		lowest = MIN(lowest, MIN(r->ipa.v, r->pa.v));
		last = MAX(last, MAX(r->ipa.v, r->pa.v) + r->size - 1);
	}
	if (!config->nr_regions)
		return 0;
	return MIN(POOL_FOR_REGION * config->nr_regions,
		   2 * (last / MIB(2) - lowest / MIB(2) + last / GIB(1) - lowest / GIB(1) + 2));
}

static u64 stacks(const struct host *host, const struct config *config)
{
	unsigned nr = config->cpus ? config->cpus : host->nr_cpus;

	/* with its counters of aborts */
	return (nr - 1) * (EL2_STACK_PAGES + (config->control ? 2u : 0));
}

u64 cpus_pool_pages(const struct host *host, const struct config *config)
{
	return stacks(host, config) + POOL_FOR_TABLES + tables_for_regions(config) +
	       2 * (host->nr_cpus / 16 + 1);
}

int cpus_make_room(struct host *host, const struct config *config, struct diag *d)
{
	u64 pages = cpus_pool_pages(host, config), left = page_pool.nr_free;
	u64 more = MAX(pages - MIN(pages, left), stacks(host, config));
	u64 size = ALIGN_UP(more * PAGE_SIZE, MIB(2));
	struct diag why = { 0 };
	char what[48];
	pa_t at;

	if (pages <= left)
		return 0;
	format(what, sizeof(what), "page tables and the stacks of %u CPUs",
	       config->cpus ? config->cpus : host->nr_cpus);
	/* What is left of the pool is for tables then: pool_add(). */
	if (keep_memory(host, config, size, MIB(2), what, &at, &why))
		return fail(d, -ENOSPC, "%s; give the guest fewer (`cpus` in the config)",
			    why.text);
	if (el2_grow_pool(at, size))
		return fail(d, -ENOMEM, "%s: no room for EL2's map of them in the pool",
			    what);
	return 0;
}

static int choose(const struct host *host, unsigned nr, u64 boot_mpidr, struct diag *d)
{
	struct cpu *boot;

	if (nr > host->nr_cpus)
		return fail(d, -EINVAL,
			    "config: guest: cpus = <%u>: the machine has %u; ask for at most that many",
			    nr, host->nr_cpus);
	nr_cpus = nr ? nr : host->nr_cpus;
	for (unsigned i = 0; i < nr_cpus; i++)
		cpus[i] = (struct cpu){ .index = i, .mpidr = host->cpu[i].mpidr, .state = CPU_OFF };

	boot = cpu_find(boot_mpidr & MPIDR_AFFINITY);
	if (!boot)
		return fail(d, -EINVAL,
			    "/cpus: the CPU that Mavis was started on (reg %#lx) is not among the first %u: start Mavis on one of these, or give the guest more in the config's `cpus`",
			    boot_mpidr & MPIDR_AFFINITY, nr_cpus);
	boot->state = CPU_ON;
	return 0;
}

/* Each CPU of the guest needs an EL2 stack; the one that boots keeps what it has. */
static int make_stacks(struct diag *d)
{
	cpus[0].stack = (u64)__stack_end;
	for (unsigned i = 1; i < nr_cpus; i++)
		if (el2_alloc_stack(&cpus[i].stack))
			return fail(d, -ENOMEM,
				    "CPU %#lx: no room for its stack in the page pool: give the guest fewer CPUs (`cpus` in the config)",
				    (unsigned long)cpus[i].mpidr);
	return 0;
}

int cpus_init(const struct host *host, unsigned nr, u64 boot_mpidr, struct diag *d)
{
	int err = choose(host, nr, boot_mpidr, d);

	return err ? err : make_stacks(d);
}
