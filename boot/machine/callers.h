/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes that live on calls of the firmware: which calls those are, and what each can do. What is
 * known of them is in docs/firmware-calls.md.
 */
#ifndef BOOT_MACHINE_CALLERS_H
#define BOOT_MACHINE_CALLERS_H

#include "lib/types.h"

struct dt_walk;

/* A driver, or several that make the same calls. */
enum caller_kind {
	CALLER_ZYNQMP,
	CALLER_ZYNQMP_IPI,
	CALLER_VERSAL,
	CALLER_SCMI,
	CALLER_SCMI_PARAM,
	CALLER_OPTEE,
	CALLER_SCM,
	CALLER_AMLOGIC,
	CALLER_IMX_SOC,
	CALLER_IMX_DDRC,
	CALLER_IMX_M_CORE,
	CALLER_IMX_SRTC,
	CALLER_IMX_OTP,
	CALLER_IMX_CPUFREQ,
	CALLER_IMX_DSP,
	CALLER_RK3399_DDR,
	CALLER_CP110,
	CALLER_MTK_DP,
	CALLER_MTK_DVFSRC,
	CALLER_MTK_HDMI,
	CALLER_MTK_IOMMU,
	CALLER_MTK_UFS,
	CALLER_SMC_WDT,
	CALLER_TEGRA_PMC,
	CALLER_TEGRA_ARI,
	CALLER_GS101_PMU,
	CALLER_GS101_UFS,
	CALLER_EXYNOS_TRNG,
	CALLER_SOCFPGA,
	CALLER_SOCFPGA_SYSMGR,
	CALLER_SPRD_UFS,
	CALLER_KEEMBAY_WDT,
	CALLER_NR_KINDS
};

enum call_class {
	CALL_PLAIN,		/* no address in it that the firmware would go to */
	CALL_CHECKED,		/* it goes to memory that is known, which must be the guest's */
	CALL_TRUSTED,		/* can do what the guest by itself cannot */
	CALL_NEVER,		/* acts on what EL2 runs on */
};

/* Which memory is behind the calls of class CHECKED. */
enum caller_memory {
	CALLER_NO_MEMORY,
	CALLER_SHMEM,		/* what phandles `shmem` of the node and below it name */
	CALLER_ANSWERED,	/* only the firmware knows: boot/guest/call_memory.c asks it */
};

struct caller_info {
	enum caller_memory memory;
	bool smc_id;		/* the identifier is in the property arm,smc-id */
	s8 refusal;		/* x0 that its driver takes for a refusal */
	char can[104];		/* what its calls of class TRUSTED can do: "they ..." */
};

/* A range of identifiers; where the class depends on x1, a row for each of its values. */
struct caller_ids {
	u32 first, last;
	u16 arg_first, arg_last;	/* of (u32)(x1 >> arg_shift); both 0: any */
	u8 arg_shift;
	u8 kind;		/* enum caller_kind */
	u8 class;		/* enum call_class */
};

extern const struct caller_info caller_info[CALLER_NR_KINDS];
extern const struct caller_ids caller_ids[];
extern const unsigned nr_caller_ids;

/* What the current node is, by `compatible`; CALLER_NR_KINDS: none of them. */
enum caller_kind caller_kind(const struct dt_walk *w);

/* The identifier where arm,smc-id does not say: 0, for none, if the kind has no such. */
u32 caller_default_id(enum caller_kind kind);

/* Calls that allow-smc does not pass: what Mavis answers itself, and what harms it. */
struct call_nobodys {
	u32 first, last;
	const char *name;	/* whose they are; "": Mavis answers, or refuses without a word */
	const char *why;	/* goes on after an identifier */
};

/* Row @i of them; false after the last. */
bool call_nobodys(unsigned i, struct call_nobodys *out);

/*
 * True if a call from @first to @last is to be passed to nobody: *where is the first such in a row
 * of those that Mavis answers itself, that enter EL2, give memory away or load an image, and *why
 * goes on after it.
 */
bool call_is_nobodys(u32 first, u32 last, u32 *where, const char **why);

#endif
