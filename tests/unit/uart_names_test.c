/* SPDX-License-Identifier: Apache-2.0 */
/* What a device tree says of a UART, and where its registers are then. */
#include "boot/machine/uart_names.h"
#include "tests/unit/test.h"

#define BASE	0x5a060000ul

static void assert_match(const char *compatible, u64 shift, u64 width, struct uart want)
{
	struct uart u;

	if (!uart_match(compatible, BASE, shift, width, &u))
		fail_msg("%s: not known", compatible);
	if (u.kind != want.kind || u.base != want.base || u.shift != want.shift ||
	    u.width != want.width || u.big_endian != want.big_endian)
		fail_msg("%s: kind %d at %#lx, shift %u, width %u, big-endian %d", compatible,
			 u.kind, u.base, u.shift, u.width, u.big_endian);
}

static void an_8250_lies_as_the_tree_says(void **state)
{
	(void)state;
	assert_match("ns16550a", 0, 0, (struct uart){ UART_8250, BASE, 0, 1, false });
	assert_match("snps,dw-apb-uart", 2, 4, (struct uart){ UART_8250, BASE, 2, 4, false });
	assert_match("snps,dw-apb-uart", 2, 0, (struct uart){ UART_8250, BASE, 2, 1, false });
	assert_match("ns16550", 1, 2, (struct uart){ UART_8250, BASE, 1, 2, false });
	/* What no access can be is not said. */
	assert_match("ns16550", 64, 3, (struct uart){ UART_8250, BASE, 0, 1, false });
}

static void some_8250s_lie_as_their_makers_say(void **state)
{
	(void)state;
	assert_match("mediatek,mt6577-uart", 0, 0, (struct uart){ UART_8250, BASE, 2, 4, false });
	assert_match("ti,am654-uart", 0, 0, (struct uart){ UART_8250, BASE, 2, 4, false });
	assert_match("brcm,bcm2835-aux-uart", 0, 1, (struct uart){ UART_8250, BASE, 2, 1, false });
}

static void lpuarts_differ_in_place_and_byte_order(void **state)
{
	(void)state;
	assert_match("fsl,imx8qxp-lpuart", 0, 0,
		     (struct uart){ UART_LPUART, BASE + 0x10, 0, 4, false });
	assert_match("fsl,imx7ulp-lpuart", 0, 0,
		     (struct uart){ UART_LPUART, BASE + 0x10, 0, 4, false });
	assert_match("fsl,ls1028a-lpuart", 0, 0, (struct uart){ UART_LPUART, BASE, 0, 4, false });
	assert_match("fsl,ls1021a-lpuart", 0, 0, (struct uart){ UART_LPUART, BASE, 0, 4, true });
}

static void an_exynos_has_the_width_of_the_tree(void **state)
{
	(void)state;
	assert_match("samsung,exynos850-uart", 0, 0,
		     (struct uart){ UART_S5PV210, BASE, 0, 1, false });
	assert_match("samsung,exynos850-uart", 2, 4,
		     (struct uart){ UART_S5PV210, BASE, 0, 4, false });
	assert_match("google,gs101-uart", 0, 0, (struct uart){ UART_S5PV210, BASE, 0, 4, false });
}

static void of_the_others_the_kind_says_it_all(void **state)
{
	static const struct { const char *name; enum uart_kind kind; } others[] = {
		{ "arm,pl011", UART_PL011 },
		{ "arm,sbsa-uart", UART_SBSA },
		{ "cdns,uart-r1p12", UART_CADENCE },
		{ "fsl,imx6q-uart", UART_IMX },
		{ "amlogic,meson-a1-uart", UART_MESON },
		{ "qcom,geni-debug-uart", UART_GENI },
		{ "qcom,geni-uart", UART_GENI },
		{ "qcom,msm-uartdm", UART_MSM_DM },
		{ "renesas,scif", UART_SCIF },
		{ "renesas,hscif", UART_SCIF },
		{ "renesas,scif-r9a07g044", UART_RZ_SCIFA },
		{ "renesas,scif-r9a09g057", UART_RZ_SCIFA },
		{ "renesas,em-uart", UART_EM },
		{ "marvell,armada-3700-uart", UART_MVEBU },
		{ "marvell,armada-3700-uart-ext", UART_MVEBU_EXT },
		{ "sprd,sc9836-uart", UART_SPRD },
		{ "actions,owl-uart", UART_OWL },
		{ "fsl,s32v234-linflexuart", UART_LINFLEX },
		{ "st,stm32h7-uart", UART_STM32 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(others); i++)
		assert_match(others[i].name, 2, 2,
			     (struct uart){ others[i].kind, BASE, 0, 0, false });
}

static void what_is_no_uart_is_none(void **state)
{
	static const char *const names[] = { "", "arm,pl01", "arm,pl0111", "qcom,geni" };
	struct uart u;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		assert_false(uart_match(names[i], BASE, 0, 0, &u));
}

int main(void)
{
#define TEST(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		TEST(an_8250_lies_as_the_tree_says),
		TEST(some_8250s_lie_as_their_makers_say),
		TEST(lpuarts_differ_in_place_and_byte_order),
		TEST(an_exynos_has_the_width_of_the_tree),
		TEST(of_the_others_the_kind_says_it_all),
		TEST(what_is_no_uart_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
