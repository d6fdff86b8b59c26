/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/spin_table.h"

#include "hyp/enter.h"
#include "lib/arch.h"
#include "lib/errno.h"
#include "mm/el2.h"

static void expect(const struct host_cpu *cpu)
{
	cpu_power_expect(cpu->mpidr, PA((u64)spin_table_arrival));
}

/*
 * It waits with WFE, as the spin-table protocol says; el2_poke() has ended in a DSB. The page may
 * have the device tree in it as well, for which the Raspberry Pi's armstub8 has room right behind
 * its table. What Mavis still reads is not written over.
 */
static int call(const struct host *host, const struct host_cpu *cpu)
{
	struct range tree = { (u64)host->fdt, host_tree_size(host->fdt) };
	struct range at = { cpu->release_addr, sizeof(u64) };
	int err = ranges_overlap(at, tree) || ranges_overlap(at, host->bundle) ? -EBUSY : 0;

	if (!err)
		err = el2_poke(PA(cpu->release_addr), (u64)spin_table_arrival);
	if (!err)
		asm volatile("sev" : : : "memory");
	return err;
}

static int fetch(const struct host *host, const struct host_cpu *cpu, struct diag *d)
{
	int err = call(host, cpu);

	if (err)
		return fail(d, -EIO, "CPU %#lx: cpu-release-addr: %s %#lx: correct the device tree",
			    (unsigned long)cpu->mpidr,
			    err == -EBUSY ? "the device tree or the bundle has" : "EL2 cannot map",
			    (unsigned long)cpu->release_addr);
	if (!cpu_power_comes(cpu->mpidr, read_sysreg(cntpct_el0)))
		return fail(d, -EIO,
			    "CPU %#lx: did not come within a second after its cpu-release-addr, %#lx, was written: correct the device tree, or remove the CPU from it",
			    (unsigned long)cpu->mpidr, (unsigned long)cpu->release_addr);
	return 0;
}

/* Some are disabled because they are not there: all together have one second to come. */
static int fetch_parked(const struct host *host, struct diag *d)
{
	int missing = 0;
	u64 since;

	/* The loader may not have filled in the address of one that it does not start. */
	for (unsigned i = 0; i < host->nr_parked; i++)
		if (host_has_memory(host, (struct range){ host->parked[i].release_addr, 8 }))
			call(host, &host->parked[i]);
	since = read_sysreg(cntpct_el0);
	for (unsigned i = 0; i < host->nr_parked; i++) {
		const struct host_cpu *cpu = &host->parked[i];

		if (!cpu_power_comes(cpu->mpidr, since) && !missing++)
			fail(d, -EIO,
			     "CPU %#lx: did not leave its spin-table, %#lx, within a second: if there is such a CPU, it runs at EL2, and what it runs may be the guest's: reserve that in the device tree (/memreserve/)",
			     (unsigned long)cpu->mpidr, (unsigned long)cpu->release_addr);
	}
	return missing;
}

/* All are expected before the first is fetched: they may share a release address. */
int spin_table_empty(const struct host *host, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < host->nr_cpus; i++)
		if (host->cpu[i].method == CPU_METHOD_SPIN_TABLE)
			expect(&host->cpu[i]);
	for (unsigned i = 0; i < host->nr_parked; i++)
		expect(&host->parked[i]);
	for (unsigned i = 1; i < host->nr_cpus && !err; i++)
		if (host->cpu[i].method == CPU_METHOD_SPIN_TABLE)
			err = fetch(host, &host->cpu[i], d);
	return err ? err : fetch_parked(host, d);
}
