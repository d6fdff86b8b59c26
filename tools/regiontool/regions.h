/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of tools/regions. */
#ifndef TOOLS_REGIONTOOL_REGIONS_H
#define TOOLS_REGIONTOOL_REGIONS_H

#include <stdio.h>

#include "boot/machine/host.h"
#include "mm/region.h"

/* The program's modes; argv[0] is the first argument after the option. */
int machine_mode(int argc, char **argv);
int config_mode(int argc, char **argv);
int starter_mode(int argc, char **argv);
int console_mode(int argc, char **argv);

/* Says on standard error what is wrong, and returns EXIT_FAILURE. */
int refused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

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

/* A CPU's features in an option: "fwb,mte,mte_perm,dic,pa48"; false, with the reason. */
struct tool_cpu {
	struct mm_caps caps;
	bool dic;		/* CTR_EL0.DIC */
};

bool cpu_parse(const char *text, struct tool_cpu *cpu);

/* Other hypervisors, as docs/memory-attributes.md describes them. */
enum other { OTHER_KVM_6_8, OTHER_KVM_6_17, OTHER_XEN_4_17, OTHER_BAO, NR_OTHERS };

const char *other_name(enum other o);

/*
 * The stage 2 type with which @o would map @r, " x" if instructions can be fetched; "refuses" where
 * it does not; "-" where it knows nothing alike. @window: it is in a PCI host bridge's memory
 * window. @mte: the guest is to have MTE.
 */
const char *other_maps(enum other o, const struct region *r, const struct tool_cpu *cpu,
		       bool window, bool mte);

#endif
