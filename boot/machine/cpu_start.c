/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/cpu_start.h"

#include "boot/machine/fdt.h"
#include "drivers/firmware.h"
#include "lib/errno.h"

/* AFFINITY_INFO's answer for a CPU that runs. */
#define IS_ON	0

/* A loader that does not start the CPU may leave the address out; Linux goes on without it, too. */
static int no_address(const struct host_cpu *cpu, struct diag *why)
{
	if (cpu->method != CPU_METHOD_SPIN_UNKNOWN)
		return 0;
	return fail(why, -ENODEV,
		    "CPU %#lx: cpu-release-addr: is missing, or no multiple of 8 below %d bits: a loader that starts the CPU fills it in: give Mavis the tree that it passes on; if the CPU waits at EL2, reserve the memory where it does (/memreserve/)",
		    (unsigned long)cpu->mpidr, DT_PA_BITS);
}

/* Why no CPU at all can be started by PSCI; 0: it can. */
static int no_psci(const struct host *host, const struct host_cpu *cpu, struct diag *why)
{
	if (host->psci == HOST_PSCI_NONE)
		return fail(why, -ENODEV,
			    "CPU %#lx: enable-method: %s, and the device tree has no enabled PSCI node: correct it",
			    (unsigned long)cpu->mpidr,
			    cpu->method == CPU_METHOD_PSCI ? "is \"psci\""
							   : "is none that Mavis knows");
	if (host->psci == HOST_PSCI_OLD)
		return fail(why, -ENODEV,
			    "%s: compatible: is PSCI 0.1, whose function numbers each firmware chose for itself: Mavis speaks 0.2 and later: update the firmware, or correct the device tree",
			    host->psci_path);
	if (host->conduit == CONDUIT_HVC)
		return fail(why, -ENODEV,
			    "%s: method: an HVC from EL2 does not reach the firmware: \"hvc\" is what a tree for EL1 says: have it say \"smc\", if there is firmware at EL3",
			    host->psci_path);
	if (!firmware.psci_version)
		return fail(why, -ENODEV,
			    "%s: the firmware does not know PSCI_VERSION by SMC: correct the device tree, or update the firmware",
			    host->psci_path);
	return 0;
}

/* What the firmware says of this one. An answer that makes no sense is none against it. */
static int not_off(const struct host_cpu *cpu, struct diag *why)
{
	s64 state = cpu_power_state(cpu->mpidr);

	if (state == PSCI_INVALID_PARAMETERS)
		return fail(why, -ENODEV,
			    "CPU %#lx: the firmware does not know it (PSCI AFFINITY_INFO): correct its reg in the device tree, or disable it there",
			    (unsigned long)cpu->mpidr);
	if (state == IS_ON)
		return fail(why, -EBUSY,
			    "CPU %#lx: runs already (PSCI AFFINITY_INFO): have the loader turn it off before it starts Mavis",
			    (unsigned long)cpu->mpidr);
	return 0;
}

unsigned cpu_start_check(struct host *host, struct diag *why)
{
	unsigned kept = 1, nr = host->nr_cpus;
	struct diag ignored;

	for (unsigned i = 1; i < nr; i++) {
		const struct host_cpu *cpu = &host->cpu[i];
		struct diag *d = kept == i ? why : &ignored;	/* the first that cannot */

		if (cpu->method == CPU_METHOD_SPIN_TABLE ||
		    (!no_address(cpu, d) && !no_psci(host, cpu, d) && !not_off(cpu, d)))
			host->cpu[kept++] = *cpu;
	}
	host->nr_cpus = kept;
	return nr - kept;
}
