/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crc32.h"

#include "lib/arch.h"

bool crc32_available(void)
{
	return FIELD(read_sysreg(id_aa64isar0_el1), 19, 16);
}

static u32 step8(u32 crc, u8 data)
{
	asm(".arch_extension crc\n\tcrc32b %w0, %w0, %w1" : "+r"(crc) : "r"(data));
	return crc;
}

static u32 step64(u32 crc, u64 data)
{
	asm(".arch_extension crc\n\tcrc32x %w0, %w0, %1" : "+r"(crc) : "r"(data));
	return crc;
}

u32 crc32(const void *data, u64 size)
{
	const u8 *p = data;
	u32 crc = ~0u;

	for (; size && !IS_ALIGNED((u64)p, 8); size--)
		crc = step8(crc, *p++);
	for (; size >= 8; size -= 8, p += 8)
		crc = step64(crc, *(const u64 *)(const void *)p);
	for (; size; size--)
		crc = step8(crc, *p++);
	return ~crc;
}
