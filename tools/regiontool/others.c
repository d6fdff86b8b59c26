// SPDX-License-Identifier: Apache-2.0
/*
 * What other hypervisors map for the same region, by the rules in their sources: KVM's are in the
 * fault handler (user_mem_abort), Xen's in the p2m types, Bao's in its one page-table flag for
 * devices.
 */
#include "mm/resolve.h"
#include "tools/regiontool/regions.h"

enum what { RAM, COHERENT, WINDOW, REGISTERS, NR_WHATS };

struct rule {
	const char *type[2];		/* without and with FWB as this hypervisor uses it */
	bool needs_dic;			/* the second only with CTR_EL0.DIC too */
	bool needs_tags;		/* a guest with MTE is refused it without tag storage */
};

static const struct {
	const char *name;
	struct rule rule[NR_WHATS];
} others[NR_OTHERS] = {
	[OTHER_KVM_6_8] = { "KVM 6.8", {
		[RAM] = { .type = { "WB x", "force WB x" }, .needs_tags = true },
		[COHERENT] = { .type = { "nGnRE", "nGnRE" } },
		[WINDOW] = { .type = { "nGnRE", "nGnRE" } },
		[REGISTERS] = { .type = { "nGnRE", "nGnRE" } },
	} },
	/* VFIO says of PCI BARs that they may be Normal-NC, and of no other device. */
	[OTHER_KVM_6_17] = { "KVM 6.17", {
		[RAM] = { .type = { "WB x", "force WB x" }, .needs_tags = true },
		[COHERENT] = { .type = { "refuses", "force WB x" }, .needs_dic = true,
			       .needs_tags = true },
		[WINDOW] = { .type = { "NC", "NC" } },
		[REGISTERS] = { .type = { "nGnRE", "nGnRE" } },
	} },
	/* As dom0. Xen leaves FWB off. */
	[OTHER_XEN_4_17] = { "Xen 4.17", {
		[RAM] = { .type = { "WB x", "WB x" } },
		[COHERENT] = { .type = { "WB", "WB" } },
		[WINDOW] = { .type = { "WB", "WB" } },
		[REGISTERS] = { .type = { "WB", "WB" } },
	} },
	[OTHER_BAO] = { "Bao", {
		[RAM] = { .type = { "WB x", "WB x" } },
		[COHERENT] = { .type = { "GRE x", "GRE x" } },
		[WINDOW] = { .type = { "GRE x", "GRE x" } },
		[REGISTERS] = { .type = { "GRE x", "GRE x" } },
	} },
};

const char *other_name(enum other o)
{
	return others[o].name;
}

const char *other_maps(enum other o, const struct region *r, const struct tool_cpu *cpu,
		       bool window, bool mte)
{
	static const enum what what[REGION_NR_TYPES] = {
		[REGION_RAM] = RAM,
		[REGION_DEVICE_MEMORY] = COHERENT,
		[REGION_PREFETCHABLE] = WINDOW,
		[REGION_MMIO] = REGISTERS,
	};
	const struct rule *rule;

	if (r->type == REGION_RAW)
		return "-";
	rule = &others[o].rule[window && r->type == REGION_MMIO ? WINDOW : what[r->type]];
	if (rule->needs_tags && mte && !region_has_tags(r))
		return "refuses";
	return rule->type[cpu->caps.fwb && (cpu->dic || !rule->needs_dic)];
}
