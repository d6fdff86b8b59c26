/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a CPU read what no program asked for? A register that reads clear tells: Intel's 82574 (in
 * QEMU e1000e) has its causes of interrupts in one. A branch is taught to go where a load from that
 * register is, and then goes elsewhere.
 */
#include <string.h>

#include "drivers/console.h"
#include "guests/lab/card.h"
#include "guests/lab/lab.h"
#include "guests/lab/speculate.h"
#include "lib/arch.h"
#include "mm/attr.h"

#define NAME		"sensitive"

/* 82574's registers: causes, which a read clears; a way to set them; a mask, which stays closed. */
#define NIC_ID		0x10d38086u
#define NIC_SIZE	KIB(128)
#define NIC_CAUSES	0xc0
#define NIC_SET		0xc8
#define NIC_MASK_CLEAR	0xd8
#define CAUSE		BIT(2)

#define ROUNDS		256
#define LESSONS		16

/* Of memory that must not be cached the lab asks no device. */
static const u8 types[] = { 0x00, 0x04, 0x08, 0x0c, 0x44 };

unsigned speculations_done;

static u64 registers;

/* The word that decides has a line to itself, so that it can be far away. */
static struct {
	u64 word;
} __attribute__((aligned(128))) yes = { 1 }, no = { 0 }, safe;

static void put(u64 reg, u32 val)
{
	*(volatile u32 *)(registers + reg) = val;
	dsb(sy);
}

static void set_cause(void)
{
	put(NIC_MASK_CLEAR, ~0u);
	put(NIC_SET, CAUSE);
	isb();
}

/* And clears it. */
static bool cause_is_set(void)
{
	bool set;

	dsb(sy);
	set = *(volatile u32 *)(registers + NIC_CAUSES) & CAUSE;
	dsb(sy);
	isb();
	return set;
}

/* An access_fn: whether a load by the tested mapping clears the cause, as it has to. */
static u64 tells(u64 addr, u64 n, u64 val)
{
	(void)n, (void)val;
	set_cause();
	if (!cause_is_set() || cause_is_set())
		return false;
	set_cause();
	(void)*(volatile u32 *)addr;
	return !cause_is_set();
}

/* An access_fn: how often the cause was gone, though nothing has loaded it. */
static u64 touched(u64 addr, u64 rounds, u64 val)
{
	u64 times = 0;

	(void)val;
	for (u64 i = 0; i < rounds; i++) {
		set_cause();
		for (unsigned lesson = 0; lesson < LESSONS; lesson++)
			speculate_load((u64)&safe, 1, (u64)&yes);
		cache_flush((u64)&no, sizeof(no));
		isb();
		speculate_load(addr, 1, (u64)&no);
		times += !cause_is_set();
	}
	return times;
}

static void one(u8 mair)
{
	struct attempt can, a;

	mmu_set_test_types(mair, MAIR_NORMAL_WB);
	if (mmu_map(TEST_VA, registers, PAGE_SIZE, MAP_TEST))
		give_up("no room for a device's page in stage 1");
	attempt(&can, tells, TEST_VA + NIC_CAUSES, 1, 0);
	attempt(&a, touched, TEST_VA + NIC_CAUSES, ROUNDS, 0);
	mmu_unmap(TEST_VA, PAGE_SIZE);
	speculations_done++;
	print("{\"t\":\"speculation\",\"s1\":\"%#04x\",\"tells\":%d,\"rounds\":%u", mair,
	      !can.faulted && can.value, ROUNDS);
	print(",\"touched\":%lu%s}\n", a.value, a.faulted ? ",\"result\":\"fault\"" : "");
}

/* The region's number, or -1. */
static s64 find_region(void)
{
	struct call_result c;

	for (u64 i = 0; !(c = control(CONTROL_REGION, i, 0, 0)).status; i++)
		if (!strcmp((const char *)&c.r[5], NAME))
			return (s64)i;
	return -1;
}

void speculate_run(const struct host *host)
{
	s64 region = find_region();
	struct card nic;

	if (region < 0 || !card_open(host, NIC_ID, NIC_SIZE, &nic))
		return;
	registers = nic.registers;
	/* Of these types stage 1 decides then; and it can ask for no tags, which a device lacks. */
	if (control(CONTROL_SET, (u64)region, S2_NORMAL_NC, CONTROL_KEEP_SH).status)
		give_up("the region called sensitive cannot be Normal-NC: is it adjustable?");
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
		one(types[i]);
}
