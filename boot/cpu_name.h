/* SPDX-License-Identifier: Apache-2.0 */
/* What a CPU is called. */
#ifndef BOOT_CPU_NAME_H
#define BOOT_CPU_NAME_H

#include "lib/types.h"

/*
 * Writes the core's name and revision into @buf: "Cortex-A72 r0p3", or of what is not known
 * "Arm part 0xd99 r1p0". @midr: its MIDR_EL1.
 */
void cpu_name(char *buf, size_t size, u64 midr);

#endif
