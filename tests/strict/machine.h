/* SPDX-License-Identifier: Apache-2.0 */
/* The machine as a whole: whose code is judged, when it starts, and what its CPUs execute. */
#ifndef STRICT_MACHINE_H
#define STRICT_MACHINE_H

#include "decode.h"
#include "tables.h"

struct options {
	u64 file_size;		/* what the loader has cleaned; 0: all of the image */
	bool loader_clean;	/* and all else; otherwise that is dirty in a cache */
	bool one_thread;	/* QEMU runs all CPUs in one */
};

extern struct options options;
extern bool started;

/* Which CPU runs, given the number that QEMU has for it. */
unsigned machine_cpu(unsigned cpu);

/* True if an arm64 Image has its header at @va. */
bool machine_header_at(u64 va, u64 *size);

/* True if the Image of @size bytes that starts at @pc is the running one's own copy. */
bool machine_has_moved(unsigned cpu, u64 pc, u64 size);

/* An arm64 Image starts here: all that was is forgotten. */
void machine_start(u64 base, u64 size);

/* True if the code at @pc is judged. */
bool machine_ours(u64 pc);

/* Instructions in one block are about to run at an exception level. */
void machine_runs(struct at at, unsigned el, u64 size);

/* One of them. */
void machine_executes(struct at at, const struct insn *insn);

/* An access that was made; @info is QEMU's. */
void machine_el2_access(struct at at, const struct insn *insn, u32 info, u64 va);
void machine_guest_access(struct at at, u32 info, u64 va);

/* An address of EL2's, as its tables have it. */
struct leaf machine_el2_leaf(unsigned cpu, u64 va);

/* What there was to judge, to the reports. */
void machine_totals(void);

#endif
