/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's calls of the machine's firmware, beyond what hyp/smccc.c knows by itself: which may
 * pass. boot/guest/calls.c writes the rules before the guest runs; they do not change then.
 */
#ifndef HYP_CALLS_H
#define HYP_CALLS_H

#include "hyp/frame.h"
#include "lib/types.h"

#define CALLS_MAX_RULES	128
#define CALLS_MAX_NODES	48
#define CALLS_MAX_SEEN	64
#define CALLS_NAME	40	/* of a node */

/* What becomes of a call. Why it is refused is said when that happens first. */
enum call_verdict {
	CALL_PASS,
	CALL_PASS_SCM,		/* Qualcomm's: x6 comes back, and it may have to be resumed */
	CALL_RESUME,		/* one of those, if one was interrupted */
	CALL_REFUSE_NONE,	/* the config passes nothing */
	CALL_REFUSE_TRUST,	/* it could do what the guest itself cannot */
	CALL_REFUSE_MEMORY,	/* the memory behind it is not the guest's */
	CALL_REFUSE_NEVER,	/* it is nobody's but Mavis's, or acts on what EL2 runs on */
};

/* A hint about SVE's registers, which firmware of SMCCC 1.3 takes off the function identifier. */
#define CALLS_HINT	((u32)BIT(16))

/* Calls with these function identifiers, whose x1 is in range once it is shifted. */
struct call_rule {
	u32 first, last;
	u32 arg_first, arg_last;
	u8 arg_shift;
	u8 verdict;		/* enum call_verdict */
	u8 node;		/* index into name[] */
	s8 refusal;		/* x0 where it is refused: as the node's driver has it */
};

/* The first rule that fits a call decides. */
struct call_rules {
	unsigned nr, nr_names;
	struct call_rule rule[CALLS_MAX_RULES];
	char name[CALLS_MAX_NODES][CALLS_NAME];
};

extern struct call_rules call_rules;

/* A function identifier that the guest has called, and how often. */
struct call_seen {
	u32 fid;
	u32 node;		/* index into call_rules.name[]; nr_names: no node has it */
	u64 passed, refused;
};

/*
 * Passes the call in @f to the firmware, if its rules say so, or refuses it: the results go there.
 * Several CPUs may be in the firmware at once, each as long as that takes, with no lock held.
 */
void calls_firmware(struct frame *f);

/* The @n-th identifier that was called; false: there are no more. */
bool calls_seen(u64 n, struct call_seen *out);

#endif
