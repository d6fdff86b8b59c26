/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cores do wrong where Mavis is concerned, by MIDR_EL1. Most of it is done on every core, as
 * it costs next to nothing; the table says where. The rest is turned on by the first CPU that needs
 * it.
 */
#ifndef HYP_ERRATA_H
#define HYP_ERRATA_H

#include "lib/types.h"

/* What is done on demand. */
enum erratum_action {
	ERRATUM_ALWAYS = 0,		/* done on every core */
	ERRATUM_TLBI_TWICE = BIT(0),	/* mm/tlb.c */
	ERRATUM_HPFAR = BIT(1),		/* fault.c: HPFAR_EL2 is asked for by translation again */
	ERRATUM_DEADLOCK = BIT(2),	/* a guest that does nothing about it can hang the core */
};

struct erratum {
	u8 implementer;			/* MIDR_EL1[31:24] */
	u16 part;			/* MIDR_EL1[15:4] */
	u8 first, last;			/* variant << 4 | revision: r1p2 is 0x12 */
	u8 actions;			/* enum erratum_action */
	const char *number;
};

extern const struct erratum errata[];
extern const unsigned nr_errata;

/* True if the core that says @midr has it. */
bool erratum_is_of(const struct erratum *e, u64 midr);

/* The actions that a core with @midr asks for. */
unsigned errata_actions(u64 midr);

/* What CPUs have asked for so far: enum erratum_action. */
extern unsigned errata_at_work;

/* Turns on what a CPU with @midr needs. Before it uses stage 2. */
void errata_apply(u64 midr);

#endif
