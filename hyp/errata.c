/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/errata.h"

#include "mm/tlb.h"

#define ARM	0x41
#define AMPERE	0xc0
#define ALL	0xff

/* By the cores' Software Developer Errata Notices. */
const struct erratum errata[] = {
	/* Cortex-A53: compiler and linker keep the sequences out of the image (Makefile) */
	{ ARM, 0xd03, 0x00, 0x04, ERRATUM_ALWAYS, "835769, 843419" },
	/* Cortex-A53: lines are invalidated as they are cleaned (lib/cache.S) */
	{ ARM, 0xd03, 0x00, 0x02, ERRATUM_ALWAYS, "819472, 824069, 826319, 827319" },
	/* Cortex-A55: every TLB invalidation is done twice (mm/tlb.c) */
	{ ARM, 0xd05, 0x00, ALL, ERRATUM_TLBI_TWICE, "2441007" },
	/* Cortex-A57: HPFAR_EL2 is not relied on (fault.c) */
	{ ARM, 0xd07, 0x00, 0x12, ERRATUM_HPFAR, "834220" },
	/* Cortex-A57: EL2 reads devices with load-acquire (drivers/io.h) */
	{ ARM, 0xd07, 0x00, 0x12, ERRATUM_DEADLOCK, "832075" },
	/* Cortex-A57, -A72: the TLB is dropped when all controls are set (enter.c) */
	{ ARM, 0xd07, 0x00, ALL, ERRATUM_ALWAYS, "1319537" },
	{ ARM, 0xd08, 0x00, ALL, ERRATUM_ALWAYS, "1319367" },
	/* Cortex-A76: every TLB invalidation is done twice (mm/tlb.c) */
	{ ARM, 0xd0b, 0x00, 0x30, ERRATUM_TLBI_TWICE, "1286807" },
	/* Cortex-A77: PAR_EL1 is read between two DMB SY (at.S) */
	{ ARM, 0xd0d, 0x00, 0x10, ERRATUM_DEADLOCK, "1508412" },
	/* Cortex-A510: every TLB invalidation is done twice (mm/tlb.c) */
	{ ARM, 0xd46, 0x00, 0x11, ERRATUM_TLBI_TWICE, "2441009" },
	/* AmpereOne: a DSB before HCR_EL2 is written (enter.c) */
	{ AMPERE, 0xac4, 0x00, ALL, ERRATUM_HCR_DSB, "AC04_CPU_23" },
};
const unsigned nr_errata = ARRAY_SIZE(errata);

unsigned errata_at_work;

bool erratum_is_of(const struct erratum *e, u64 midr)
{
	u64 revision = FIELD(midr, 23, 20) << 4 | FIELD(midr, 3, 0);

	return FIELD(midr, 31, 24) == e->implementer && FIELD(midr, 15, 4) == e->part &&
	       revision >= e->first && revision <= e->last;
}

unsigned errata_actions(u64 midr)
{
	unsigned actions = 0;

	for (unsigned i = 0; i < nr_errata; i++)
		if (erratum_is_of(&errata[i], midr))
			actions |= errata[i].actions;
	return actions;
}

/* Once on, it stays on; CPUs that come later see it at their next barrier, before they enter. */
void errata_apply(u64 midr)
{
	unsigned actions = errata_actions(midr);

	__atomic_fetch_or(&errata_at_work, actions, __ATOMIC_RELAXED);
	if (actions & ERRATUM_TLBI_TWICE)
		tlb_flush_twice = true;
}
