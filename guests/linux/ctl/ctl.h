/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of mavisctl: what they ask Mavis by, and commands. */
#ifndef GUESTS_LINUX_CTL_CTL_H
#define GUESTS_LINUX_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hyp/control_abi.h"

struct answer {
	int64_t status;
	uint64_t r[CONTROL_NR_RESULTS];
};

extern bool json;

/* docs/schemas/mavisctl.schema.json: what --json prints begins with its kind and this version. */
#define JSON_BEGIN(kind) "{\"t\": \"" kind "\", \"v\": 1"

/*
 * A name of at most @max bytes, which are QUOTED_MAX or less, as a JSON string: of regions, nodes
 * and symbols, which are other people's and may hold any byte.
 */
#define QUOTED_MAX  80
#define QUOTED_SIZE (6 * QUOTED_MAX + 3)
const char *quoted(char out[QUOTED_SIZE], const char *text, unsigned max);

/* Ends the program with status 2. */
void die(const char *text) __attribute__((noreturn));

/* A command; and what its registers say now. The program stays on one CPU, which has them. */
struct answer ask(unsigned command, uint64_t a0, uint64_t a1, uint64_t a2);
struct answer read_answer(void);

/* So often CONTROL_AT_LATER is asked: something else on the CPU may end Mavis's waiting. */
#define AT_ATTEMPTS 20

/*
 * Has Mavis translate @va by the tables of process @pid, which is stopped for a moment. It ends the
 * program where that cannot be.
 */
struct answer at_in_process(pid_t pid, uint64_t va);

/* The command: mavisctl at [PID] ADDRESS. -1: not so. */
int at(int argc, char **argv);

/* mavisctl watch REGION [off], and mavisctl trace [OPTION N]. -1: not so. */
int watch(int argc, char **argv);
int trace(int argc, char **argv);

/* What `stats` says of unaligned accesses. */
void stats_of_fixups(void);

/* Says that Mavis has refused, and why, or what its status means. Both give 1. */
int refuse(int64_t status, const char *why);
int refused(int64_t status);

/* A region's number by its name or its number; there is none: the end. */
uint64_t find_region(const char *text);

/* What follows an option before the end of the arguments, which lose both; else NULL. */
const char *text_option(int *argc, char **argv, const char *name);

/* mavisctl peek ADDRESS [SIZE], poke ADDRESS VALUE [SIZE], debug. -1: not so. */
int peek(int argc, char **argv);
int poke(int argc, char **argv);
int debug(int argc, char **argv);

/* Of a region: its name, for the IPA; false: there is none. */
bool region_name(uint64_t ipa, char *name, unsigned size);

#endif
