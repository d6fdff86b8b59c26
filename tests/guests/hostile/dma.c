/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's edu, told to read and write what is not the guest's, where an SMMU is in between. */
#include "tests/guests/hostile/hostile.h"

#define EDU		0x11e81234
#define BAR0		0x10
#define COMMAND		0x04
#define MEMORY_MASTER	6

/* Registers (QEMU, docs/specs/edu), and the device's own memory, by its own address. */
#define FROM		0x80
#define TO		0x88
#define COUNT		0x90
#define ORDER		0x98
#define START		1u
#define TO_MEMORY	2u
#define BUFFER		0x40000

static volatile u64 page[2];

/* Its configuration space; 0: the first bus has none. What else is there is silent from now on. */
static u64 find_edu(const struct host_mmio *ecam)
{
	u64 found = 0;

	for (unsigned dev = 1; dev < 32; dev++) {
		u64 function = ecam->range.base + dev * 8 * PAGE_SIZE;

		if (mmu_map(TEST_VA, function, PAGE_SIZE, MAP_DEVICE))
			give_up("stage 1 cannot map configuration space");
		*(volatile u16 *)(TEST_VA + COMMAND) = 0;
		if (*(volatile u32 *)TEST_VA == EDU)
			found = function;
		mmu_unmap(TEST_VA, PAGE_SIZE);
	}
	return found;
}

/* Its BAR to the start of the bridge's window, and there to TEST_VA. */
static bool open_edu(const struct host_mmio *ecam, u64 function)
{
	for (unsigned i = 0; i < host.nr_mmio; i++) {
		const struct host_mmio *w = &host.mmio[i];

		if (w->node != ecam->node || w->kind != HOST_PCI_MEM32)
			continue;
		if (mmu_map(TEST_VA, function, PAGE_SIZE, MAP_DEVICE))
			give_up("stage 1 cannot map configuration space");
		*(volatile u32 *)(TEST_VA + BAR0) = (u32)ALIGN_UP(w->bus, MIB(1));
		*(volatile u16 *)(TEST_VA + COMMAND) = MEMORY_MASTER;
		mmu_unmap(TEST_VA, PAGE_SIZE);
		return !mmu_map(TEST_VA, w->range.base + ALIGN_UP(w->bus, MIB(1)) - w->bus,
				PAGE_SIZE, MAP_DEVICE);
	}
	return false;
}

static void put(u64 reg, u64 val)
{
	*(volatile u64 *)(TEST_VA + reg) = val;
}

static void transfer(u64 from, u64 to, u64 order)
{
	dsb(sy);			/* the page is there for the device */
	put(FROM, from);
	put(TO, to);
	put(COUNT, 8);
	put(ORDER, START | order);
	while (*(volatile u64 *)(TEST_VA + ORDER) & START)
		;
	dsb(sy);
}

static void write_to(u64 at, u64 val)
{
	page[0] = val;
	transfer((u64)page, BUFFER, 0);
	transfer(BUFFER, at, TO_MEMORY);
}

static u64 read_from(u64 at)
{
	page[0] = 0;
	transfer((u64)page, BUFFER, 0);		/* what a read that is stopped leaves */
	transfer(at, BUFFER, 0);
	transfer(BUFFER, (u64)page, TO_MEMORY);
	return page[0];
}

/* What of a write arrives is seen from outside; and it is a device that does write. */
void attack_dma(struct tally *t)
{
	for (unsigned i = 0; i < host.nr_mmio && asked_for("smmu"); i++) {
		u64 function = host.mmio[i].kind == HOST_PCI_ECAM ? find_edu(&host.mmio[i]) : 0;

		if (!function || !open_edu(&host.mmio[i], function))
			continue;
		for (unsigned n = 0; n < (thorough ? 100u : 8u); n++) {
			u64 val = any() | 1, at = outside();

			write_to((u64)&page[1], val);
			count(t, page[1] == val, "DMA that does not arrive", (u64)page);
			write_to(at, val);
			count(t, !read_from(at), "DMA", at);
		}
		mmu_unmap(TEST_VA, PAGE_SIZE);
		return;
	}
}
