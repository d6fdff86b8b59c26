/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other hypervisors make of memory: one table of rules, read in their sources, for `as` in the
 * config, the columns of tools/regions and the table of docs/memory-attributes.md.
 */
#ifndef BOOT_CONFIG_AS_H
#define BOOT_CONFIG_AS_H

#include "boot/machine/host.h"
#include "lib/format.h"
#include "mm/region.h"

/* What memory is to a hypervisor, in Linux's words: by what VMA its user gave it. From 1 on. */
#define REGION_VMAS(VMA)								\
	VMA(ANONYMOUS, "anonymous")		/* RAM, VM_MTE_ALLOWED */		\
	VMA(FILE, "file")			/* RAM without: a file */		\
	VMA(CACHEABLE, "cacheable")		/* device memory, mapped cacheable */	\
	VMA(WRITE_COMBINED, "write-combined")	/* the same, as pgprot_writecombine */	\
	VMA(VFIO_PCI, "vfio-pci")		/* a BAR */				\
	VMA(VFIO_PLATFORM, "vfio-platform")	/* registers of any other device */

enum region_vma {
	VMA_BY_PLACE,
#define VMA(id, name) VMA_##id,
	REGION_VMAS(VMA)
#undef VMA
	VMA_NR,
};

/* Why it would not map it. */
enum as_refusal { AS_MAPS, AS_NO_MTE_VMA, AS_NO_CACHEABLE_PFNMAP };

/* What a guest of it has of MTE. */
enum as_mte {
	AS_MTE_OFFERED,
	AS_MTE_HIDDEN,			/* the ID register says that there is none */
	AS_MTE_BROKEN,			/* nothing that a guest could use */
};

/* What is so of all memory. */
struct as_info {
	bool fwb;			/* it sets HCR_EL2.FWB where the CPU has it */
	u8 mte;				/* enum as_mte */
	u8 unaligned;			/* enum region_unaligned */
};

const struct as_info *as_info(enum region_as as);
const char *as_name(enum region_as as);
const char *as_vma_name(enum region_vma vma);
const char *as_refusal_text(enum as_refusal why);

struct as_answer {
	bool maps;			/* the three below mean something */
	u8 memattr;			/* under FWB = caps->fwb */
	u8 sh;				/* enum shareability */
	bool exec;
	u8 refused;			/* enum as_refusal; then they are those without the cause */
};

/* What @as makes of @vma on a CPU with @caps for a guest that is to have MTE if @mte. */
struct as_answer as_ask(enum region_as as, enum region_vma vma, const struct mm_caps *caps,
			bool mte);

/* What @r is where the config does not say: by its type, and where it is. @pci: it is a BAR. */
enum region_vma as_vma(const struct region *r, const struct host *host, bool pci);

/*
 * Writes the answer for r->opts.as into r->opts, where it says one; of what is refused in spite of
 * `as-far-as-possible` what is left of it. -EPERM: it is refused; the text says by whom and why.
 */
int as_apply(struct region *r, const struct mm_caps *caps, bool mte, struct diag *d);

/* A device of the machine's that no region names is what a VMM emulates: it gives it no VMA. */
static inline bool as_is_emulated(const struct region *r)
{
	return r->origin == REGION_FROM_HOST && r->type != REGION_RAM;
}

#endif
