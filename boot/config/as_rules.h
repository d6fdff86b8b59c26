/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other hypervisors make of memory, as a list that is expanded where it is used: as.c decides
 * by it, tools/regions prints it with its sources. Only these two include this.
 */
#ifndef BOOT_CONFIG_AS_RULES_H
#define BOOT_CONFIG_AS_RULES_H

#include "boot/config/as.h"

/* When a rule counts; of those that do, the first does. */
enum when {
	ALWAYS,
	WITH_MTE,			/* the guest is to have it */
	UNLESS_MTE,			/* with it the memory is refused */
	CACHEABLE_PFNMAP,		/* the same; and without FWB and DIC, too */
};

#define NONE		0xff		/* no encoding: it is refused */

/* The VMAs of a rule. */
#define V(id)		BIT(VMA_##id)
#define RAM		(V(ANONYMOUS) | V(FILE))
#define DEVICES		(V(WRITE_COMBINED) | V(VFIO_PCI) | V(VFIO_PLATFORM))
#define NOT_RAM		(V(CACHEABLE) | DEVICES)

#define KVM_PATCH	"Linux, the lines that its patch of Normal-NC for VFIO replaces: mmu.c user_mem_abort"
#define KVM_6_12	"Linux 6.12.117: mmu.c user_mem_abort and kvm_arch_prepare_memory_region"
#define KVM_6_17_SRC	"Linux, the series of kvm_vma_is_cacheable; 7.3.4 alike: mmu.c user_mem_abort"
#define XEN_DT		"Xen 4.17.0, 4.22.0: p2m.c mfn_to_p2m_entry; domain_build.c, p2m_mmio_direct_c"
#define XEN_IOMEM	"Xen 4.17.0, 4.22.0: domctl.c map_mmio_regions, p2m_mmio_direct_dev"
#define BAO_SRC		"Bao 738e3dc: page_table.h PTE_VM_FLAGS and PTE_VM_DEV_FLAGS"
#define JAILHOUSE_SRC	"Jailhouse e57d1ef: mmu_cell.c arch_map_memory_region, paging.h"
#define HAFNIUM_SRC	"Hafnium 21bfbdc: mm.c arch_mm_mode_to_stage2_attrs"
#define SEL4_SRC	"seL4 1326364: vspace.c makeUserPagePTE"
#define THREAD_SRC	"kvmarm list, 2023-10-12, a reply to patch 1 of 2 of VM_ALLOW_ANY_UNCACHED's series"

/*
 * Who, of what, MemAttr[3:0] under FWB = 0 and 1 (of one that never sets FWB: 0 both times), SH,
 * whether it is executable, when, and where it was read.
 *
 * KVM: with MTE every VMA of a memslot must have VM_MTE_ALLOWED, which VFIO's never have. Up to
 * 6.16 no device memory is cacheable, whatever its VMA says; vfio-pci lets every BAR be Normal-NC
 * from 6.9 on, and no other bus does.
 */
#define AS_RULES(R)									\
	R(KVM_6_8, V(ANONYMOUS), 0xf, 0x6, INNER, 1, ALWAYS, KVM_PATCH)			\
	R(KVM_6_8, V(FILE), 0xf, 0x6, INNER, 1, UNLESS_MTE, KVM_PATCH)			\
	R(KVM_6_8, NOT_RAM, 0x1, 0x1, INNER, 0, UNLESS_MTE, KVM_PATCH)			\
	R(KVM_6_9, V(ANONYMOUS), 0xf, 0x6, INNER, 1, ALWAYS, KVM_6_12)			\
	R(KVM_6_9, V(FILE), 0xf, 0x6, INNER, 1, UNLESS_MTE, KVM_6_12)			\
	R(KVM_6_9, V(CACHEABLE) | V(VFIO_PLATFORM), 0x1, 0x1, INNER, 0, UNLESS_MTE, KVM_6_12) \
	R(KVM_6_9, V(WRITE_COMBINED) | V(VFIO_PCI), 0x5, 0x5, INNER, 0, UNLESS_MTE, KVM_6_12) \
	R(KVM_6_17, V(ANONYMOUS), 0xf, 0x6, INNER, 1, ALWAYS, KVM_6_17_SRC)		\
	R(KVM_6_17, V(FILE), 0xf, 0x6, INNER, 1, UNLESS_MTE, KVM_6_17_SRC)		\
	R(KVM_6_17, V(CACHEABLE), NONE, 0x6, INNER, 1, CACHEABLE_PFNMAP, KVM_6_17_SRC)	\
	R(KVM_6_17, V(WRITE_COMBINED) | V(VFIO_PCI), 0x5, 0x5, INNER, 0, UNLESS_MTE, KVM_6_17_SRC) \
	R(KVM_6_17, V(VFIO_PLATFORM), 0x1, 0x1, INNER, 0, UNLESS_MTE, KVM_6_17_SRC)	\
	R(XEN_DOM0, RAM, 0xf, 0xf, INNER, 1, ALWAYS, XEN_DT)				\
	R(XEN_DOM0, NOT_RAM, 0xf, 0xf, OUTER, 0, ALWAYS, XEN_DT)			\
	R(XEN_DOMU, RAM, 0xf, 0xf, INNER, 1, ALWAYS, XEN_DT)				\
	R(XEN_DOMU, NOT_RAM, 0x1, 0x1, OUTER, 0, ALWAYS, XEN_IOMEM)			\
	R(BAO, RAM, 0xf, 0xf, NONE, 1, ALWAYS, BAO_SRC)					\
	R(BAO, NOT_RAM, 0x3, 0x3, NONE, 1, ALWAYS, BAO_SRC)				\
	R(JAILHOUSE, RAM | V(CACHEABLE), 0xf, 0xf, NONE, 1, ALWAYS, JAILHOUSE_SRC)	\
	R(JAILHOUSE, DEVICES, 0x1, 0x1, NONE, 1, ALWAYS, JAILHOUSE_SRC)			\
	R(HAFNIUM, RAM, 0xf, 0xf, INNER, 1, ALWAYS, HAFNIUM_SRC)			\
	R(HAFNIUM, V(CACHEABLE), 0xf, 0xf, INNER, 0, ALWAYS, HAFNIUM_SRC)		\
	R(HAFNIUM, DEVICES, 0x0, 0x0, INNER, 0, ALWAYS, HAFNIUM_SRC)			\
	R(SEL4, RAM | V(CACHEABLE), 0xf, 0xf, INNER, 1, ALWAYS, SEL4_SRC)		\
	R(SEL4, DEVICES, 0x0, 0x0, NONE, 1, ALWAYS, SEL4_SRC)				\
	R(THREAD_2023, V(ANONYMOUS), 0xf, 0x6, INNER, 1, ALWAYS, THREAD_SRC)		\
	R(THREAD_2023, V(FILE), 0x1, 0x1, INNER, 1, WITH_MTE, THREAD_SRC)		\
	R(THREAD_2023, V(FILE), 0xf, 0x6, INNER, 1, ALWAYS, THREAD_SRC)			\
	R(THREAD_2023, V(CACHEABLE), 0x1, 0x1, INNER, 0, WITH_MTE, THREAD_SRC)		\
	R(THREAD_2023, V(CACHEABLE), 0xf, 0x6, INNER, 0, ALWAYS, THREAD_SRC)		\
	R(THREAD_2023, DEVICES, 0x1, 0x1, INNER, 0, ALWAYS, THREAD_SRC)

struct as_rule {
	u8 as, vmas, memattr[2], sh, when;
	bool exec;
};

#define AS_RULE(id, of, plain, fwb, share, x, cond, source) \
	{ AS_##id, of, { plain, fwb }, SH_##share, cond, x },

#endif
