/* SPDX-License-Identifier: Apache-2.0 */
/* The rules, and what is said when one is broken. */
#ifndef STRICT_REPORT_H
#define STRICT_REPORT_H

#include "strict.h"

enum rule {
	/* memory and caches */
	DIRTY_READ, DIRTY_WRITE, STALE_READ, WALK_STALE, FETCH_DIRTY, FETCH_STALE, FETCH_OLD,
	DC_UNORDERED, DC_WINDOW, DC_LOSES, DC_INCOMPLETE, IC_INCOMPLETE, HAND_OVER, ALIAS, SHARE,
	/* devices that read memory */
	DEVICE_UNORDERED, DEVICE_DIRTY, DEVICE_EARLY, DEVICE_STALE,
	/* translation tables and the TLB */
	BBM_OVERWRITE, BBM_EARLY, BBM_DETACHED, TLBI_EARLY, TLBI_MISSING, TLBI_INCOMPLETE,
	TLB_UNKNOWN, TLB_STALE, ENTRY_EARLY, ENTRY_UNPUBLISHED, TABLE_UNPUBLISHED, TABLE_TORN,
	CONTIGUOUS,
	/* context synchronization */
	ISB_SCTLR, ISB_REGIME, ISB_STAGE2, ISB_AT, ISB_PAR, ISB_GIC, ISB_VECTOR, ISB_KEY, ISB_ERET,
	/* the MMU being off; the guest's first registers; what the model cannot follow */
	OFF_EXCLUSIVE, ENTRY_REGISTER, MODEL,
	NR_RULES
};

/* Where reports go: a file, which is appended to, or stderr. False: it cannot be opened. */
bool report_open(const char *path);

/* Addresses in [base, base + size) are said as offsets in the image. */
void report_image(u64 base, u64 size);

/* A line of the form `strict: RULE: CPU n at image+0x...: text`, once for a rule and a pc. */
void report(enum rule rule, struct at at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A line that is no report: `strict: note: text`. */
void report_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* How often each was seen, at the end. */
void report_totals(void);

/* An address as reports say it; good until the fourth call after. */
const char *report_place(u64 pc);

#endif
