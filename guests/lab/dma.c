/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DMA against the CPU's caches, by a device that can be told what to transfer: QEMU's edu, a PCI
 * function with a page of memory of its own. Does it see what a CPU stored, and the CPU what it
 * wrote, by each memory type, and with how much care?
 */
#include "boot/machine/fdt.h"
#include "drivers/console.h"
#include "drivers/pci.h"
#include "guests/lab/dma.h"
#include "guests/lab/lab.h"
#include "guests/lab/relate.h"
#include "lib/arch.h"
#include "lib/errno.h"
#include "mm/attr.h"

/* Its name on the bus, and its registers (QEMU, docs/specs/edu). */
#define EDU_ID			0x11e81234u
#define EDU_FROM		0x80
#define EDU_TO			0x88
#define EDU_COUNT		0x90
#define EDU_COMMAND		0x98
#define EDU_START		BIT(0)
#define EDU_TO_MEMORY		BIT(1)
#define EDU_BUFFER		0x40000	/* its memory, by its own address */
#define EDU_SIZE		MIB(1)

#define PCI_COMMAND_MASTER	BIT(2)
#define PCI_DEVICES		32

/* A word of each line is looked at; a granule may be larger, and then they go together. */
#define LINE			64
#define LINES			(PAGE_SIZE / LINE)

#define OLD(i)			(0x0101010101010101ul * ((i) + 1))
#define NEW(i)			(0x8080808080808080ul | OLD(i))
#define OTHER(i)		(0x4040404040404040ul ^ OLD(i))

static const u8 types[] = { 0x00, 0x44, 0xbb, 0xff };

unsigned dmas_done;

static u64 registers;

static volatile u64 *line(u64 page, u64 i)
{
	return (volatile u64 *)(page + i * LINE);
}

/* access_fns, as a host bridge may answer with an exception where no function is */
static u64 read_config(u64 addr, u64 n, u64 val)
{
	(void)n, (void)val;
	return *(volatile u32 *)addr;
}

static u64 write_config(u64 addr, u64 n, u64 val)
{
	(void)n;
	*(volatile u32 *)addr = (u32)val;
	return 0;
}

static bool config(access_fn *fn, u64 addr, u64 val, u32 *out)
{
	struct attempt a;

	attempt(&a, fn, addr, 1, val);
	if (out)
		*out = (u32)a.value;
	return !a.faulted;
}

/* The page of edu's configuration space, mapped; 0: it is not on this bridge's first bus. */
static u64 find_edu(const struct host_mmio *ecam)
{
	for (u64 dev = 0; dev < PCI_DEVICES; dev++) {
		u64 at = ecam->range.base + (dev << 15);
		u32 id;

		if (at + PAGE_SIZE > ecam->range.base + ecam->range.size ||
		    mmu_map(at, at, PAGE_SIZE, MAP_DEVICE))
			return 0;
		if (config(read_config, at, 0, &id) && id == EDU_ID)
			return at;
		mmu_unmap(at, PAGE_SIZE);
	}
	return 0;
}

/* The window that takes accesses to addresses of 32 bits on that bridge's bus. */
static const struct host_mmio *window_of(const struct host *host, int bridge)
{
	for (unsigned i = 0; i < host->nr_mmio; i++)
		if (host->mmio[i].kind == HOST_PCI_MEM32 && host->mmio[i].node == bridge &&
		    !host->mmio[i].prefetchable)
			return &host->mmio[i];
	return NULL;
}

/* Where its registers are: as the firmware has it, or else where the window begins. 0: nowhere. */
static u64 place_edu(u64 at, const struct host_mmio *window)
{
	u32 bar, command;
	u64 bus;

	if (!config(read_config, at + PCI_BAR(0), 0, &bar) ||
	    !config(read_config, at + PCI_COMMAND, 0, &command))
		return 0;
	bus = bar & ~0xfu;
	if (!bus)
		bus = ALIGN_UP(window->bus, EDU_SIZE);
	if (bus < window->bus || bus - window->bus + EDU_SIZE > window->range.size)
		return 0;
	if (!config(write_config, at + PCI_BAR(0), bus, NULL) ||
	    !config(write_config, at + PCI_COMMAND,
		    (command & 0xffff) | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, NULL))
		return 0;
	return window->range.base + (bus - window->bus);
}

/* False: there is none, or none that can be reached. *coherent: what its host bridge says. */
static bool open_edu(const struct host *host, bool *coherent)
{
	for (unsigned i = 0; i < host->nr_mmio; i++) {
		const struct host_mmio *ecam = &host->mmio[i], *window;
		u64 at;

		if (ecam->kind != HOST_PCI_ECAM)
			continue;
		at = find_edu(ecam);
		window = at ? window_of(host, ecam->node) : NULL;
		registers = window ? place_edu(at, window) : 0;
		if (!registers || mmu_map(registers, registers, PAGE_SIZE, MAP_DEVICE))
			continue;
		*coherent = fdt_getprop(host->fdt, ecam->node, "dma-coherent", NULL);
		return true;
	}
	return false;
}

/* A page between memory and the device, one way or the other. False: it does not end. */
static bool transfer(u64 memory, u64 command)
{
	volatile u64 *reg = (volatile u64 *)registers;
	u64 until = read_sysreg(cntvct_el0) + 4 * read_sysreg(cntfrq_el0);

	reg[EDU_FROM / 8] = command & EDU_TO_MEMORY ? EDU_BUFFER : memory;
	reg[EDU_TO / 8] = command & EDU_TO_MEMORY ? memory : EDU_BUFFER;
	reg[EDU_COUNT / 8] = PAGE_SIZE;
	reg[EDU_COMMAND / 8] = EDU_START | command;
	while (reg[EDU_COMMAND / 8] & EDU_START)
		if (read_sysreg(cntvct_el0) > until)
			return false;
	return true;
}

/* The tested page and the one for looking; both are pages of the target. */
static u64 tested(void)
{
	return target.ipa;
}

static u64 looking(void)
{
	return target.ipa + target_half();
}

/* What the device has, in the page for looking, as sure as it can be. */
static bool look(void)
{
	bool done;

	cache_flush(TEST_VA_Y, PAGE_SIZE);
	dmb(sy);
	done = transfer(looking(), EDU_TO_MEMORY);
	dmb(sy);
	cache_flush(TEST_VA_Y, PAGE_SIZE);
	return done;
}

enum pattern { PATTERN_OLD, PATTERN_NEW, PATTERN_OTHER };

static u64 pattern(enum pattern p, u64 i)
{
	return p == PATTERN_OLD ? OLD(i) : p == PATTERN_NEW ? NEW(i) : OTHER(i);
}

static void store(enum pattern p)
{
	for (u64 i = 0; i < LINES; i++)
		*line(TEST_VA, i) = pattern(p, i);
}

/* In memory, and in the CPU's caches if they take it: clean. */
static void prepare(enum pattern p)
{
	store(p);
	cache_flush(TEST_VA, PAGE_SIZE);
	dmb(sy);
	for (u64 i = 0; i < LINES; i++)
		(void)*line(TEST_VA, i);
	dsb(sy);
}

struct stale {
	u64 to_device, to_memory;
};

/* How many lines the device has as they were before the CPU stored. */
static bool to_device(enum care care, u64 *stale)
{
	prepare(PATTERN_OLD);
	store(PATTERN_NEW);
	take_care(care, PAGE_SIZE);
	if (!transfer(tested(), 0) || !look())
		return false;
	for (u64 i = 0; i < LINES; i++)
		*stale += *line(TEST_VA_Y, i) != pattern(PATTERN_NEW, i);
	return true;
}

/* How many lines the CPU sees as they were before the device wrote what it has: as look() said. */
static bool to_memory(enum care care, u64 *stale)
{
	prepare(PATTERN_OTHER);
	take_care(care, PAGE_SIZE);
	if (!transfer(tested(), EDU_TO_MEMORY))
		return false;
	take_care(care, PAGE_SIZE);
	for (u64 i = 0; i < LINES; i++)
		*stale += *line(TEST_VA, i) != *line(TEST_VA_Y, i);
	return true;
}

/* An access_fn: both ways; @val is the care. Gives whether the device has done its part. */
static u64 both_ways(u64 stale, u64 n, u64 val)
{
	struct stale *s = (struct stale *)stale;

	(void)n;
	*s = (struct stale){ 0, 0 };
	return to_device((enum care)val, &s->to_device) && to_memory((enum care)val, &s->to_memory);
}

static bool one(u8 mair, enum care care, bool coherent)
{
	struct stale s;
	struct attempt a;

	target_map_two(mair, MAIR_NORMAL_WB);
	attempt(&a, both_ways, (u64)&s, 1, care);
	target_unmap_two();
	if (!a.faulted && !a.value)
		return false;
	dmas_done++;
	print("{\"t\":\"dma\",\"s1\":\"%#04x\",\"care\":\"%s\",\"coherent\":%d", mair,
	      care_names[care], coherent);
	if (a.faulted)
		print(",\"result\":\"fault\"");
	print(",\"lines\":%lu,\"to_device\":%lu,\"to_memory\":%lu}\n", LINES, s.to_device,
	      s.to_memory);
	return true;
}

void dma_run(const struct host *host)
{
	bool coherent;

	if (!open_edu(host, &coherent))
		return;
	target_follow_stage_1();
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		for (unsigned care = 0; care < NR_CARE; care++)
			if (!one(types[i], (enum care)care, coherent)) {
				print("lab: the device edu does not end a transfer\n");
				return;
			}
}
