/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/cpu.h"

#include "lib/errno.h"

struct cpu cpus[HOST_MAX_CPUS];
unsigned nr_cpus;

int cpus_init(const struct host *host, unsigned nr, u64 boot_mpidr, struct diag *d)
{
	struct cpu *boot;

	if (nr > host->nr_cpus)
		return fail(
			d, -EINVAL,
			"config: guest: cpus = <%u>: the machine has %u; ask for at most that many",
			nr, host->nr_cpus);
	nr_cpus = nr ? nr : host->nr_cpus;
	for (unsigned i = 0; i < nr_cpus; i++)
		cpus[i] = (struct cpu){ .index = i, .mpidr = host->cpu[i].mpidr, .state = CPU_OFF };

	boot = cpu_find(boot_mpidr & MPIDR_AFFINITY);
	if (!boot)
		return fail(d, -EINVAL,
			    "/cpus: the CPU that Mavis was started on (reg %#lx) is not among the "
			    "first %u: "
			    "start Mavis on one of these, or give the guest more in the config's "
			    "`cpus`",
			    boot_mpidr & MPIDR_AFFINITY, nr_cpus);
	boot->state = CPU_ON;
	return 0;
}

struct cpu *cpu_find(u64 mpidr)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		if (cpus[i].mpidr == mpidr)
			return &cpus[i];
	return NULL;
}
