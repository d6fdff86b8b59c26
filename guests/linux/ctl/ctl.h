/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of mavisctl: what they ask Mavis by, and `at`. */
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

/* Ends the program with status 2. */
void die(const char *text) __attribute__((noreturn));

/* A command; and what its registers say now. The program stays on one CPU, which has them. */
struct answer ask(unsigned command, uint64_t a0, uint64_t a1, uint64_t a2);
struct answer read_answer(void);

/*
 * Has Mavis translate @va by the tables of process @pid, which is stopped for a moment. It ends the
 * program where that cannot be.
 */
struct answer at_in_process(pid_t pid, uint64_t va);

/* The command: mavisctl at [PID] ADDRESS. -1: not so. */
int at(int argc, char **argv);

/* Of a region: its name, for the IPA; false: there is none. */
bool region_name(uint64_t ipa, char *name, unsigned size);

#endif
