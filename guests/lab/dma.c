/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DMA against the CPU's caches, by a device that can be told what to transfer: QEMU's edu, a PCI
 * function with a page of memory of its own. Does it see what a CPU stored, and the CPU what it
 * wrote, by each memory type, and with how much care?
 */
#include "drivers/console.h"
#include "guests/lab/card.h"
#include "guests/lab/dma.h"
#include "guests/lab/lab.h"
#include "guests/lab/relate.h"
#include "lib/arch.h"
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

/* A page between memory and the device, one way or the other. False: it does not end. */
static bool transfer(u64 memory, u64 command)
{
	volatile u64 *reg = (volatile u64 *)registers;
	u64 until = read_sysreg(cntvct_el0) + 60 * read_sysreg(cntfrq_el0);

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
	struct card edu;

	if (!card_open(host, EDU_ID, EDU_SIZE, &edu))
		return;
	registers = edu.registers;
	target_follow_stage_1();
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		for (unsigned care = 0; care < NR_CARE; care++)
			if (!one(types[i], (enum care)care, edu.coherent)) {
				print("lab: the device edu does not end a transfer\n");
				return;
			}
}
