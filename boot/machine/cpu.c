/* SPDX-License-Identifier: Apache-2.0 */
/* The CPUs, and how each is started. */
#include "boot/machine/parts.h"
#include "lib/arch.h"
#include "lib/errno.h"
#include <string.h>

static bool says_spin_table(const struct dt_walk *w)
{
	const char *method = dt_string(dt_prop(w, "enable-method"));

	return method && !strcmp(method, "spin-table");
}

static bool read_release_addr(struct host_cpu *cpu, const struct dt_walk *w)
{
	return dt_number(dt_prop(w, "cpu-release-addr"), &cpu->release_addr) &&
	       cpu->release_addr < BIT(DT_PA_BITS) && IS_ALIGNED(cpu->release_addr, 8);
}

static void read_method(struct host_cpu *cpu, const struct dt_walk *w)
{
	const char *method = dt_string(dt_prop(w, "enable-method"));

	cpu->method = CPU_METHOD_NONE;
	cpu->release_addr = 0;
	if (method && !strcmp(method, "psci"))
		cpu->method = CPU_METHOD_PSCI;
	else if (says_spin_table(w))
		cpu->method = read_release_addr(cpu, w) ? CPU_METHOD_SPIN_TABLE
							: CPU_METHOD_SPIN_UNKNOWN;
}

static bool read_mpidr(struct host_cpu *cpu, const struct dt_walk *w)
{
	unsigned cells = dt_parent(w)->address_cells;
	struct dt_prop reg = w->prop[DT_REG];

	cpu->node = w->node;
	if (cells < 1 || cells > 2 || !reg.data || reg.len != cells * 4)
		return false;
	cpu->mpidr = dt_cells(reg.data, cells);
	return true;
}

static int check_room(const struct host *host, const struct dt_walk *w, struct diag *d)
{
	if (host->nr_cpus + host->nr_parked < MAX_CPUS)
		return 0;
	return dt_fail(w, d, -E2BIG, "reg",
		       "is one more than the %d CPUs that Mavis takes: disable the rest in the device tree (status = \"disabled\"; in a spin-table: remove them), or build it with a larger MAX_CPUS",
		       MAX_CPUS);
}

/*
 * A disabled CPU may be there all the same, at EL2, and then runs what its release address says.
 * What else the tree says of it need not be right.
 */
static int read_parked(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct host_cpu cpu = { .method = CPU_METHOD_SPIN_TABLE };
	int err;

	if (!says_spin_table(w) || !read_mpidr(&cpu, w) || cpu.mpidr & ~MPIDR_AFFINITY ||
	    !read_release_addr(&cpu, w))
		return 0;
	err = check_room(host, w, d);
	if (!err)
		host->parked[host->nr_parked++] = cpu;
	return err;
}

int host_read_cpu(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct host_cpu *cpu = &host->cpu[host->nr_cpus];
	int err;

	if (!dt_enabled(w))
		return read_parked(host, w, d);
	err = check_room(host, w, d);
	if (err)
		return err;
	if (!read_mpidr(cpu, w))
		return dt_fail(w, d, -EINVAL, "reg",
			       "must be an MPIDR in the 1 or 2 cells that /cpus says");
	if (cpu->mpidr & ~MPIDR_AFFINITY)
		return dt_fail(w, d, -EINVAL, "reg",
			       "%#lx has more than the affinity fields of MPIDR_EL1",
			       (unsigned long)cpu->mpidr);
	for (unsigned i = 0; i < host->nr_cpus; i++)
		if (host->cpu[i].mpidr == cpu->mpidr)
			return dt_fail(w, d, -EEXIST, "reg", "%#lx is another CPU's as well",
				       (unsigned long)cpu->mpidr);
	host->nr_cpus++;
	read_method(cpu, w);
	return 0;
}

int host_boot_cpu_first(struct host *host, u64 mpidr, struct diag *d)
{
	struct host_cpu boot;
	unsigned i;

	mpidr &= MPIDR_AFFINITY;
	for (i = 0; i < host->nr_cpus && host->cpu[i].mpidr != mpidr; i++)
		;
	if (i == host->nr_cpus)
		return fail(d, -ENOENT,
			    "/cpus: no enabled node with reg = %#lx, which is the MPIDR_EL1 of the CPU that started; correct the device tree",
			    (unsigned long)mpidr);
	boot = host->cpu[i];
	for (; i; i--)
		host->cpu[i] = host->cpu[i - 1];
	host->cpu[0] = boot;
	return 0;
}
