/* SPDX-License-Identifier: Apache-2.0 */
/* An SMMUv3 from what the loader leaves to one that translates by Mavis's tables. */
#ifndef BOOT_MACHINE_SMMU_HW_H
#define BOOT_MACHINE_SMMU_HW_H

#include "boot/machine/host.h"
#include "drivers/smmu.h"

/* What an SMMU says that it can do. */
struct smmu_caps {
	u8 stream_bits;
	u8 pa_bits;
	bool two_levels;
	bool hyp, ats;
	u8 log2_commands, log2_events;	/* at most */
};

/* Makes *s of what the tree says and reads @caps. NULL, or why it is of no use. */
const char *smmu_probe(struct smmu *s, const struct host_smmu *host, struct smmu_caps *caps);

/*
 * From here on all DMA behind it aborts, whatever was set up before: GBPA first, for then nothing
 * passes in between; then the SMMU is off. -ETIMEDOUT.
 */
int smmu_block(struct smmu *s);

/* Off, and all passes: as a machine without an SMMU. */
void smmu_bypass(struct smmu *s);

/*
 * Starts a blocked one, whose queues are where *s says: with the stream table at @table, of which
 * @config says the form (SMMU_STRTAB_BASE_CFG). Errors of smmu_sync().
 */
int smmu_start(struct smmu *s, const struct smmu_caps *caps, pa_t table, u32 config);

#endif
