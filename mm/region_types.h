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

#endif
