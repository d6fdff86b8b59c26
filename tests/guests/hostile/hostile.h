/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that attacks what holds it, class by class, and says of each how often it tried and how
 * often it was withstood. It stands on the lab's first instructions, stage 1 and attempts. That
 * Mavis is whole after a class is seen from inside here, and from outside by
 * tests/system/test_hostile.py.
 */
#ifndef TESTS_GUESTS_HOSTILE_HOSTILE_H
#define TESTS_GUESTS_HOSTILE_HOSTILE_H

#include "boot/machine/host.h"
#include "guests/lab/lab.h"

/* What this guest's own tree says that it has. */
extern struct host host;

/* Tries more of everything. */
extern bool thorough;

/* What a class has come to. */
struct tally {
	u64 tried, withstood;
};

/* Counts one attack; says what it was, for the first of a class that were not withstood. */
void count(struct tally *t, bool withstood, const char *what, u64 detail);

/* A random number, for either CPU its own. */
u64 any(void);

/* True if all of @r is the guest's, by its tree. */
bool is_own(struct range r);

/* The @i-th range that is the guest's, in order; false after the last. */
bool own_range(unsigned i, struct range *r);

/* An address that is not the guest's: more often than not one that is beside its memory. */
u64 outside(void);

/* True if the guest's command line has the word. */
bool asked_for(const char *word);

/* The classes. */
void attack_memory(struct tally *t);		/* memory.c: what is not the guest's */
void attack_walks(struct tally *t);
void attack_calls(struct tally *t);		/* calls.c */
void attack_power(struct tally *t);
void attack_control(struct tally *t);
void attack_registers(struct tally *t);		/* registers.c */
void attack_gic(struct tally *t);		/* devices.c */
void attack_flash(struct tally *t);
void attack_console(struct tally *t);
void attack_pci(struct tally *t);
void attack_lpis(struct tally *t);		/* lpis.c */
void attack_its(struct tally *t);		/* its.c */
void attack_dma(struct tally *t);		/* dma.c */
void attack_buses(struct tally *t);		/* races.c */
void attack_races(struct tally *t);

/* victim.S: a CPU that turns itself off again */
void victim(void);

#endif
