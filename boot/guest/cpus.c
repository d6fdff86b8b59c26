/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/cpus.h"

#include <libfdt.h>

#include "drivers/console.h"
#include "hyp/cpu.h"
#include "lib/errno.h"
#include "lib/sections.h"
#include "mm/el2.h"

/*
 * Pages beside those that CPUs take: tables of a machine with all of its redistributors and a
 * region in each corner.
 */
#define POOL_FOR_TABLES	192

/* The first that the machine has in @r and must not be Mavis's; size 0: nothing. */
static struct range in_the_way(const struct host *host, const struct config *config, struct range r)
{
	struct range taken[] = {
		image_range(),
		host->bundle,
		{ (u64)host->fdt, fdt_totalsize(host->fdt) },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(taken); i++)
		if (ranges_overlap(taken[i], r))
			return taken[i];
	for (unsigned i = 0; i < host->nr_reserved; i++)
		if (ranges_overlap(host->reserved[i].range, r))
			return host->reserved[i].range;
	for (unsigned i = 0; i < config->nr_regions; i++)
		if (ranges_overlap(region_pa(&config->regions[i]), r))
			return region_pa(&config->regions[i]);
	return (struct range){ 0, 0 };
}

/* The highest @size bytes of the machine's memory that nobody has, in blocks of 2 MiB; 0: none. */
static u64 find_memory(const struct host *host, const struct config *config, u64 size)
{
	for (unsigned i = host->nr_memory; i-- > 0;) {
		u64 end = ALIGN_DOWN(range_end(host->memory[i]), MIB(2));

		while (end >= host->memory[i].base + size) {
			struct range r = { end - size, size };
			struct range block = in_the_way(host, config, r);

			if (!block.size)
				return r.base;
			end = ALIGN_DOWN(block.base, MIB(2));
		}
	}
	return 0;
}

int cpus_make_room(struct host *host, const struct config *config, struct diag *d)
{
	unsigned nr = config->cpus ? config->cpus : host->nr_cpus;
	u64 each = EL2_STACK_PAGES + (config->control ? 2 : 0);	/* its counters of aborts */
	u64 size = ALIGN_UP((nr - 1) * each * PAGE_SIZE, MIB(2)), at;
	if ((nr - 1) * each + POOL_FOR_TABLES <= page_pool.nr_free)
		return 0;
	/* What is left of the pool is for tables then: pool_add(). */
	at = find_memory(host, config, size);
	if (!at || el2_grow_pool(PA(at), size) ||
	    !host_reserve(host, (struct range){ at, size }, true, true, "Mavis itself"))
		return fail(d, -ENOSPC,
			    "CPUs: no memory of the machine's has room for the stacks of %u CPUs, %lu KiB in one piece, or it has too many reservations: give the guest fewer (`cpus` in the config)",
			    nr, (unsigned long)(size >> 10));
	print("Mavis keeps %lu KiB more at %#lx, for %u CPUs\n", (unsigned long)(size >> 10),
	      (unsigned long)at, nr);
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
