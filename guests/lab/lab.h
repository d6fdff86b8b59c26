/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attribute lab: what this CPU does with each stage 1 type under each stage 2 encoding, seen
 * from EL1. It takes each piece of its target region through all of them and tries every kind of
 * access; docs/lab.md says how to read what it prints.
 */
#ifndef GUESTS_LAB_LAB_H
#define GUESTS_LAB_LAB_H

/* MAIR_EL1: the lab's own memory, devices, and the types under test. */
#define INDEX_WB		0
#define INDEX_DEVICE		1
#define INDEX_TEST_Y		6
#define INDEX_TEST		7
#define MAIR_WITH(x, y)		(MAIR_NORMAL_WB | MAIR_DEVICE_nGnRnE << 8 | (u64)(y) << 48 | \
				 (u64)(x) << 56)

#define MAX_LAB_CPUS		2
#define STACK_SIZE		16384

/* struct context, for assembly. */
#define CONTEXT_SP		0
#define CONTEXT_ATTEMPT		8
#define CONTEXT_STACK		16

#ifndef __ASSEMBLY__

#include "hyp/control_abi.h"
#include "lib/arch.h"
#include "lib/types.h"

/*
 * Where the target's first two pages are under test: the same everywhere, far from memory's own
 * addresses. The first page is for data, the second holds an instruction.
 */
#define TEST_VA			0x7f0000000000ul
#define TEST_PAGES		2
#define TEST_CODE		(TEST_VA + PAGE_SIZE)
/*
 * What is of the second type under test; apart by no power of two, so that an emulator's TLB with
 * one way has both.
 */
#define TEST_VA_Y		(TEST_VA + MIB(1) + KIB(128))

/* What became of a call by attempt(). */
struct attempt {
	u64 value;		/* what the function returned, if it did */
	u64 esr, far;		/* ESR_EL1 and FAR_EL1 of the exception, if one came */
	u64 ticks;		/* of CNTVCT_EL0, until the accesses are done */
	u64 faulted;
};

/* What a CPU has to itself; TPIDR_EL1 points to it. */
struct context {
	u64 sp;			/* in an attempt: where to go on after an exception; else 0 */
	struct attempt *attempt;
	u64 stack;		/* its top */
};

/* Accesses @n times at @addr; what @val is for is the function's own. */
typedef u64 access_fn(u64 addr, u64 n, u64 val);

/*
 * Calls @fn(@addr, @n, @val), which may take an exception on any instruction. The time ends with a
 * DSB. SErrors count as well: one that is on its way arrives before that.
 */
void attempt(struct attempt *a, access_fn *fn, u64 addr, u64 n, u64 val);

/* The accesses (access.S). Each does it n times, and gives what it read, or 0. */
access_fn access_load, access_store, access_exclusive, access_atomic, access_zva, access_ldp,
	access_stp, access_fetch, access_tag_store, access_tag_load, access_tag_check;
/* The same (access_new.S). */
access_fn access_ldar, access_ldapr, access_stlr, access_prfm, access_dc_cvac, access_dc_ivac,
	access_dc_gva, access_dc_gzva, access_casp, access_swpp, access_ld64b, access_st64b,
	access_cpy, access_set, access_ldff1, access_ldnf1;

/* What the CPU offers to this guest. */
struct features {
	bool fwb;		/* HCR_EL2.FWB, as Mavis says */
	bool mte;		/* FEAT_MTE2 */
	bool lse;		/* FEAT_LSE */
	bool lse128;		/* FEAT_LSE128 */
	bool ls64;		/* FEAT_LS64 */
	bool mops;		/* FEAT_MOPS */
	bool sve;		/* FEAT_SVE */
	bool zva;		/* DC ZVA, not prohibited */
	bool xs;		/* FEAT_XS */
	bool rcpc;		/* FEAT_LRCPC */
};

extern struct features features;

/* head.S */
extern struct context contexts[MAX_LAB_CPUS];
extern const char __image_start[], __text_end[], __rodata_end[], __image_end[];
void secondary_start(void);
void lab_main(const void *fdt);
void secondary_main(void);
void unexpected(u64 esr, u64 far, u64 elr);

/* mmu.c */

enum map_kind { MAP_TEXT, MAP_RODATA, MAP_DATA, MAP_DEVICE, MAP_TEST, MAP_TEST_Y };

struct mmu_values {
	u64 mair, tcr, ttbr, sctlr;
};

/* Read by a CPU with its MMU off. */
extern struct mmu_values mmu_values;

/* Maps the lab and the tree at @fdt, with the MMU still off, and fills mmu_values in. */
void mmu_build(const void *fdt);

/* -ENOMEM: no table is left. -EEXIST: part of it is mapped. */
int mmu_map(u64 va, u64 pa, u64 size, enum map_kind kind);
void mmu_unmap(u64 va, u64 size);

/* This CPU's MAIR bytes for MAP_TEST and MAP_TEST_Y. Nothing may be mapped so meanwhile. */
void mmu_set_test_types(u8 x, u8 y);

/* SH[1:0] of what will be mapped as MAP_TEST and MAP_TEST_Y: SH_INNER at first. */
void mmu_set_test_shareability(u8 x, u8 y);

/*
 * Takes the page at @va away, by TLBI and DSB or by those with nXS, and gives what mmu_make() puts
 * back. *ticks: what TLBI and DSB took.
 */
u64 mmu_break(u64 va, bool nxs, u64 *ticks);
void mmu_make(u64 va, u64 entry_value);

/* Drops what this CPU's TLB has. */
void tlb_flush(void);

/* Cleans and invalidates data and tags to the point of coherency. */
void cache_flush(u64 va, u64 size);

/* Makes instructions that were stored at @va fetchable, by whatever attributes. */
void cache_publish_code(u64 va, u64 size);

/* PAR_EL1 of AT S1E1R or AT S1E1W. */
u64 translate(u64 va, bool write);

/* other.c: the second CPU */

/* Starts it; false: the firmware did not. */
bool other_start(u64 mpidr);

bool other_is_there(void);

/* Calls @fn(@arg) there, and waits for its end. Nothing where it was not started. */
void other_call(void (*fn)(void *arg), void *arg);
void other_finish(void);

/*
 * Stores to @va here while the other CPU looks at it. False: there is none. A fault in @a is of
 * either CPU; else a->value is not 0 if it saw the store, after a->ticks.
 */
bool other_sees(u64 va, struct attempt *a);

/* target.c: the region called target, whose memory is tried */

struct target {
	u64 index, ipa, size;
	u64 memattr, sh;		/* before the lab changed them */
};

extern struct target target;

/* False: the config has none. */
bool target_find(u64 nr_regions);

/* Its stage 2 encoding; gives the control call's status. */
s64 target_set(unsigned memattr);

/* As it was before the lab. */
void target_restore(void);

/* Stage 2 leaves the type to stage 1; and has shareability @sh, or that of before. */
void target_follow_stage_1(void);
s64 target_set_shareable(u8 sh);

/* Its first pages at TEST_VA by stage 1 byte @mair, for both CPUs; and away again. */
void target_map(u8 mair);
void target_unmap(void);

/* One half at TEST_VA by byte @x, the other at TEST_VA_Y by @y; and away again. */
void target_map_two(u8 x, u8 y);
void target_unmap_two(void);
u64 target_half(void);

/* As target_map(), with stage 1's shareability; target_unmap() takes it away. */
void target_map_shareable(u8 mair, u8 sh);

/* The first page twice: at TEST_VA by byte @x, at TEST_VA_Y by @y; and away again. */
void target_map_alias(u8 x, u8 x_sh, u8 y, u8 y_sh);
void target_unmap_alias(void);

/* tries.c */

/* One access takes too few ticks to count: so many in a row. */
#define TRIES_ROW	64

/* Everything for stage 1 type @mair, mapped at TEST_VA, under stage 2 encoding @s2. */
void tries_run(u8 mair, unsigned s2);
extern unsigned tries_done, tries_faulted;

/* speculate_load.S */
access_fn speculate_load;

/* speed_loops.S: n loads in a chain that starts at addr; n bytes of the page at addr */
access_fn speed_chase, speed_read, speed_write;

/* calls.c */

struct call_result {
	s64 status;
	u64 r[CONTROL_NR_RESULTS];
};

/* Calls are by SMC from now on, or else by HVC. */
void calls_init(bool smc);

/* An SMC or HVC (SMCCC 1.2): x0 to x12. */
struct call_result call(u64 fid, u64 a0, u64 a1, u64 a2);

/* A command of hyp/control_abi.h. */
struct call_result control(unsigned command, u64 a0, u64 a1, u64 a2);

/* identify.c: one record of identification registers */
void identify(void);

/* main.c: what its lines begin with */
extern const char guest_name[];

/* end.c: turn the machine off, the second with a line that says why. */
void __attribute__((noreturn)) power_off(void);
void __attribute__((noreturn)) give_up(const char *why);

#endif
#endif
