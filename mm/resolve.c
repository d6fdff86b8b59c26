/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/resolve.h"

/*
 * What each type is to stage 2, MemAttr with FWB = 0 and FWB = 1. RAM follows stage 1 with FWB too, so that a guest with
 * non-coherent devices behaves as on the bare machine.
 */
static const struct {
	u8 memattr[2];
	bool exec;
} defaults[REGION_NR_TYPES] = {
	[REGION_RAM] = { { S2_NORMAL_WB, S2_FWB_STAGE1 }, true },
	[REGION_DEVICE_MEMORY] = { { S2_NORMAL_WB, S2_FWB_FORCE_WB }, false },
	[REGION_PREFETCHABLE] = { { S2_NORMAL_NC, S2_NORMAL_NC }, false },
	[REGION_MMIO] = { { S2_DEVICE_nGnRE, S2_DEVICE_nGnRE }, false },
};

int region_resolve(struct region *r, const struct mm_caps *caps, struct diag *d)
{
	(void)d;
	r->attr = (struct s2_attr){
		.memattr = defaults[r->type].memattr[caps->fwb],
		.sh = SH_INNER,
		.read = true,
		.write = true,
		.exec = defaults[r->type].exec,
	};
	return 0;
}
