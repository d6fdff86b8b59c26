/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/errata.h"

#include "mm/tlb.h"

#define ARM		0x41
#define NVIDIA		0x4e
#define QUALCOMM	0x51
#define MICROSOFT	0x6d
#define AMPERE		0xc0
#define ALL		0xff

/* By the cores' Software Developer Errata Notices. */
const struct erratum errata[] = {
	/* Cortex-A53: compiler and linker keep the sequences out of the image (Makefile) */
	{ ARM, 0xd03, 0x00, 0x04, ERRATUM_ALWAYS, "835769, 843419" },
	/* Cortex-A53: lines are invalidated as they are cleaned (lib/cache.S) */
	{ ARM, 0xd03, 0x00, 0x02, ERRATUM_ALWAYS, "819472, 824069, 826319, 827319" },
	/* Cortex-A57: HPFAR_EL2 is not relied on (fault.c) */
	{ ARM, 0xd07, 0x00, 0x12, ERRATUM_HPFAR, "834220" },
	/* Cortex-A57: EL2 reads devices with load-acquire (drivers/io.h) */
	{ ARM, 0xd07, 0x00, 0x12, ERRATUM_DEADLOCK, "832075" },
	/* Cortex-A57, -A72: the TLB is dropped when all controls are set (enter.c) */
	{ ARM, 0xd07, 0x00, ALL, ERRATUM_ALWAYS, "1319537" },
	{ ARM, 0xd08, 0x00, ALL, ERRATUM_ALWAYS, "1319367" },
	/* Cortex-A77: PAR_EL1 is read between two DMB SY (at.S) */
	{ ARM, 0xd0d, 0x00, 0x10, ERRATUM_DEADLOCK, "1508412" },
	/*
	 * An access of another CPU's that began before may still be made when a broadcast TLBI is
	 * complete: each is done twice (mm/tlb.c). From Cortex-A55 to C1-Premium.
	 */
	{ ARM, 0xd05, 0x00, ALL, ERRATUM_TLBI_TWICE, "2441007" },
	{ ARM, 0xd0b, 0x00, 0x30, ERRATUM_TLBI_TWICE, "1286807" },
	{ ARM, 0xd0b, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193800" },
	{ ARM, 0xd0c, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193800" },	/* Neoverse N1 */
	{ ARM, 0xd0d, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193798" },
	{ ARM, 0xd0e, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193801" },
	{ ARM, 0xd40, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193790" },	/* Neoverse V1 */
	{ ARM, 0xd41, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193791" },
	{ ARM, 0xd42, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193793" },
	{ ARM, 0xd44, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193791" },	/* Cortex-X1 */
	{ ARM, 0xd46, 0x00, 0x11, ERRATUM_TLBI_TWICE, "2441009" },
	{ ARM, 0xd47, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193788" },
	{ ARM, 0xd48, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193788" },	/* Cortex-X2 */
	{ ARM, 0xd49, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193789" },	/* Neoverse N2 */
	{ ARM, 0xd4b, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193794" },
	{ ARM, 0xd4c, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193792" },	/* Cortex-X1C */
	{ ARM, 0xd4e, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193786" },	/* Cortex-X3 */
	{ ARM, 0xd4f, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193787" },	/* Neoverse V2 */
	{ ARM, 0xd82, 0x00, ALL, ERRATUM_TLBI_TWICE, "4118414" },	/* Cortex-X4 */
	{ ARM, 0xd83, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193784" },	/* Neoverse V3AE */
	{ ARM, 0xd84, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193784" },	/* Neoverse V3 */
	{ ARM, 0xd85, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193781" },	/* Cortex-X925 */
	{ ARM, 0xd8c, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193780" },	/* C1-Ultra */
	{ ARM, 0xd90, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193780" },	/* C1-Premium */
	{ NVIDIA, 0x010, 0x00, ALL, ERRATUM_TLBI_TWICE, "T410-OLY-1029" },
	{ QUALCOMM, 0x201, 0x00, ALL, ERRATUM_TLBI_TWICE, "1009" },	/* Kryo, as 0x205, 0x211 */
	{ QUALCOMM, 0x205, 0x00, ALL, ERRATUM_TLBI_TWICE, "1009" },
	{ QUALCOMM, 0x211, 0x00, ALL, ERRATUM_TLBI_TWICE, "1009" },
	{ QUALCOMM, 0x800, 0x00, 0x00, ERRATUM_TLBI_TWICE, "1009" },	/* Falkor */
	{ QUALCOMM, 0x804, 0xce, 0xfe, ERRATUM_TLBI_TWICE, "1286807" },	/* Kryo 4xx Gold */
	{ MICROSOFT, 0xd49, 0x00, ALL, ERRATUM_TLBI_TWICE, "4193789" },	/* a Neoverse N2 */
	/* AmpereOne: HCR_EL2 is written between a DSB and an ISB (hcr.h) */
	{ AMPERE, 0xac4, 0x00, ALL, ERRATUM_ALWAYS, "AC04_CPU_23" },
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
