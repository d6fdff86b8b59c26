/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an SMMUv3 may have cached of its tables of stage 2 (Arm IHI 0070 4.4): an entry that was
 * valid is gone only after a TLBI command for its address and a CMD_SYNC.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "observer.h"
#include "report.h"
#include "tables.h"

struct seen_table {
	u64 pa, in, desc[ENTRIES];
	unsigned level;
	struct seen_table *next;
};

struct stale {
	u64 in, size, pa;	/* where the entry is */
	bool table, sent;
	struct stale *next;
};

void smmu_tlb_forget(struct smmu_tlb *t)
{
	while (t->tables) {
		struct seen_table *next = t->tables->next;

		free(t->tables);
		t->tables = next;
	}
	while (t->stale) {
		struct stale *next = t->stale->next;

		free(t->stale);
		t->stale = next;
	}
}

static struct seen_table *find(const struct smmu_tlb *t, u64 pa)
{
	struct seen_table *s = t->tables;

	while (s && s->pa != pa)
		s = s->next;
	return s;
}

/* An entry that was valid is another now; what a table had below it goes with it. */
static void changed(struct smmu_tlb *t, const struct seen_table *s, unsigned i, u64 pa)
{
	u64 size = BIT(level_shift(s->level)), in = s->in + i * size;
	const struct seen_table *below = is_table(s->desc[i], s->level) ?
						 find(t, s->desc[i] & DESC_ADDR) : NULL;
	struct stale *stale = malloc(sizeof(*stale));

	*stale = (struct stale){ in, size, pa, is_table(s->desc[i], s->level), false, t->stale };
	t->stale = stale;
	for (unsigned j = 0; below && below->in == in && j < ENTRIES; j++)
		if (VALID(below->desc[j]))
			changed(t, below, j, pa);
}

void smmu_tlb_saw(struct smmu_tlb *t, u64 pa, u64 in, unsigned level, const u64 *desc)
{
	struct seen_table *s = find(t, pa);

	if (!s) {
		s = malloc(sizeof(*s));
		s->next = t->tables;
		t->tables = s;
	} else if (s->in == in && s->level == level) {
		for (unsigned i = 0; i < ENTRIES; i++)
			if (VALID(s->desc[i]) && s->desc[i] != desc[i])
				changed(t, s, i, pa + 8 * i);
	}
	s->pa = pa;
	s->in = in;
	s->level = level;
	memcpy(s->desc, desc, sizeof(s->desc));
}

#define TLBI_S12_VMALL	0x28
#define TLBI_S2_IPA	0x2a
#define TLBI_NSNH_ALL	0x30
#define SYNC		0x46
#define LEAF		BIT(0)		/* of the second doubleword: tables are not dropped */

/* A page and the block that has it; a range where a granule is given. */
static bool hits(const struct stale *s, u64 low, u64 high)
{
	u64 ipa = high & 0xffffffffff000ull, size = PAGE;

	if (s->table && high & LEAF)
		return false;
	if (FIELD(high, 11, 10))
		size = (FIELD(low, 16, 12) + 1) << FIELD(low, 24, 20) << 12;
	return ipa < s->in + s->size && s->in < ipa + size;
}

void smmu_tlb_command(struct smmu_tlb *t, u64 low, u64 high)
{
	u8 op = (u8)low;

	for (struct stale **link = &t->stale, *s; (s = *link);) {
		if (op == TLBI_S12_VMALL || op == TLBI_NSNH_ALL ||
		    (op == TLBI_S2_IPA && hits(s, low, high)))
			s->sent = true;
		if (op == SYNC && s->sent) {
			*link = s->next;
			free(s);
		} else {
			link = &s->next;
		}
	}
}

void smmu_tlb_check_leave(const struct smmu_tlb *t, struct at at)
{
	for (const struct stale *s = t->stale; s; s = s->next)
		if (memory_storer(s->pa) == at.cpu)
			report(DEVICE_STALE, at, "an SMMU's entry for %#" PRIx64 ", %s", s->in,
			       s->sent ? "no CMD_SYNC after its TLBI" : "no TLBI for it");
}
