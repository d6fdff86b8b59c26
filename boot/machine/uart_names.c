/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/uart_names.h"

#include <string.h>

static const struct {
	/* strings, each with its NUL, and an empty one: a list as in a device tree */
	const char *names;
	enum uart_kind kind;
	u8 shift, width;		/* where the tree does not say */
	bool big_endian;
	u8 offset;			/* of the registers that EL2 uses, in `reg` */
} names[] = {
	{ .names = "arm,pl011\0", .kind = UART_PL011 },
	{ .names = "arm,sbsa-uart\0", .kind = UART_SBSA },
	{
		.names = "ns16550a\0"
			 "ns16550\0"
			 "ns16450\0"
			 "ns16750\0"
			 "ns16850\0"
			 "ns8250\0"
			 "snps,dw-apb-uart\0"
			 "fsl,16550-FIFO64\0"
			 "brcm,bcm7271-uart\0"
			 "brcm,bcm7278-uart\0"
			 "marvell,armada-38x-uart\0"
			 "nuvoton,npcm845-uart\0"
			 "nuvoton,npcm750-uart\0"
			 "nvidia,tegra20-uart\0",
		.kind = UART_8250, .width = 1,
	},
	{
		/* of these a tree does not say how the registers lie */
		.names = "brcm,bcm2835-aux-uart\0"
			 "mediatek,mt6577-uart\0"
			 "mrvl,mmp-uart\0"
			 "mrvl,pxa-uart\0"
			 "socionext,uniphier-uart\0"
			 "ti,am654-uart\0",
		.kind = UART_8250, .shift = 2, .width = 4,
	},
	{
		.names = "cdns,uart-r1p12\0"
			 "cdns,uart-r1p8\0"
			 "xlnx,xuartps\0",
		.kind = UART_CADENCE,
	},
	{
		.names = "fsl,imx6q-uart\0"
			 "fsl,imx21-uart\0"
			 "fsl,imx8mp-uart\0"
			 "fsl,imx8mm-uart\0"
			 "fsl,imx8mq-uart\0"
			 "fsl,imx8mn-uart\0",
		.kind = UART_IMX,
	},
	{
		.names = "amlogic,meson-gx-uart\0"
			 "amlogic,meson-uart\0"
			 "amlogic,meson-ao-uart\0"
			 "amlogic,meson-a1-uart\0"
			 "amlogic,meson-g12a-uart\0"
			 "amlogic,meson-s4-uart\0",
		.kind = UART_MESON,
	},
	{
		.names = "qcom,geni-debug-uart\0"
			 "qcom,geni-uart\0",
		.kind = UART_GENI,
	},
	{ .names = "qcom,msm-uartdm\0", .kind = UART_MSM_DM },
	{
		/* i.MX has four registers before the others */
		.names = "fsl,imx7ulp-lpuart\0"
			 "fsl,imx8qxp-lpuart\0",
		.kind = UART_LPUART, .width = 4, .offset = 0x10,
	},
	{ .names = "fsl,ls1028a-lpuart\0", .kind = UART_LPUART, .width = 4 },
	{ .names = "fsl,ls1021a-lpuart\0", .kind = UART_LPUART, .width = 4, .big_endian = true },
	{
		.names = "renesas,scif\0"
			 "renesas,hscif\0",
		.kind = UART_SCIF,
	},
	{
		.names = "renesas,scif-r9a07g044\0"
			 "renesas,scif-r9a09g057\0",
		.kind = UART_RZ_SCIFA,
	},
	{ .names = "renesas,em-uart\0", .kind = UART_EM },
	{ .names = "marvell,armada-3700-uart\0", .kind = UART_MVEBU },
	{ .names = "marvell,armada-3700-uart-ext\0", .kind = UART_MVEBU_EXT },
	{
		.names = "samsung,exynos4210-uart\0"
			 "samsung,exynos5433-uart\0"
			 "samsung,exynos850-uart\0"
			 "samsung,exynos8895-uart\0"
			 "axis,artpec8-uart\0",
		.kind = UART_S5PV210, .width = 1,
	},
	{ .names = "google,gs101-uart\0", .kind = UART_S5PV210, .width = 4 },
	{ .names = "sprd,sc9836-uart\0", .kind = UART_SPRD },
	{ .names = "actions,owl-uart\0", .kind = UART_OWL },
	{ .names = "fsl,s32v234-linflexuart\0", .kind = UART_LINFLEX },
	{ .names = "st,stm32h7-uart\0", .kind = UART_STM32 },
};

static bool is_width(u64 bytes)
{
	return bytes == 1 || bytes == 2 || bytes == 4;
}

bool uart_match(const char *compatible, u64 base, u64 reg_shift, u64 io_width, struct uart *u)
{
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		for (const char *c = names[i].names; *c; c += strlen(c) + 1) {
			if (*c != *compatible || strcmp(c, compatible))
				continue;
			*u = (struct uart){
				.kind = names[i].kind,
				.base = base + names[i].offset,
				.shift = names[i].shift,
				.width = names[i].width,
				.big_endian = names[i].big_endian,
			};
			if (u->kind == UART_8250 && reg_shift && reg_shift <= 4)
				u->shift = (u8)reg_shift;
			if ((u->kind == UART_8250 || u->kind == UART_S5PV210) && is_width(io_width))
				u->width = (u8)io_width;
			return true;
		}
	return false;
}
