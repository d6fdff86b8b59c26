/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/callers.h"

#include <string.h>

#include "boot/machine/fdt.h"
#include "hyp/calls.h"

/* What Linux's drivers call, and what those that are here for U-Boot and EDK2 do. */
const struct caller_info caller_info[CALLER_NR_KINDS] = {
	[CALLER_ZYNQMP] = { CALLER_NO_MEMORY, false, -1,
		"start CPUs at any address, have CSU and PMU read and write any memory and register" },
	[CALLER_ZYNQMP_IPI] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_VERSAL] = { CALLER_NO_MEMORY, false, -1,
		"start CPUs at any address, have the PLM read and write any memory and register" },
	[CALLER_SCMI] = { CALLER_SHMEM, true, -1, "" },
	[CALLER_SCMI_PARAM] = { CALLER_NO_MEMORY, true, -1,
		"name the memory of their message in registers" },
	[CALLER_OPTEE] = { CALLER_ANSWERED, false, -1,
		"have OP-TEE read and write any memory that is not secure" },
	[CALLER_SCM] = { CALLER_NO_MEMORY, false, -1,
		"give memory away for good, start cores at any address, write to any register" },
	[CALLER_AMLOGIC] = { CALLER_ANSWERED, false, 0, "" },
	[CALLER_IMX_SOC] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_IMX_DDRC] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_IMX_M_CORE] = { CALLER_NO_MEMORY, false, -1,
		"start a core that no stage 2 confines" },
	[CALLER_IMX_SRTC] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_IMX_OTP] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_IMX_CPUFREQ] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_IMX_DSP] = { CALLER_NO_MEMORY, false, -1, "give a DSP the right to all memory" },
	[CALLER_RK3399_DDR] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_CP110] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_MTK_DP] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_MTK_DVFSRC] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_MTK_HDMI] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_MTK_IOMMU] = { CALLER_NO_MEMORY, false, -1, "take devices out of their IOMMU" },
	[CALLER_MTK_UFS] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_SMC_WDT] = { CALLER_NO_MEMORY, true, -1, "" },
	[CALLER_TEGRA_PMC] = { CALLER_NO_MEMORY, false, -1,
		"say where CPUs start after suspend, and reset them" },
	[CALLER_TEGRA_ARI] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_GS101_PMU] = { CALLER_NO_MEMORY, false, -1,
		"write to registers of power and reset by address" },
	[CALLER_GS101_UFS] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_EXYNOS_TRNG] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_SOCFPGA] = { CALLER_NO_MEMORY, false, -1,
		"have the SDM read and write any memory, and write to registers by address" },
	[CALLER_SOCFPGA_SYSMGR] = { CALLER_NO_MEMORY, false, -1,
		"write to registers by address" },
	[CALLER_SPRD_UFS] = { CALLER_NO_MEMORY, false, -1, "" },
	[CALLER_KEEMBAY_WDT] = { CALLER_NO_MEMORY, false, -1, "" },
};

#define IDS(kind, class, first, last)	{ first, last, 0, 0, 0, CALLER_##kind, CALL_##class }
#define ID(kind, class, id)		IDS(kind, class, id, id)
#define ARG(kind, class, id, shift, first, last) \
	{ id, id, first, last, shift, CALLER_##kind, CALL_##class }

/*
 * The first row that fits decides. Of Xilinx's: 0xc2000000 and the number of EEMI. 0x11 resets what
 * x1 says, 0x22 is IOCTL with its number in x1[63:32]; those from 0xa00 are TF-A's own. Linux
 * panics where one answer is had and another refused, so all that its start needs is plain.
 */
const struct caller_ids caller_ids[] = {
	ARG(ZYNQMP, NEVER, 0xc2000011, 0, 1017, 1026),	/* the CPUs, their L2, DDR */
	ARG(ZYNQMP, NEVER, 0xc2000011, 0, 1028, 1028),	/* the whole of it */
	ARG(ZYNQMP, NEVER, 0xc2000011, 0, 1057, 1057),	/* OCM, where TF-A is */
	ARG(ZYNQMP, NEVER, 0xc2000011, 0, 1065, 1065),	/* IPI, by which TF-A speaks */
	ARG(ZYNQMP, NEVER, 0xc2000011, 0, 1071, 1071),	/* FPD, the CPUs' half */
	ARG(ZYNQMP, TRUSTED, 0xc2000022, 32, 1, 3),	/* the R5 cores, their start, TCM */
	ID(ZYNQMP, PLAIN, 0xc2000001),			/* version */
	IDS(ZYNQMP, PLAIN, 0xc2000003, 0xc2000005),	/* status of nodes, notifications */
	ID(ZYNQMP, PLAIN, 0xc2000009),
	IDS(ZYNQMP, PLAIN, 0xc200000b, 0xc2000012),	/* wake-up, shutdown, nodes, resets */
	ID(ZYNQMP, PLAIN, 0xc2000015),			/* all is started */
	IDS(ZYNQMP, PLAIN, 0xc2000017, 0xc2000018),	/* status of the FPGA, chip id */
	IDS(ZYNQMP, PLAIN, 0xc200001c, 0xc200002c),	/* pins, IOCTL, queries, clocks */
	IDS(ZYNQMP, PLAIN, 0xc2000030, 0xc2000033),	/* PLLs */
	ID(ZYNQMP, PLAIN, 0xc200003f),			/* what there is */
	IDS(ZYNQMP, PLAIN, 0xc2000a00, 0xc2000a05),
	IDS(ZYNQMP, TRUSTED, 0xc2000000, 0xc2000fff),

	IDS(ZYNQMP_IPI, PLAIN, 0x82001000, 0x82001006),

	IDS(VERSAL, TRUSTED, 0xc2000000, 0xc200ffff),

	/*
	 * 0d and 0e are a hypervisor's. Of the rest the config of the shared memory, 7, and with it
	 * all calls, is checked where OP-TEE has no other.
	 */
	IDS(OPTEE, NEVER, 0xb200000d, 0xb200000e),
	IDS(OPTEE, CHECKED, 0xb2000000, 0xb2000014),
	IDS(OPTEE, CHECKED, 0x32000003, 0x32000004),
	IDS(OPTEE, CHECKED, 0x32000012, 0x32000013),
	IDS(OPTEE, PLAIN, 0xbf00ff00, 0xbf00ff03),

	/* Services in [15:8], 6 is INFO: whether a call exists. 1 resumes what was interrupted. */
	ID(SCM, PLAIN, 0xc2000601),
	ID(SCM, PLAIN, 0x82000601),
	ID(SCM, PLAIN, 0x42000601),
	ID(SCM, PLAIN, 0x02000601),
	ID(SCM, PLAIN, 0x42002402),			/* which of those that wait may go on */
	ID(SCM, PLAIN, 0x00000001),
	IDS(SCM, TRUSTED, 0xc2000000, 0xc200ffff),
	IDS(SCM, TRUSTED, 0x82000000, 0x8200ffff),
	IDS(SCM, TRUSTED, 0x42000000, 0x4200ffff),
	IDS(SCM, TRUSTED, 0x02000000, 0x0200ffff),
	IDS(SCM, TRUSTED, 0x72000000, 0x7200ffff),
	IDS(SCM, TRUSTED, 0x70000000, 0x7000ffff),

	/* 20 and 21 answer with the page for what is given, and for what is returned. */
	IDS(AMLOGIC, CHECKED, 0x82000020, 0x82000021),
	IDS(AMLOGIC, CHECKED, 0x82000030, 0x82000033),	/* fuses, by these pages */
	IDS(AMLOGIC, CHECKED, 0x82000044, 0x82000044),	/* chip id, likewise */
	IDS(AMLOGIC, PLAIN, 0x82000093, 0x82000095),	/* power domains */

	ID(IMX_SOC, PLAIN, 0xc2000006),
	ID(IMX_DDRC, PLAIN, 0xc2000004),
	ID(IMX_M_CORE, TRUSTED, 0xc2000005),
	ID(IMX_SRTC, PLAIN, 0xc2000002),
	ID(IMX_OTP, PLAIN, 0xc200000b),
	ID(IMX_CPUFREQ, PLAIN, 0xc2000001),
	ID(IMX_DSP, TRUSTED, 0xc200000e),
	ID(RK3399_DDR, PLAIN, 0x82000008),
	IDS(CP110, PLAIN, 0x82000001, 0x82000002),
	ID(MTK_DP, PLAIN, 0xc2000523),			/* the picture on and off */
	ID(MTK_DVFSRC, PLAIN, 0xc2000506),
	ID(MTK_HDMI, PLAIN, 0x82000001),		/* a register: TF-A knows one */
	ID(MTK_IOMMU, TRUSTED, 0xc2000514),
	ID(MTK_UFS, PLAIN, 0xc2000276),
	ID(TEGRA_PMC, TRUSTED, 0xc2fffe00),
	ID(TEGRA_ARI, PLAIN, 0xc2ffff0c),
	ID(GS101_PMU, TRUSTED, 0x82000504),
	IDS(GS101_UFS, PLAIN, 0xc2001810, 0xc2001860),
	ID(EXYNOS_TRNG, PLAIN, 0x82001012),
	IDS(SOCFPGA, TRUSTED, 0xc2000001, 0xc2000200),
	ID(SOCFPGA, TRUSTED, 0x42000002),
	IDS(SOCFPGA, TRUSTED, 0x4200005b, 0x4200005e),
	IDS(SOCFPGA_SYSMGR, TRUSTED, 0xc2000007, 0xc2000008),
	ID(SPRD_UFS, PLAIN, 0x82000301),
	ID(KEEMBAY_WDT, PLAIN, 0x8200ff18),
};

const unsigned nr_caller_ids = ARRAY_SIZE(caller_ids);

static const struct {
	char compatible[31];		/* all of it, or (`prefix`) how it begins */
	bool prefix;
	u8 kind;
} names[] = {
	{ "amlogic,meson-gxbb-sm",	false,	CALLER_AMLOGIC },
	{ "altr,sys-mgr-s10",		false,	CALLER_SOCFPGA_SYSMGR },
	{ "arm,scmi-smc",		false,	CALLER_SCMI },
	{ "arm,scmi-smc-param",		false,	CALLER_SCMI_PARAM },
	{ "arm,smc-wdt",		false,	CALLER_SMC_WDT },
	{ "fsl,imx-sc-wdt",		false,	CALLER_IMX_SRTC },
	{ "fsl,imx8m-ddrc",		false,	CALLER_IMX_DDRC },
	{ "fsl,imx8mn-cm7",		false,	CALLER_IMX_M_CORE },
	{ "fsl,imx8mp-cm7",		false,	CALLER_IMX_M_CORE },
	{ "fsl,imx8mq",			false,	CALLER_IMX_SOC },
	{ "fsl,imx8qm-scu-ocotp",	false,	CALLER_IMX_OTP },
	{ "fsl,imx8qxp-sc-rtc",		false,	CALLER_IMX_SRTC },
	{ "fsl,imx8qxp-scu-ocotp",	false,	CALLER_IMX_OTP },
	{ "fsl,imx8ulp-hifi4",		false,	CALLER_IMX_DSP },
	{ "fsl,imx93-cm33",		false,	CALLER_IMX_M_CORE },
	{ "fsl,scu-clk",		false,	CALLER_IMX_CPUFREQ },
	{ "google,gs101-pmu",		false,	CALLER_GS101_PMU },
	{ "google,gs101-ufs",		false,	CALLER_GS101_UFS },
	{ "intel,agilex-svc",		false,	CALLER_SOCFPGA },
	{ "intel,keembay-wdt",		false,	CALLER_KEEMBAY_WDT },
	{ "intel,stratix10-svc",	false,	CALLER_SOCFPGA },
	{ "linaro,optee-tz",		false,	CALLER_OPTEE },
	{ "marvell,comphy-cp110",	false,	CALLER_CP110 },
	{ "mediatek,mt8173-hdmi",	false,	CALLER_MTK_HDMI },
	{ "mediatek,mt8183-dvfsrc",	false,	CALLER_MTK_DVFSRC },
	{ "mediatek,mt8183-ufshci",	false,	CALLER_MTK_UFS },
	{ "mediatek,mt8188-dp-tx",	false,	CALLER_MTK_DP },
	{ "mediatek,mt8188-edp-tx",	false,	CALLER_MTK_DP },
	{ "mediatek,mt8188-iommu-infra", false,	CALLER_MTK_IOMMU },
	{ "mediatek,mt8188-smi-larb",	false,	CALLER_MTK_IOMMU },
	{ "mediatek,mt8195-dp-tx",	false,	CALLER_MTK_DP },
	{ "mediatek,mt8195-dvfsrc",	false,	CALLER_MTK_DVFSRC },
	{ "mediatek,mt8195-edp-tx",	false,	CALLER_MTK_DP },
	{ "nvidia,tegra186",		false,	CALLER_TEGRA_ARI },
	{ "nvidia,tegra210-pmc",	false,	CALLER_TEGRA_PMC },
	{ "qcom,scm",			true,	CALLER_SCM },
	{ "qcom,scmi-smc",		false,	CALLER_SCMI },
	{ "rockchip,rk3399-cru",	false,	CALLER_RK3399_DDR },
	{ "rockchip,rk3399-dmc",	false,	CALLER_RK3399_DDR },
	{ "samsung,exynos850-trng",	false,	CALLER_EXYNOS_TRNG },
	{ "sprd,ums9620-ufs",		false,	CALLER_SPRD_UFS },
	{ "xlnx,versal-firmware",	false,	CALLER_VERSAL },
	{ "xlnx,zynqmp-firmware",	false,	CALLER_ZYNQMP },
	{ "xlnx,zynqmp-ipi-mailbox",	false,	CALLER_ZYNQMP_IPI },
};

/* "qcom,scmi-smc" begins like "qcom,scm", but goes on without a dash. */
static bool is(const char *s, const char *name, bool prefix)
{
	size_t len = strlen(name);

	return prefix ? !strncmp(s, name, len) && (!s[len] || s[len] == '-') : !strcmp(s, name);
}

enum caller_kind caller_kind(const struct dt_walk *w)
{
	const char *s = NULL;

	while ((s = dt_next_string(w->prop[DT_COMPATIBLE], s)))
		for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
			if (*s == names[i].compatible[0] &&
			    is(s, names[i].compatible, names[i].prefix))
				return names[i].kind;
	return CALLER_NR_KINDS;
}

u32 caller_default_id(enum caller_kind kind)
{
	return kind == CALLER_SMC_WDT ? 0x82003d06 : 0;
}

static const struct {
	u32 first, last;
	bool both;		/* also with bit 30, in the 64-bit convention */
	char name[8];		/* "": Mavis answers, or kernels ask it of anyone */
	const char *why;
} nobodys[] = {
	{ 0x80000000, 0x81ffffff, true, "", "is Arm's architecture service, which Mavis answers" },
	{ 0x84000000, 0x8400001f, true, "", "is PSCI, which Mavis answers" },
	{ 0x84000020, 0x8400003f, true, "SDEI",
	  "is SDEI: EL3 would enter EL2 where the guest says" },
	{ 0x84000040, 0x8400004f, true, "MM", "is of the management mode, which takes addresses" },
	{ 0x84000050, 0x8400005f, true, "", "is TRNG, which Mavis answers" },
	{ 0x84000060, 0x840000ef, true, "FF-A",
	  "is FF-A, by which memory is shared and given away" },
	{ 0x85000000, 0x86ffffff, true, "", "is a hypervisor's service" },
	{ 0xb200000d, 0xb200000e, false, "OP-TEE", "is a hypervisor's call of OP-TEE" },
	{ 0xbf000002, 0xbf000002, false, "OP-TEE", "loads an image of OP-TEE" },
	{ 0x82000020, 0x82000020, false, "Arm", "is Arm's switch of the execution state" },
	{ 0xc20000fd, 0xc20000fd, false, "i.MX", "enters a kernel at an address on i.MX" },
};

/* Each row twice: the second time in the 64-bit convention, or, if it is not of both, nameless. */
bool call_nobodys(unsigned i, struct call_nobodys *out)
{
	bool again = i & 1;
	u32 wide;

	if (i >= 2 * ARRAY_SIZE(nobodys))
		return false;
	i /= 2;
	wide = again && nobodys[i].both ? (u32)BIT(30) : 0;
	*out = (struct call_nobodys){ nobodys[i].first | wide, nobodys[i].last | wide,
				      again && !wide ? "" : nobodys[i].name, nobodys[i].why };
	return true;
}

bool call_is_nobodys(u32 first, u32 last, u32 *where, const char **why)
{
	struct call_nobodys n;
	u32 hint = 0;

	for (unsigned i = 0; call_nobodys(i / 2, &n); i++, hint ^= CALLS_HINT) {
		if ((n.first | hint) > last || (n.last | hint) < first)
			continue;
		*where = MAX(n.first | hint, first);
		*why = n.why;
		return true;
	}
	return false;
}
