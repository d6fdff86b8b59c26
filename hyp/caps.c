/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/caps.h"

#include <stddef.h>

#include "lib/arch.h"

const char *caps_lacking(const struct mm_caps *has, const struct mm_caps *need)
{
	if (has->pa_bits < need->pa_bits)
		return "has fewer physical address bits (ID_AA64MMFR0_EL1.PARange) than the addresses of this machine take";
	if (need->fwb && !has->fwb)
		return "has no FEAT_S2FWB, which the CPU that booted has";
	if (need->mte && !has->mte)
		return "has no FEAT_MTE2, which the CPU that booted has";
	if (need->mte_perm && !has->mte_perm)
		return "has no FEAT_MTE_PERM, which the CPU that booted has";
	return NULL;
}

#if !__STDC_HOSTED__
struct mm_caps cpu_mm_caps(void)
{
	u64 mmfr0 = read_sysreg(id_aa64mmfr0_el1);

	return (struct mm_caps){
		.pa_bits = pa_sizes[MIN(FIELD(mmfr0, 3, 0), PA_SIZE_MAX)],
		.fwb = FIELD(read_sysreg_s(SYS_ID_AA64MMFR2_EL1), 43, 40) >= 1,
		.mte = FIELD(read_sysreg(id_aa64pfr1_el1), 11, 8) >= 2,
		.mte_perm = FIELD(read_sysreg_s(SYS_ID_AA64PFR2_EL1), 3, 0) >= 1,
		.dic = FIELD(read_sysreg(ctr_el0), 29, 29),
	};
}
#endif
