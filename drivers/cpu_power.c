/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/cpu_power.h"

#include "drivers/firmware.h"

/* PSCI's results are 32 bits wide whatever the width of the call. */
static s64 psci(u32 fid, u64 a1, u64 a2, u64 a3)
{
	return (s32)firmware_call(fid, a1, a2, a3).x[0];
}

s64 cpu_power_on(u64 mpidr, pa_t entry, u64 context)
{
	return psci(PSCI_CPU_ON_64, mpidr, entry.v, context);
}

s64 cpu_power_off(void)
{
	return psci(PSCI_CPU_OFF, 0, 0, 0);
}

s64 cpu_power_suspend(u32 state, pa_t entry, u64 context)
{
	return psci(PSCI_CPU_SUSPEND_64, state, entry.v, context);
}

s64 cpu_power_state(u64 mpidr)
{
	return psci(PSCI_AFFINITY_INFO_64, mpidr, 0, 0);
}
