/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/known.h"

#include "lib/arch.h"

static const struct known {
	u8 memattr, said;		/* stage 2's, and PAR_EL1.ATTR */
	u8 setting;			/* enum s1_setting */
	bool fwb;
	const char *text;
} known[] = {
	/* docs/memory-attributes.md, "Known differences" */
	{ S2_DEVICE_nGnRE, 0x04, S1_MMU_OFF, true,
	  "with FWB, QEMU lets stage 2's weaker Device type win" },
	{ S2_DEVICE_nGRE, 0x08, S1_MMU_OFF, true,
	  "with FWB, QEMU lets stage 2's weaker Device type win" },
	{ S2_DEVICE_GRE, 0x0c, S1_MMU_OFF, true,
	  "with FWB, QEMU lets stage 2's weaker Device type win" },
	{ S2_FWB_WB_NO_TAG_ACCESS, 0x00, S1_MMU_OFF, true,
	  "with FWB, QEMU 11.1 does not force Write-Back over stage 1's Device type here" },
};

const char *known_difference(const struct selfcheck *c, bool fwb)
{
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].memattr == c->region->attr.memattr && known[i].fwb == fwb &&
		    known[i].setting == c->setting && !c->faulted &&
		    known[i].said == PAR_ATTR(c->par))
			return known[i].text;
	return NULL;
}
