/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a region's memory can be, by the names that the config has for it: for mm/, for who reads
 * configs and for programs above Mavis. It includes nothing.
 */
#ifndef MM_REGION_TYPES_H
#define MM_REGION_TYPES_H

/* In the order of their numbers, from 0 on. */
#define REGION_TYPES(TYPE)								\
	TYPE(RAM, "ram")			/* general-purpose memory */		\
	TYPE(DEVICE_MEMORY, "device-memory")	/* idempotent, cacheable, coherent */	\
	TYPE(PREFETCHABLE, "prefetchable")	/* no read side effects, not coherent */ \
	TYPE(MMIO, "mmio")			/* registers with side effects */	\
	TYPE(RAW, "raw")			/* research: attributes as written */

/* Hypervisors whose way with memory a region can have (boot/config/as.h), from 1 on. */
#define REGION_AS(AS)									\
	AS(KVM_6_8, "kvm-6.8")								\
	AS(KVM_6_9, "kvm-6.9")			/* to 6.16 */				\
	AS(KVM_6_17, "kvm-6.17")		/* and later */				\
	AS(XEN_DOM0, "xen-dom0")							\
	AS(XEN_DOMU, "xen-domU")							\
	AS(BAO, "bao")									\
	AS(JAILHOUSE, "jailhouse")							\
	AS(HAFNIUM, "hafnium")								\
	AS(SEL4, "sel4")								\
	AS(THREAD_2023, "thread-2023")		/* a rule that was only discussed */

#endif
