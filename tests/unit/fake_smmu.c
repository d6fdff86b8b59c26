/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_smmu.h"

#include <string.h>

#include "mm/phys.h"
#include "tests/unit/fake_machine.h"

struct fake_smmu fake_smmu;

static u8 registers[0x20000] __attribute__((aligned(65536)));

u32 *fake_smmu_reg(unsigned offset)
{
	return (u32 *)(registers + offset);
}

static u64 reg64(unsigned offset)
{
	u64 val;

	memcpy(&val, registers + offset, 8);
	return val;
}

static const u64 *queue(unsigned base, u32 at, unsigned words, u32 *size)
{
	u64 *start = (u64 *)(reg64(base) & 0xfffffffffffe0);

	*size = 1u << (reg64(base) & 31);
	return start + (at & (*size - 1)) * words;
}

static void take_commands(void)
{
	u32 *cons = fake_smmu_reg(0x9c), prod = *fake_smmu_reg(0x98), size;

	if (fake_smmu.refuses) {
		*fake_smmu_reg(0x60) = (*fake_smmu_reg(0x60) & ~1u) | !(*fake_smmu_reg(0x64) & 1);
		*cons |= 1u << 24;
		return;
	}
	while (!fake_smmu.deaf && *cons != prod && *fake_smmu_reg(0x24) & 8) {
		const u64 *c = queue(0x90, *cons, 2, &size);

		memcpy(fake_smmu.command[fake_smmu.nr_commands++ % FAKE_SMMU_LOG], c, 16);
		*cons = (*cons + 1) & (2 * size - 1);
	}
}

static void written(u64 addr)
{
	u64 offset = addr - (u64)registers;

	if (offset == 0x20) {
		u32 cr0 = *fake_smmu_reg(0x20);

		if (!fake_smmu.nr_cr0)
			fake_smmu.aborts_before_off = *fake_smmu_reg(0x44) & 1 << 20;
		if (cr0 & 1)
			fake_smmu.commands_before_smmuen = fake_smmu.nr_commands;
		fake_smmu.cr0[fake_smmu.nr_cr0++ % 16] = cr0;
		if (!fake_smmu.stuck)
			*fake_smmu_reg(0x24) = cr0;
	} else if (offset == 0x44) {
		*fake_smmu_reg(0x44) &= 0x7fffffff;
	} else if (offset == 0x50) {
		*fake_smmu_reg(0x54) = *fake_smmu_reg(0x50);
	} else if (offset == 0x98) {
		take_commands();
	}
}

u64 fake_smmu_reset(void)
{
	memset(registers, 0, sizeof(registers));
	memset(&fake_smmu, 0, sizeof(fake_smmu));
	*fake_smmu_reg(0x00) = 0x0d44101b;
	*fake_smmu_reg(0x04) = 0x02730010;
	*fake_smmu_reg(0x14) = 0x74;
	machine.on_write = written;
	return (u64)registers;
}

bool fake_smmu_event(u64 a, u64 b, u64 c, u64 d)
{
	u32 *prod = fake_smmu_reg(0x100a8), cons = *fake_smmu_reg(0x100ac), size;
	u64 *at = (u64 *)queue(0xa0, *prod, 4, &size);
	u32 held = ((*prod & 0x7fffffff) - (cons & 0x7fffffff)) & (2 * size - 1);

	if (held == size) {
		if (!((*prod ^ cons) >> 31))
			*prod ^= 1u << 31;
		return false;
	}
	at[0] = a;
	at[1] = b;
	at[2] = c;
	at[3] = d;
	*prod = (*prod & 1u << 31) | (((*prod & 0x7fffffff) + 1) & (2 * size - 1));
	return true;
}

const u64 *fake_smmu_entry(u32 stream)
{
	u32 cfg = *fake_smmu_reg(0x88), bits = cfg & 63, split = cfg >> 6 & 31;
	u64 *table = phys(PA(reg64(0x80) & 0xfffffffffffc0)), desc, span;

	if (bits < 32 && stream >> bits)
		return NULL;
	if (!(cfg >> 16 & 3))
		return table + stream * 8ul;
	desc = table[stream >> split];
	span = desc & 31;
	if (!span || (stream & ((1u << split) - 1)) >> (span - 1))
		return NULL;
	return (u64 *)phys(PA(desc & 0xfffffffffffc0)) + (stream & ((1u << split) - 1)) * 8ul;
}
