/* SPDX-License-Identifier: Apache-2.0 */
/* Mavis's own command line: the bootargs that the loader hands over in the machine's tree. */
#ifndef BOOT_MACHINE_CMDLINE_H
#define BOOT_MACHINE_CMDLINE_H

#include "lib/types.h"

/* The words that Mavis knows; cmdline.c has their names. */
enum cmdline_word {
	CMDLINE_VERIFY,			/* check the bundle's checksums */
	CMDLINE_VERBOSE,		/* each row of the region table */
	CMDLINE_QUIET,			/* errors alone */
	CMDLINE_JSON,			/* the region table for programs, too */
	CMDLINE_DEBUG,			/* gdb on the console */
	CMDLINE_EARLYCON,		/* where the console is: machine/earlycon.h */
	CMDLINE_STDOUT,			/* the same, without a value: where the tree says */
	NR_CMDLINE_WORDS
};

/*
 * The value of the last @word in @args, and in *len its characters, which a blank ends or the end
 * of @args; of a word that takes no value, 0 of them. NULL: it is not there.
 */
const char *cmdline_find(const char *args, enum cmdline_word word, size_t *len);

static inline bool cmdline_has(const char *args, enum cmdline_word word)
{
	size_t len;

	return cmdline_find(args, word, &len);
}

/*
 * Lists in @buf the words of @args that are none of these, as many as there is room for, and of how
 * many more there is none. Returns how many there are.
 */
unsigned cmdline_unknown(const char *args, char *buf, size_t size);

/* Lists in @buf the words that there are. */
void cmdline_known(char *buf, size_t size);

#endif
