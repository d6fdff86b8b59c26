/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/harden.h"

#include "drivers/firmware.h"
#include "lib/arch.h"

#define ARM		0x41
#define BROADCOM	0x42
#define HISILICON	0x48
#define QUALCOMM	0x51
#define MICROSOFT	0x6d
#define AMPERE		0xc0

/*
 * How many branches it takes to fill the branch history, by Arm's paper on Spectre-BHB and by what
 * makers of other cores have told Linux; 0 for cores that do not speculate by it.
 */
static const struct {
	u8 implementer;
	u16 part;
	u8 branches;
} history[] = {
	{ ARM, 0xd03, 0 },		/* Cortex-A53 */
	{ ARM, 0xd04, 0 },		/* A35 */
	{ ARM, 0xd05, 0 },		/* A55 */
	{ ARM, 0xd46, 0 },		/* A510 */
	{ ARM, 0xd80, 0 },		/* A520 */
	{ BROADCOM, 0x100, 0 },		/* Brahma-B53 */
	{ QUALCOMM, 0x801, 0 },		/* Kryo 2xx Silver */
	{ QUALCOMM, 0x803, 0 },		/* Kryo 3xx Silver */
	{ QUALCOMM, 0x805, 0 },		/* Kryo 4xx Silver */
	{ ARM, 0xd07, 8 },		/* Cortex-A57 */
	{ ARM, 0xd08, 8 },		/* A72 */
	{ AMPERE, 0xac3, 11 },		/* Ampere-1 */
	{ ARM, 0xd0b, 24 },		/* Cortex-A76 */
	{ ARM, 0xd0e, 24 },		/* A76AE */
	{ ARM, 0xd0d, 24 },		/* A77 */
	{ ARM, 0xd0c, 24 },		/* Neoverse N1 */
	{ HISILICON, 0xd02, 24 },	/* HIP09, behind Kunpeng 920 */
	{ QUALCOMM, 0x804, 24 },	/* Kryo 4xx Gold */
	{ ARM, 0xd41, 32 },		/* Cortex-A78 */
	{ ARM, 0xd42, 32 },		/* A78AE */
	{ ARM, 0xd4b, 32 },		/* A78C */
	{ ARM, 0xd47, 32 },		/* A710 */
	{ ARM, 0xd44, 32 },		/* X1 */
	{ ARM, 0xd4c, 32 },		/* X1C */
	{ ARM, 0xd48, 32 },		/* X2 */
	{ ARM, 0xd49, 32 },		/* Neoverse N2 */
	{ MICROSOFT, 0xd49, 32 },	/* a Neoverse N2 */
	{ ARM, 0xd40, 32 },		/* Neoverse V1 */
	{ HISILICON, 0xd01, 32 },	/* Kunpeng 920 */
	{ ARM, 0xd4d, 38 },		/* Cortex-A715 */
	{ ARM, 0xd81, 38 },		/* A720 */
	{ ARM, 0xd89, 38 },		/* A720AE */
	{ ARM, 0xd4e, 132 },		/* X3 */
	{ ARM, 0xd4f, 132 },		/* Neoverse V2 */
};

/* Negative: a core that is not in the table. */
static int branches(u64 midr)
{
	for (unsigned i = 0; i < ARRAY_SIZE(history); i++)
		if (history[i].implementer == FIELD(midr, 31, 24) &&
		    history[i].part == FIELD(midr, 15, 4))
			return history[i].branches;
	return -1;
}

/*
 * Without FEAT_CSV2 one context's branches predict another's targets: only firmware can help, and
 * what it does for the history helps with that, too. What the CPU does by itself costs nothing.
 */
u32 harden_choose(u64 midr, const struct idregs *raw, const struct workarounds *has)
{
	unsigned csv2 = idreg_field(raw, ID_AA64PFR0, 56);
	int nr = branches(midr);

	if (nr == 0 || csv2 >= 3 || idreg_field(raw, ID_AA64MMFR1, 60))	/* ECBHB */
		return HARDEN_NONE;
	if (!csv2 && has->three == 0)
		return ARCH_WORKAROUND_3;
	if (!csv2 && has->one == 0)
		return ARCH_WORKAROUND_1;
	if (idreg_field(raw, ID_AA64ISAR2, 28))
		return HARDEN_CLRBHB;
	if (nr > 0)
		return (u32)nr;
	if (has->three == 0)
		return ARCH_WORKAROUND_3;
	return HARDEN_NONE;
}
