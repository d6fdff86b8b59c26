/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/cpu.h"

struct cpu cpus[MAX_CPUS] __noinit;
unsigned nr_cpus;

struct cpu *cpu_find(u64 mpidr)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		if (cpus[i].mpidr == mpidr)
			return &cpus[i];
	return NULL;
}
