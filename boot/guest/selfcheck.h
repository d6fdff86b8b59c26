/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof: what the machine makes of every region's stage 2, against what the architecture says
 * (mm/combine.h).
 *
 * With the guest's MMU off EL2 chooses stage 1 by HCR_EL2: Device-nGnRnE (DC = 0), Normal-WB (DC =
 * 1), Tagged (DC and DCT = 1). AT S12E1R then translates as an access from EL1 would, and PAR_EL1
 * has the combined attributes.
 */
#ifndef BOOT_GUEST_SELFCHECK_H
#define BOOT_GUEST_SELFCHECK_H

#include "hyp/guest.h"

/*
 * Checks regions[i], which guest.s2 maps, into result[i], which is all 0: its first and its last
 * page, and both ends of every run of descriptors of one size. On the CPU that it runs on, after
 * vcpu_init() and before the guest's first instruction.
 */
void selfcheck(const struct region *regions, unsigned nr, struct selfcheck *result);

#endif
