/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/suspend.h"

#include "boot/machine/fdt.h"
#include "hyp/psci.h"

static bool forgets(const struct host *host)
{
	bool any = host->nr_smmus;

	for (unsigned i = 0; i < host->gic.nr_its; i++)
		any |= host->gic.its[i].given;
	return any;
}

void suspend_settle(const struct host *host)
{
	struct dt_walk w;

	psci_states = (struct psci_states){ .limited = forgets(host) };
	if (!psci_states.limited)
		return;
	firmware.system_suspend = false;
	dt_walk(&w, host->fdt);
	while (dt_next(&w) && psci_states.nr < PSCI_MAX_STATES) {
		u64 state;

		if (dt_number(dt_prop(&w, "arm,psci-suspend-param"), &state))
			psci_states.state[psci_states.nr++] = (u32)state;
	}
}
