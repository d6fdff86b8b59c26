/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 as in zlib and cpio tools (ISO-HDLC, polynomial 0x04c11db7), by the CPU's own
 * instructions.
 */
#ifndef BOOT_GUEST_CRC32_H
#define BOOT_GUEST_CRC32_H

#include "lib/arch.h"

/* True if the CPU has FEAT_CRC32. */
static inline bool crc32_available(void)
{
	return FIELD(read_sysreg(id_aa64isar0_el1), 19, 16);
}

/* The checksum of @size bytes. Only if crc32_available(). */
u32 crc32(const void *data, u64 size);

#endif
