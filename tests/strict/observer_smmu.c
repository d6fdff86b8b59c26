/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an SMMUv3 reads and writes (Arm IHI 0070): commands, the stream table, context descriptors,
 * tables of stage 2, events. Tables of stage 1 are not followed.
 */
#include <inttypes.h>
#include <string.h>

#include "memory.h"
#include "observer.h"
#include "peek.h"
#include "report.h"
#include "tables.h"

#define MAX_SMMUS	8
#define NEVER		~0ull
#define ADDR_64		0xfffffffffffc0ull	/* aligned to an entry */

static struct smmu {
	u64 base, strtab, cmdq, eventq;
	u32 cr0, cr1, strtab_cfg;
	u32 prod, posted;	/* commands: told, and looked at */
	u32 event_prod;
	u64 seen[MAX_CPUS + 1];
	struct smmu_tlb tlb;
	/* Each CPU's count of barriers for loads when it last read PROD, or an event. */
	u64 told[MAX_CPUS], event_read[MAX_CPUS];
	u64 dc_told[MAX_CPUS];	/* of those for DC, when it last read PROD */
} smmus[MAX_SMMUS];
static unsigned nr_smmus;

void smmu_reset(void)
{
	while (nr_smmus)
		smmu_tlb_forget(&smmus[--nr_smmus].tlb);
}

void smmu_found(u64 base)
{
	struct smmu *s = &smmus[nr_smmus];

	if (nr_smmus == MAX_SMMUS)
		return;
	nr_smmus++;
	*s = (struct smmu){ .base = base };
	memset(s->told, 0xff, sizeof(s->told));
	memset(s->event_read, 0xff, sizeof(s->event_read));
	memset(s->dc_told, 0xff, sizeof(s->dc_told));
}

/* CR1: inner cacheability and shareability, of the queues; of the stream table and what it has. */
static bool queues_coherent(const struct smmu *s)
{
	return FIELD(s->cr1, 1, 0) && FIELD(s->cr1, 5, 4);
}

static bool tables_coherent(const struct smmu *s)
{
	return FIELD(s->cr1, 7, 6) && FIELD(s->cr1, 11, 10);
}

/* @in: the first input address. */
struct walk {
	struct smmu *smmu;
	const struct doorbell *d;
	bool coherent;
};

static void read_stage2(const struct walk *w, u64 table, u64 in, unsigned level)
{
	u64 desc[ENTRIES];

	observer_reads(w->d, table, PAGE, w->coherent, "an SMMU's stage 2");
	if (!peek(table, desc, sizeof(desc)))
		return;
	smmu_tlb_saw(&w->smmu->tlb, table, in, level, desc);
	for (u64 i = 0; i < ENTRIES; i++)
		if (is_table(desc[i], level))
			read_stage2(w, desc[i] & DESC_ADDR, in + (i << level_shift(level)),
				    level + 1);
}

/* STE.S2T0SZ and so on, which stand as in VTCR_EL2. */
static void read_root(struct smmu *s, const struct doorbell *d, u64 vtcr, u64 ttb)
{
	unsigned bits = 64 - FIELD(vtcr, 5, 0), level = 2 - FIELD(vtcr, 7, 6);
	unsigned reach = level_shift(level) + 9;
	const struct walk w = { s, d, FIELD(vtcr, 9, 8) && FIELD(vtcr, 13, 12) };

	if (FIELD(vtcr, 7, 6) == 3 || FIELD(vtcr, 15, 14))	/* not 4 KiB */
		return;
	for (u64 i = 0; i < (bits > reach ? 1u << (bits - reach) : 1); i++)
		read_stage2(&w, ttb + i * PAGE, i << reach, level);
}

#define STE_SIZE	64
#define STES		(PAGE / STE_SIZE)

static void read_stream(struct smmu *s, const struct doorbell *d, const u64 ste[8], u64 *last)
{
	unsigned config = FIELD(ste[0], 3, 1);

	if (!(ste[0] & 1))
		return;
	if (config & 4 && config & 1)
		observer_reads(d, ste[0] & ADDR_64, FIELD(ste[0], 5, 4) ? 64 :
			       64ull << FIELD(ste[0], 63, 59),
			       FIELD(ste[1], 3, 2) && FIELD(ste[1], 7, 6), "a context descriptor");
	if (!(config & 4) || !(config & 2) || *last == ste[3])
		return;
	*last = ste[3];
	read_root(s, d, ste[2] >> 32, ste[3] & 0xffffffffffff0ull);
}

static void read_streams(struct smmu *s, const struct doorbell *d, u64 table, u64 size,
			 u64 *last)
{
	u64 ste[STES][8];

	observer_reads(d, table, size, tables_coherent(s), "a stream table");
	for (u64 at = ALIGN_DOWN(table, PAGE); at < table + size; at += PAGE)
		if (peek(at, ste, sizeof(ste)))
			for (unsigned i = 0; i < STES; i++)
				if (at + i * STE_SIZE - table < size)
					read_stream(s, d, ste[i], last);
}

static void read_level1(struct smmu *s, const struct doorbell *d, u64 table, u64 size)
{
	u64 desc[PAGE / 8], last_table = 0, last = 0;

	observer_reads(d, table, size, tables_coherent(s), "a stream table of level 1");
	for (u64 at = ALIGN_DOWN(table, PAGE); at < table + size; at += PAGE) {
		if (!peek(at, desc, sizeof(desc)))
			continue;
		for (unsigned i = 0; i < PAGE / 8; i++) {
			unsigned span = FIELD(desc[i], 4, 0);

			if (at + i * 8 - table >= size || !span || span > 12 ||
			    desc[i] == last_table)
				continue;
			last_table = desc[i];
			read_streams(s, d, desc[i] & ADDR_64, (u64)STE_SIZE << (span - 1), &last);
		}
	}
}

#define CR0_SMMUEN	BIT(0)
#define CR0_CMDQEN	BIT(3)
#define MAX_STREAM_BITS	20

static void read_tables(struct smmu *s, const struct doorbell *d)
{
	unsigned bits = FIELD(s->strtab_cfg, 5, 0), split = FIELD(s->strtab_cfg, 10, 6);
	u64 last = 0;

	if (!(s->cr0 & CR0_SMMUEN) || bits > MAX_STREAM_BITS || !observer_changed(d->at, s->seen))
		return;
	if (FIELD(s->strtab_cfg, 17, 16) == 1)
		read_level1(s, d, s->strtab & ADDR_64, 8ull << (bits > split ? bits - split : 0));
	else
		read_streams(s, d, s->strtab & ADDR_64, (u64)STE_SIZE << bits, &last);
}

/* A queue's entry: its base register has address and log2 of the number. */
static u64 entry_of(u64 base, u32 at, u64 size)
{
	return (base & 0xfffffffffffe0ull) + (at & (BIT(FIELD(base, 4, 0)) - 1)) * size;
}

/* Positions have a bit more than its index: the round (3.5.1). */
static u32 positions(u64 base)
{
	return (u32)(BIT(FIELD(base, 4, 0) + 1) - 1);
}

static u32 step(u64 base, u32 at)
{
	return (at + 1) & positions(base);
}

static void read_commands(struct smmu *s, const struct doorbell *d)
{
	if (!(s->cr0 & CR0_CMDQEN) || FIELD(s->cmdq, 4, 0) > MAX_STREAM_BITS)
		return;
	s->prod &= positions(s->cmdq);
	s->posted &= positions(s->cmdq);
	read_tables(s, d);
	for (; s->posted != s->prod; s->posted = step(s->cmdq, s->posted)) {
		u64 cmd[2], pa = entry_of(s->cmdq, s->posted, sizeof(cmd));

		observer_reads(d, pa, sizeof(cmd), queues_coherent(s), "an SMMU's command queue");
		if (peek(pa, cmd, sizeof(cmd)))
			smmu_tlb_command(&s->tlb, cmd[0], cmd[1]);
	}
}

/* EVENTQ_PROD says what it has written; then this CPU may read it. */
static void events_told(struct at at, struct smmu *s, struct told t)
{
	u32 prod = (u32)t.val & positions(s->eventq);

	s->told[at.cpu] = t.ordered ? NEVER : cpus[at.cpu].shared_loads;
	s->dc_told[at.cpu] = cpus[at.cpu].orders;
	if (FIELD(s->eventq, 4, 0) > MAX_STREAM_BITS)
		return;
	s->event_prod &= positions(s->eventq);
	for (; s->event_prod != prod; s->event_prod = step(s->eventq, s->event_prod))
		if (!queues_coherent(s))
			memory_written_by_device(at, entry_of(s->eventq, s->event_prod, 32), 32);
}

static bool has_events_at(const struct smmu *s, u64 pa)
{
	return s->eventq && pa - entry_of(s->eventq, 0, 0) < 32ull << FIELD(s->eventq, 4, 0);
}

/* A line that is dropped too early may come back as it was. No acquire orders DC. */
void smmu_dc(struct at at, u64 pa)
{
	for (struct smmu *s = smmus; s < smmus + nr_smmus; s++)
		if (has_events_at(s, pa) && !queues_coherent(s) &&
		    s->dc_told[at.cpu] == cpus[at.cpu].orders)
			report(DEVICE_EARLY, at,
			       "DC of an event's line, %#" PRIx64 ", no DMB after SMMU_EVENTQ_PROD",
			       pa);
}

void smmu_loaded(struct at at, u64 pa)
{
	for (struct smmu *s = smmus; s < smmus + nr_smmus; s++) {
		if (!has_events_at(s, pa))
			continue;
		if (s->told[at.cpu] == cpus[at.cpu].shared_loads)
			report(DEVICE_EARLY, at, "an event at %#" PRIx64 ", after SMMU_EVENTQ_PROD",
			       pa);
		s->event_read[at.cpu] = cpus[at.cpu].shared_loads;
	}
}

static void events_given_back(struct at at, struct smmu *s, struct told t)
{
	if (s->event_read[at.cpu] == cpus[at.cpu].shared_loads && !t.ordered)
		report(DEVICE_EARLY, at, "SMMU_EVENTQ_CONS gives back an event's place (x30 is %s)",
		       report_place(peek_x(30)));
	s->event_read[at.cpu] = NEVER;
}

#define SMMU_CR0		0x20
#define SMMU_CR1		0x28
#define SMMU_STRTAB_BASE	0x80
#define SMMU_STRTAB_BASE_CFG	0x88
#define SMMU_CMDQ_BASE		0x90
#define SMMU_CMDQ_PROD		0x98
#define SMMU_CMDQ_CONS		0x9c
#define SMMU_EVENTQ_BASE	0xa0
#define SMMU_EVENTQ_PROD	0xa8
#define SMMU_EVENTQ_CONS	0xac

static void write_register(struct at at, struct smmu *s, u64 offset, struct told t)
{
	u32 val = (u32)t.val, cr0 = s->cr0;

	switch (offset) {
	case SMMU_CR0:
		s->cr0 = val;
		if ((val ^ cr0) & CR0_SMMUEN) {
			memset(s->seen, 0xff, sizeof(s->seen));
			smmu_tlb_forget(&s->tlb);
		}
		read_commands(s, &(struct doorbell){ at, t.ordered, "SMMU_CR0 is written" });
		break;
	case SMMU_CR1:
		s->cr1 = val;
		break;
	case SMMU_STRTAB_BASE: case SMMU_STRTAB_BASE + 4:
		observer_merge(&s->strtab, offset, t);
		break;
	case SMMU_STRTAB_BASE_CFG:
		s->strtab_cfg = val;
		break;
	case SMMU_CMDQ_BASE: case SMMU_CMDQ_BASE + 4:
		observer_merge(&s->cmdq, offset, t);
		break;
	case SMMU_CMDQ_PROD:
		s->prod = val;
		read_commands(s, &(struct doorbell){ at, t.ordered, "SMMU_CMDQ_PROD is written" });
		break;
	case SMMU_CMDQ_CONS:
		s->posted = val;
		break;
	case SMMU_EVENTQ_BASE: case SMMU_EVENTQ_BASE + 4:
		observer_merge(&s->eventq, offset, t);
		break;
	case SMMU_EVENTQ_PROD:
		s->event_prod = val;
		break;
	case SMMU_EVENTQ_CONS:
		events_given_back(at, s, t);
	}
}

void smmu_accessed(struct at at, u64 base, u64 offset, struct told t)
{
	struct smmu *s = smmus;

	while (s < smmus + nr_smmus && s->base != base)
		s++;
	if (s == smmus + nr_smmus)
		return;
	if (t.store)
		write_register(at, s, offset, t);
	else if (offset == SMMU_EVENTQ_PROD)
		events_told(at, s, t);
}

void smmu_check_leave(struct at at)
{
	const struct doorbell d = { at, false, "EL2 is left" };

	/*
	 * What another CPU has stored can be in memory before it is known whose store it was: what
	 * is new now is judged when a CPU leaves the next time.
	 */
	for (struct smmu *s = smmus; s < smmus + nr_smmus; s++) {
		smmu_tlb_check_leave(&s->tlb, at);
		read_tables(s, &d);
	}
}
