// SPDX-License-Identifier: Apache-2.0
#include "boot/config/as_rules.h"

#include "lib/errno.h"
#include "lib/range.h"

static const struct as_rule rules[] = { AS_RULES(AS_RULE) };

/*
 * A fault of stage 2 that none of them expects (DFSC 0x21). KVM: "Unsupported FSC", and KVM_RUN
 * fails. Xen: an abort whose ISS is 0. Bao stops the CPU, Jailhouse parks the cell. Hafnium's and
 * seL4's way was not read: the guest gets the fault as from Mavis.
 */
static const struct as_info infos[AS_NR] = {
	[AS_KVM_6_8] = { true, AS_MTE_OFFERED, UNALIGNED_ENDS },
	[AS_KVM_6_9] = { true, AS_MTE_OFFERED, UNALIGNED_ENDS },
	[AS_KVM_6_17] = { true, AS_MTE_OFFERED, UNALIGNED_ENDS },
	[AS_XEN_DOM0] = { false, AS_MTE_HIDDEN, UNALIGNED_BAD_SIZE },
	[AS_XEN_DOMU] = { false, AS_MTE_HIDDEN, UNALIGNED_BAD_SIZE },
	[AS_BAO] = { false, AS_MTE_BROKEN, UNALIGNED_ENDS },
	[AS_JAILHOUSE] = { false, AS_MTE_BROKEN, UNALIGNED_ENDS },
	[AS_HAFNIUM] = { false, AS_MTE_OFFERED, UNALIGNED_FAULTS },
	[AS_SEL4] = { false, AS_MTE_OFFERED, UNALIGNED_FAULTS },
	[AS_THREAD_2023] = { true, AS_MTE_OFFERED, UNALIGNED_ENDS },
};

const struct as_info *as_info(enum region_as as)
{
	return &infos[as];
}

const char *as_name(enum region_as as)
{
#define AS(id, name) [AS_##id] = name,
	static const char *const names[AS_NR] = { REGION_AS(AS) };
#undef AS

	return names[as];
}

const char *as_vma_name(enum region_vma vma)
{
#define VMA(id, name) [VMA_##id] = name,
	static const char *const names[VMA_NR] = { REGION_VMAS(VMA) };
#undef VMA

	return names[vma];
}

const char *as_refusal_text(enum as_refusal why)
{
	static const char *const texts[] = {
		[AS_NO_MTE_VMA] =
			"the guest has MTE, and the memory's VMA no VM_MTE_ALLOWED",
		[AS_NO_CACHEABLE_PFNMAP] =
			"a cacheable VM_PFNMAP VMA needs FEAT_S2FWB and CTR_EL0.DIC",
	};

	return texts[why];
}

static const struct as_rule *find_rule(enum region_as as, enum region_vma vma, bool mte)
{
	const struct as_rule *r = rules;

	while (r < rules + ARRAY_SIZE(rules) &&
	       (r->as != as || !(r->vmas & BIT(vma)) || (r->when == WITH_MTE && !mte)))
		r++;
	return r < rules + ARRAY_SIZE(rules) ? r : NULL;
}

/* The same meaning with FWB, for a guest that has it beside what some hypervisor makes without. */
static u8 in_fwb(u8 memattr)
{
	return (u8)s2_encode(s2_decode(memattr, false, false), true, false);
}

struct as_answer as_ask(enum region_as as, enum region_vma vma, const struct mm_caps *caps,
			bool mte)
{
	const struct as_rule *r = find_rule(as, vma, mte);
	struct as_answer a = { 0 };
	bool pfnmap;

	if (!r)
		return a;
	pfnmap = r->when != CACHEABLE_PFNMAP || (caps->fwb && caps->dic);
	a = (struct as_answer){
		.maps = pfnmap && r->memattr[caps->fwb] != NONE,
		.memattr = r->memattr[caps->fwb],
		.sh = r->sh,
		.exec = r->exec,
	};
	if (a.maps && caps->fwb && !infos[as].fwb)
		a.memattr = in_fwb(a.memattr);
	if (!pfnmap)
		a.refused = AS_NO_CACHEABLE_PFNMAP;
	else if (mte && r->when >= UNLESS_MTE)
		a.refused = AS_NO_MTE_VMA;
	return a;
}

static bool in_pci_window(const struct host *host, struct range r)
{
	for (unsigned i = 0; host && i < host->nr_mmio; i++)
		if (host->mmio[i].kind >= HOST_PCI_MEM32 && ranges_overlap(host->mmio[i].range, r))
			return true;
	return false;
}

enum region_vma as_vma(const struct region *r, const struct host *host, bool pci)
{
	if (r->type == REGION_DEVICE_MEMORY)
		return VMA_CACHEABLE;
	if (pci || in_pci_window(host, region_pa(r)))
		return VMA_VFIO_PCI;
	if (r->type == REGION_RAM)
		return r->opts.tags == TAGS_NO ? VMA_FILE : VMA_ANONYMOUS;
	return VMA_VFIO_PLATFORM;
}

int as_apply(struct region *r, const struct mm_caps *caps, bool mte, struct diag *d)
{
	struct region_opts *o = &r->opts;
	struct as_answer a;

	if (o->as == AS_MAVIS)
		return 0;
	a = as_ask(o->as, o->vma, caps, mte && !as_is_emulated(r));
	if (a.refused && !o->as_far)
		return fail(d, -EPERM,
			    "region %s: as: %s would not map it, as its memory is %s: %s: see docs/memory-attributes.md, or add `as-far-as-possible`",
			    r->name, as_name(o->as), as_vma_name(o->vma),
			    as_refusal_text(a.refused));
	o->as_refused = a.refused;
	o->unaligned = infos[o->as].unaligned;
	if (!a.maps)
		return 0;		/* what the type says */
	o->written = true;
	o->memattr = a.memattr;
	o->sh = a.sh;
	o->exec = a.exec;
	return 0;
}
