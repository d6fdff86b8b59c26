/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/spin_table.h"

#include "hyp/enter.h"
#include "lib/errno.h"
#include "mm/el2.h"

static int fetch(const struct host_cpu *cpu, struct diag *d)
{
	if (el2_poke(PA(cpu->release_addr), (u64)spin_table_arrival))
		return fail(d, -EIO,
			    "CPU %#lx: cpu-release-addr: EL2 cannot map %#lx: correct the device tree",
			    (unsigned long)cpu->mpidr, (unsigned long)cpu->release_addr);
	/* It waits with WFE, as the spin-table protocol says; el2_poke() has ended in a DSB. */
	asm volatile("sev" : : : "memory");
	if (!cpu_power_comes(cpu->mpidr))
		return fail(d, -EIO,
			    "CPU %#lx: did not come within a second after its cpu-release-addr, %#lx, was written: correct the device tree, or remove the CPU from it",
			    (unsigned long)cpu->mpidr, (unsigned long)cpu->release_addr);
	return 0;
}

/* All are expected before the first is fetched: they may share a release address. */
int spin_table_empty(const struct host *host, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < host->nr_cpus; i++)
		if (host->cpu[i].method == CPU_METHOD_SPIN_TABLE)
			cpu_power_expect(host->cpu[i].mpidr, PA((u64)spin_table_arrival));
	for (unsigned i = 1; i < host->nr_cpus && !err; i++)
		if (host->cpu[i].method == CPU_METHOD_SPIN_TABLE)
			err = fetch(&host->cpu[i], d);
	return err;
}
