/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Sections are those of the Arm ARM (DDI 0487), by title: their numbers change. */
static const struct {
	const char *name, *says, *section;
} rules[NR_RULES] = {
	[DIRTY_READ] = { "dirty-read",
		"read past the caches of what is dirty in one",
		"B2, Mismatched memory attributes" },
	[DIRTY_WRITE] = { "dirty-write",
		"write past the caches to a line that is dirty in one, whose eviction undoes it",
		"B2, Mismatched memory attributes" },
	[STALE_READ] = { "stale-read",
		"cacheable read of what was written past the caches and not invalidated since",
		"B2, Mismatched memory attributes" },
	[WALK_STALE] = { "walk-stale",
		"a table written past the caches and not invalidated since is walked",
		"D8, Translation table walk properties" },
	[FETCH_DIRTY] = { "fetch-dirty",
		"fetch of a line that is dirty in a data cache",
		"B2, Synchronization and coherency issues between data and instruction accesses" },
	[FETCH_STALE] = { "fetch-stale",
		"cacheable fetch of what was written past the caches and not invalidated since",
		"B2, Mismatched memory attributes" },
	[FETCH_OLD] = { "fetch-old",
		"fetch of a line changed since the instruction cache was last invalidated",
		"B2, Synchronization and coherency issues between data and instruction accesses" },
	[DC_UNORDERED] = { "dc-unordered",
		"DC by VA without a DMB since the line was written past the caches",
		"D7, Ordering and completion of data and instruction cache instructions" },
	[DC_WINDOW] = { "dc-window",
		"access past the caches before the DC of the line is ordered or complete",
		"D7, Ordering and completion of data and instruction cache instructions" },
	[DC_LOSES] = { "dc-loses",
		"DC IVAC of what EL2 wrote and nothing has cleaned: the store may be lost",
		"D7, Terminology for Clean, Invalidate, and Clean and Invalidate instructions" },
	[DC_INCOMPLETE] = { "dc-incomplete",
		"no DSB has completed DC",
		"D7, Ordering and completion of data and instruction cache instructions" },
	[IC_INCOMPLETE] = { "ic-incomplete",
		"no DSB has completed IC",
		"D7, Ordering and completion of data and instruction cache instructions" },
	[HAND_OVER] = { "hand-over",
		"stage 2 changes whether memory is cacheable without DC CIVAC",
		"B2, Mismatched memory attributes" },
	[ALIAS] = { "alias",
		"EL2 maps cacheably what stage 2 makes Non-cacheable or Device",
		"B2, Mismatched memory attributes" },
	[SHARE] = { "share",
		"Non-shareable access and another CPU's meet in a dirty line",
		"B2, Shareability" },
	[DEVICE_UNORDERED] = { "device-unordered",
		"a device is told to read before what this CPU stored there is ordered",
		"B2, Data Memory Barrier, Data Synchronization Barrier" },
	[DEVICE_DIRTY] = { "device-dirty",
		"a device that does not look into caches reads what is dirty in one",
		"B2, Shareability; D7, Terminology for Clean, Invalidate, and Clean and Invalidate instructions" },
	[DEVICE_EARLY] = { "device-early",
		"what a device writes is read without order to the register that tells of it",
		"B2, Load-Acquire, Load-AcquirePC, and Store-Release; Data Memory Barrier" },
	[DEVICE_STALE] = { "device-stale",
		"EL2 is left while an SMMU may have a translation cached that its table has not",
		"Arm IHI 0070, TLB invalidation; Synchronization, CMD_SYNC" },
	[BBM_OVERWRITE] = { "bbm-overwrite",
		"a valid entry is overwritten by another valid one",
		"D8, Using break-before-make when updating translation table entries" },
	[BBM_EARLY] = { "bbm-early",
		"an entry is made valid before the TLB invalidation of the old one is complete",
		"D8, Using break-before-make when updating translation table entries" },
	[BBM_DETACHED] = { "bbm-detached",
		"a table that walks may still reach gets a valid entry",
		"D8, Using break-before-make when updating translation table entries" },
	[TLBI_EARLY] = { "tlbi-early",
		"TLBI before a DSB has published the store to the table",
		"D8, Ordering and completion of TLB maintenance instructions" },
	[TLBI_MISSING] = { "tlbi-missing",
		"EL2 is left while an old translation may be cached",
		"D8, TLB maintenance requirements and the TLB maintenance instructions" },
	[TLBI_INCOMPLETE] = { "tlbi-incomplete",
		"no DSB has completed TLBI",
		"D8, Ordering and completion of TLB maintenance instructions" },
	[TLB_UNKNOWN] = { "tlb-unknown",
		"translation is used before the TLB of this CPU was invalidated once",
		"D8, TLB behavior at reset" },
	[TLB_STALE] = { "tlb-stale",
		"EL2 uses a translation that its table does not have",
		"D8, TLB maintenance requirements and the TLB maintenance instructions" },
	[ENTRY_EARLY] = { "entry-early",
		"EL2 uses a new table entry before DSB and ISB",
		"D8, Ordering and completion of TLB maintenance instructions" },
	[ENTRY_UNPUBLISHED] = { "entry-unpublished",
		"EL2 is left before a DSB has published a new table entry",
		"D8, Ordering and completion of TLB maintenance instructions" },
	[TABLE_UNPUBLISHED] = { "table-unpublished",
		"a table is linked before its contents are ordered before the link",
		"D8, Translation table walk properties" },
	[TABLE_TORN] = { "table-torn",
		"an entry is written in pieces",
		"D8, Single-copy atomicity of translation table entries" },
	[CONTIGUOUS] = { "contiguous",
		"EL2 is left, and of a group some entries have the Contiguous bit, or do not follow each other",
		"D8, The Contiguous bit" },
	[ISB_SCTLR] = { "isb-sctlr",
		"memory access after SCTLR_EL2 was written, without ISB",
		"D24, Synchronization requirements for AArch64 System registers" },
	[ISB_REGIME] = { "isb-regime",
		"TTBR0_EL2, TCR_EL2 or MAIR_EL2 is used after it was written, without ISB",
		"D24, Synchronization requirements for AArch64 System registers" },
	[ISB_STAGE2] = { "isb-stage2",
		"VTTBR_EL2, VTCR_EL2 or HCR_EL2 is used after it was written, without ISB",
		"D24, Synchronization requirements for AArch64 System registers" },
	[ISB_AT] = { "isb-at",
		"AT after a write of what it goes by, without ISB",
		"D24, Synchronization requirements for AArch64 System registers" },
	[ISB_PAR] = { "isb-par",
		"PAR_EL1 is read after AT, without ISB",
		"D8, Address translation instructions" },
	[ISB_GIC] = { "isb-gic",
		"an ICH register after ICC_SRE_EL2 was written, without ISB",
		"D24, Synchronization requirements for AArch64 System registers" },
	[ISB_VECTOR] = { "isb-vector",
		"ZCR_EL2 or SMCR_EL2 after CPTR_EL2 was written, without ISB",
		"D24, Synchronization requirements for AArch64 System registers" },
	[ISB_KEY] = { "isb-key",
		"pointer authentication after a key was written, without ISB",
		"D24, Synchronization requirements for AArch64 System registers" },
	[ISB_ERET] = { "isb-eret",
		"ERET with SCTLR_EL2.EOS = 0 after registers were written, without ISB",
		"D1, Context synchronization events" },
	[OFF_EXCLUSIVE] = { "off-exclusive",
		"exclusive access with the MMU off",
		"B2, Synchronization and semaphores" },
	[ENTRY_REGISTER] = { "entry-register",
		"the guest's first state is not what the boot protocol asks for",
		"Linux, Documentation/arch/arm64/booting.rst" },
	[MODEL] = { "model",
		"the strict machine cannot follow this",
		"docs/strict.md" },
};

#define MAX_SEEN	512

static struct {
	enum rule rule;
	u64 pc, count;
} seen[MAX_SEEN];
static unsigned nr_seen;

static FILE *out;

#define MAX_IMAGES	4

static struct {
	u64 base, size;
} images[MAX_IMAGES];
static unsigned nr_images;

bool report_open(const char *path)
{
	out = path ? fopen(path, "a") : stderr;
	if (out)
		setvbuf(out, NULL, _IOLBF, 0);
	return out;
}

void report_image(u64 base, u64 size)
{
	images[nr_images].base = base;
	images[nr_images].size = size;
	if (nr_images + 1 < MAX_IMAGES)
		nr_images++;
}

const char *report_place(u64 pc)
{
	static char text[4][40];
	static unsigned next;
	char *t = text[next++ % 4];

	for (unsigned i = 0; i < nr_images; i++)
		if (pc - images[i].base < images[i].size) {
			snprintf(t, sizeof(text[0]), "image+%#" PRIx64, pc - images[i].base);
			return t;
		}
	snprintf(t, sizeof(text[0]), "%#" PRIx64, pc);
	return t;
}

void report(enum rule rule, struct at at, const char *fmt, ...)
{
	va_list ap;

	for (unsigned i = 0; i < nr_seen; i++)
		if (seen[i].rule == rule && seen[i].pc == at.pc) {
			seen[i].count++;
			return;
		}
	if (nr_seen == MAX_SEEN)
		return;
	seen[nr_seen].rule = rule;
	seen[nr_seen].pc = at.pc;
	seen[nr_seen++].count = 1;
	fprintf(out, "strict: %s: CPU %u at %s: ", rules[rule].name, at.cpu, report_place(at.pc));
	va_start(ap, fmt);
	vfprintf(out, fmt, ap);
	va_end(ap);
	fprintf(out, ": %s (%s)\n", rules[rule].says, rules[rule].section);
}

void report_note(const char *fmt, ...)
{
	va_list ap;

	fprintf(out, "strict: note: ");
	va_start(ap, fmt);
	vfprintf(out, fmt, ap);
	va_end(ap);
	fprintf(out, "\n");
}

void report_totals(void)
{
	for (unsigned i = 0; i < nr_seen; i++)
		report_note("%" PRIu64 " times %s at %s", seen[i].count, rules[seen[i].rule].name,
			    report_place(seen[i].pc));
}
