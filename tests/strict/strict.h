/* SPDX-License-Identifier: Apache-2.0 */
/* What all of the strict machine shares: types, and what is known of each CPU. */
#ifndef STRICT_STRICT_H
#define STRICT_STRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint16_t u16;
typedef uint8_t u8;

#define BIT(n)			(1ull << (n))
#define FIELD(val, hi, lo)	((u64)(((u64)(val) >> (lo)) & (~0ull >> (63 - (hi) + (lo)))))
#define ALIGN_DOWN(x, a)	((x) & ~((u64)(a) - 1))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define MAX_CPUS	16
#define LINE		64		/* bytes; CTR_EL0 says so on each CPU that QEMU has */
#define PAGE		4096ull

#define SCTLR_M		BIT(0)
#define SCTLR_C		BIT(2)
#define SCTLR_EOS	BIT(11)		/* ERET synchronizes; RES1 without FEAT_ExS */
#define SCTLR_I		BIT(12)
#define HCR_VM		BIT(0)
#define HCR_FWB		BIT(46)

/* Who wrote something last. */
enum who { LOADER, EL2, GUEST, MASTER };

/* An access, a barrier, an instruction: by which CPU, where it stands. */
struct at {
	unsigned cpu;
	u64 pc;
};

struct cpu {
	bool seen;		/* has run at EL2 */
	bool in_guest;
	bool entered;		/* has left EL2 by ERET before */
	bool tlb_known_el2;	/* its TLB was invalidated since it started, for EL2 */
	bool tlb_known_guest;	/* and for the guest's translations */
	bool dc_open, ic_open, tlbi_open;	/* maintenance that no DSB has completed */
	bool dc_local;		/* DC, completed by a DSB NSH alone */
	bool after_smc;		/* firmware may have turned it off and on */
	u64 sctlr_el2, sctlr_el1, ttbr, tcr, mair, vttbr, vtcr, hcr;
	u64 ic_epoch, ic_epoch_guest;	/* when its instruction cache was last invalidated as a
					   whole: by EL2, or by a guest, too */
	u64 orders;		/* DMBs and DSBs that order loads and stores, so far */
	u64 store_orders;	/* those that order stores */
	u64 completions;	/* DSBs that complete maintenance, so far */
	/* For devices, which no NSH barrier reaches; wide: nor one of Inner Shareable alone. */
	u64 shared_loads, shared_stores, wide_stores, wide_completions;
	unsigned unsynced;	/* context.c: written, without context synchronization since */
};

extern struct cpu cpus[MAX_CPUS];
extern unsigned online;		/* CPUs that have run at EL2 */

/* Time: goes on when something in memory changes. */
extern u64 epoch;

#endif
