/* SPDX-License-Identifier: Apache-2.0 */
/* MRS, MSR and SYS of every encoding. */
#include "lib/cache.h"
#include "tests/guests/hostile/hostile.h"

#define MRS		0xd5200000u	/* x0 */
#define MSR		0xd5000000u
#define RET		0xd65f03c0u
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
		return true;			/* breakpoints would hit */
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
	sweep_instructions(t);
	mmu_unmap(TEST_VA, PAGE_SIZE);
	tlb_flush();
}
