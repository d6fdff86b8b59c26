/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of tools/regions. */
#ifndef TOOLS_REGIONTOOL_REGIONS_H
#define TOOLS_REGIONTOOL_REGIONS_H

#include <stdio.h>

#include "boot/config/as.h"
#include "boot/config/config.h"
#include "boot/machine/host.h"
#include "mm/region.h"

/* The program's modes; argv[0] is the first argument after the option. */
int machine_mode(int argc, char **argv);
int config_mode(int argc, char **argv);
int starter_mode(int argc, char **argv);
int console_mode(int argc, char **argv);
int as_mode(int argc, char **argv);
int calls_mode(int argc, char **argv);

/* How the program ends: EXIT_SUCCESS, EXIT_FAILURE where a tree or config is refused, or this. */
#define EXIT_USAGE	2

/* Says on standard error what is wrong (with --json on standard output, too): EXIT_FAILURE. */
int refused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same of the program's own arguments: EXIT_USAGE. */
int misused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* --json was given: an object a line (docs/schemas) instead of text. */
extern bool as_json;

/*
 * An object: json_begin(), its members, json_end(). A member that is a list: json_list_begin(); for
 * each in it json_line(), or json_next() before what the caller writes; json_list_end().
 */
struct json_list { unsigned nr; };

void json_begin(const char *kind);
void json_text(const char *name, const char *text);
void json_list_begin(struct json_list *l, const char *name);
void json_next(struct json_list *l);
void json_line(struct json_list *l, const char *text);
void json_list_end(void);
void json_end(void);

/* EXIT_SUCCESS if all of standard output was written. */
int finish_output(void);

/*
 * The device tree in @path, compiled with dtc if it is source, in memory that stays; NULL, with the
 * reason on standard error.
 */
void *tree_load(const char *path, size_t *size);

/*
 * Reads the machine in @path as the boot does. @memory, "base,size,..." or NULL, stands for the
 * memory that a loader writes into the tree. False, with the reason on standard error.
 */
bool machine_load(const char *path, const char *memory, struct host *host);

/*
 * The same without a word on standard error: the reason is in @d. A machine whose loader fills its
 * memory in gets some.
 */
bool machine_try(const char *path, struct host *host, struct diag *d);

/* Prints a line for each node that calls the firmware, with @before each; JSON: a member. */
void print_calls(const struct host *host, const struct config *config,
		 const struct region_table *regions, const char *before);

/* The same for a config that says nothing of them; false, with the reason: there is no table. */
bool print_default_calls(const struct host *host, const char *before, struct diag *d);

/* A CPU's features in an option: "fwb,mte,mte_perm,dic,pa48"; false, with the reason. */
bool cpu_parse(const char *text, struct mm_caps *caps);

/* The hypervisors that have a column in the table; false: there is no such column. */
bool other_column(unsigned column, enum region_as *as);

/*
 * The stage 2 type with which @as would map @r, " x" if instructions can be fetched; "refuses"
 * where it does not; "-" where it knows nothing alike. @vma: what @r is, where `vma` does not say.
 * @offers_mte: the guest's config asks for MTE, and the CPU has it.
 */
void other_maps(char *buf, size_t size, enum region_as as, const struct region *r,
		enum region_vma vma, const struct mm_caps *caps, bool offers_mte);

#endif
