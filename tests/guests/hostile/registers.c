/* SPDX-License-Identifier: Apache-2.0 */
/* MRS, MSR and SYS of every encoding. */
#include "drivers/firmware.h"
#include "lib/cache.h"
#include "lib/range.h"
#include "tests/guests/hostile/hostile.h"

#define MRS		0xd5200000u	/* x0 */
#define MSR		0xd5000000u
#define RET		0xd65f03c0u
#define MSR_MDSCR	0xd5100240u	/* x0; MDSCR_EL1 and so on */
#define MRS_MDSCR	0xd5300240u
#define MSR_OSLAR	0xd5101080u
#define MSR_DBGBVR0	0xd5100080u
#define MSR_DBGBCR0	0xd51000a0u
#define MSR_DBGWVR0	0xd51000c0u
#define MSR_DBGWCR0	0xd51000e0u
#define DBGBCR_ALL_ELS	(BIT(13) | 0xful << 5 | 3ul << 1 | BIT(0))
#define DBGWCR_ALL_ELS	(31ul << 24 | BIT(13) | 0xfful << 5 | 3ul << 3 | 3ul << 1 | BIT(0))
#define BATCH		(PAGE_SIZE / 8)
#define NR_ENCODINGS	(1u << 14)	/* op1, CRn, CRm, op2 */

static u32 code[PAGE_SIZE / 4] __attribute__((aligned(4096)));
static u8 scratch[PAGE_SIZE] __attribute__((aligned(4096)));

static u32 op0_of(u32 insn)
{
	return FIELD(insn, 20, 19);
}

/* What this guest itself stands on keeps its value. */
static bool is_needed(u32 insn)
{
	u32 op0 = op0_of(insn), op1 = FIELD(insn, 18, 16), crn = FIELD(insn, 15, 12);

	if (op0 == 2)
		return insn == (MSR_MDSCR | (insn & 0x1f));	/* attack_debug() */
	switch (crn) {
	case 1:
	case 2:
	case 4:
	case 10:
	case 13:
	case 15:
		return true;
	case 12:
		return op1 == 0 && FIELD(insn, 11, 8) == 0;	/* VBAR_EL1 */
	default:
		return false;
	}
}

/* Function @i on the page, which is mapped at TEST_VA as instructions. */
static void run(struct attempt *a, unsigned i, u64 val)
{
	attempt(a, (access_fn *)(TEST_VA + i * 8ul), val, 1, val);
}

static void write_code(u32 base, u32 first)
{
	for (u32 i = 0; i < BATCH; i++) {
		code[2 * i] = base | (first + i) << 5;
		code[2 * i + 1] = RET;
	}
	cache_publish_code((u64)code, sizeof(code));
}

/* All of one op0, in batches of which the values that were read are kept for the writes. */
static void sweep(struct tally *t, u32 op0)
{
	static u64 was[BATCH];
	static bool there[BATCH];
	struct attempt a;

	for (u32 first = 0; first < NR_ENCODINGS; first += BATCH) {
		write_code(MRS | op0 << 19, first);
		for (u32 i = 0; i < BATCH; i++) {
			run(&a, i, 0);
			was[i] = a.value;
			there[i] = !a.faulted;
			/* Of op1 4, 6 and 7 all are EL2's and EL3's; of 5 those of EL1 for EL2. */
			count(t, a.faulted || FIELD(code[2 * i], 18, 16) < 4, "MRS", code[2 * i]);
		}
		write_code(MSR | op0 << 19, first);
		for (u32 i = 0; i < BATCH; i++) {
			bool needed = is_needed(code[2 * i]);

			if (needed && !there[i])
				continue;
			run(&a, i, needed ? was[i] : ~0ul);
			if (!a.faulted)
				run(&a, i, was[i]);
			count(t, a.faulted || FIELD(code[2 * i], 18, 16) < 4, "MSR", code[2 * i]);
		}
	}
}

static u64 once(u32 insn, u64 val)
{
	struct attempt a;

	code[0] = insn;
	code[1] = RET;
	cache_publish_code((u64)code, sizeof(code));
	run(&a, 0, val);
	return a.value;
}

/*
 * Breakpoints and watchpoints everywhere and a step, of which none is EL2's; this guest itself has
 * PSTATE.D set. They would halt the CPU with MDSCR_EL1.HDE, which the OS Lock keeps if it is open.
 */
static void attack_debug(struct tally *t)
{
	static const u32 all[] = { MSR_DBGBCR0, MSR_DBGWCR0, MSR_DBGBVR0, MSR_DBGWVR0 };
	u64 was = once(MRS_MDSCR, 0);

	once(MSR_OSLAR, 1);
	once(MSR_MDSCR, ~0ul);
	once(MSR_OSLAR, 0);
	for (unsigned i = 0; i < host.nr_memory; i++) {
		once(MSR_DBGBVR0, any() & 1 ? range_end(host.memory[i]) : host.memory[i].base);
		once(MSR_DBGWVR0, ALIGN_DOWN(range_end(host.memory[i]), GIB(2)));
		once(MSR_DBGBCR0, DBGBCR_ALL_ELS);
		once(MSR_DBGWCR0, DBGWCR_ALL_ELS);
		count(t, call(PSCI_VERSION, 0, 0, 0).status > 0, "a call with watchpoints", i);
		count(t, call(any() & 0xffff, 0, 0, 0).status < 0, "a trap with watchpoints", i);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++)
		once(all[i], 0);
	once(MSR_MDSCR, was);
}

/* Maintenance and translation, with an address that is this guest's. */
static void sweep_instructions(struct tally *t)
{
	struct attempt a;

	for (u32 first = 0; first < NR_ENCODINGS; first += BATCH) {
		write_code(MSR | 1u << 19, first);
		for (u32 i = 0; i < BATCH; i++) {
			run(&a, i, (u64)scratch);
			count(t, a.faulted || FIELD(code[2 * i], 18, 16) != 4, "SYS", code[2 * i]);
		}
	}
}

void attack_registers(struct tally *t)
{
	if (mmu_map(TEST_VA, (u64)code, PAGE_SIZE, MAP_TEST))
		give_up("stage 1 cannot map the code");
	sweep(t, 3);
	sweep(t, 2);
	attack_debug(t);
	sweep_instructions(t);
	mmu_unmap(TEST_VA, PAGE_SIZE);
	tlb_flush();
}
