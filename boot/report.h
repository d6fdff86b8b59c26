/* SPDX-License-Identifier: Apache-2.0 */
/* What the boot prints: the machine, the region table, where the guest starts. */
#ifndef BOOT_REPORT_H
#define BOOT_REPORT_H

#include "boot/guest/doubt.h"
#include "boot/guest/load.h"
#include "boot/machine/host.h"

void report_machine(const struct host *host);

/* What is kept from the guest, and why. */
void report_kept(const struct host *host, const struct config *config);

/* Flash that the guest cannot write to. Once the guest has its regions. */
void report_flash(const struct host *host);
/* What masters the bus, and what contains it. When the guest's memory map is made. */
void report_dma(const struct host *host);

/* How much there is, and where Mavis lies, or is about to move: @home, if its size is not 0. */
void report_memory(const struct host *host, struct range home);

/* Words on Mavis's own command line that it does not know, if there are any. */
void report_command_line(const char *args);

/*
 * The table, then the regions that follow a BAR: each with what it asked for, and what the machine
 * made of it (guest_checks). Device registers of the machine's that follow each other and are alike
 * in this share a line, unless @verbose. @qemu: the machine says that it is QEMU, whose differences
 * are known.
 */
void report_regions(bool verbose, bool qemu);

/* All of them, a line each. */
void report_doubts(struct doubts *d);

/* Which nodes call the firmware, and whether these calls pass; what else the config lets pass. */
void report_calls(const struct host *host, const struct config *config);

/* What became of `mte`, if the config asks for it. */
void report_mte(const struct config *config);

/* The table and its checks for programs: a line of JSON (boot/json.h) between two that mark it. */
void report_json(const struct host *host, const struct config *config);

/* The last line, with what is contained in a word. */
void report_start(const struct entry *entry, unsigned cpus, const struct host *host);

#endif
