/* SPDX-License-Identifier: Apache-2.0 */
/* earlycon= in Linux's syntax, and what is not. */
#include "boot/machine/earlycon.h"

#include "lib/errno.h"
#include "tests/unit/test.h"

static struct diag d;

static void assert_is(const char *bootargs, struct uart want)
{
	struct uart u;

	if (earlycon_parse(bootargs, &u, &d) != 1)
		fail_msg("\"%s\": %s", bootargs, d.text);
	if (u.kind != want.kind || u.base != want.base || u.shift != want.shift ||
	    u.width != want.width || u.big_endian != want.big_endian)
		fail_msg("\"%s\": kind %d at %#lx, shift %u, width %u, big-endian %d", bootargs,
			 u.kind, u.base, u.shift, u.width, u.big_endian);
}

static void an_8250_lies_as_the_keyword_says(void **state)
{
	(void)state;
	assert_is("earlycon=uart8250,0x3f8000", (struct uart){ UART_8250, 0x3f8000, 0, 1, false });
	assert_is("earlycon=uart8250,mmio,0xff1a0000",
		  (struct uart){ UART_8250, 0xff1a0000, 0, 1, false });
	assert_is("earlycon=uart8250,mmio16,0xff1a0000",
		  (struct uart){ UART_8250, 0xff1a0000, 1, 2, false });
	assert_is("earlycon=uart8250,mmio32,0xff1a0000",
		  (struct uart){ UART_8250, 0xff1a0000, 2, 4, false });
	assert_is("earlycon=ns16550a,mmio32native,0xFF1A0000",
		  (struct uart){ UART_8250, 0xff1a0000, 2, 4, false });
	assert_is("earlycon=uart,mmio32be,0X1000", (struct uart){ UART_8250, 0x1000, 2, 4, true });
}

static void some_names_say_more_than_the_keyword(void **state)
{
	(void)state;
	assert_is("earlycon=mtk8250,0x11002000",
		  (struct uart){ UART_8250, 0x11002000, 2, 4, false });
	assert_is("earlycon=omap8250,mmio,0x2800000",
		  (struct uart){ UART_8250, 0x2800000, 2, 1, false });
	assert_is("earlycon=omap8250,mmio32,0x2800000",
		  (struct uart){ UART_8250, 0x2800000, 2, 4, false });
	assert_is("earlycon=gs101,0x10a00000",
		  (struct uart){ UART_S5PV210, 0x10a00000, 0, 4, false });
	assert_is("earlycon=exynos4210,0x14c10000",
		  (struct uart){ UART_S5PV210, 0x14c10000, 0, 1, false });
	assert_is("earlycon=exynos4210,mmio32,0x14c10000",
		  (struct uart){ UART_S5PV210, 0x14c10000, 0, 4, false });
}

/* i.MX is little-endian, 0x10 behind the node's address; without a keyword it is big-endian. */
static void an_lpuart_is_where_the_address_says(void **state)
{
	(void)state;
	assert_is("earlycon=lpuart32,mmio32,0x5a060010",
		  (struct uart){ UART_LPUART, 0x5a060010, 0, 4, false });
	assert_is("earlycon=lpuart32,0x2950000",
		  (struct uart){ UART_LPUART, 0x2950000, 0, 4, true });
	assert_is("earlycon=lpuart32,mmio32be,0x2950000",
		  (struct uart){ UART_LPUART, 0x2950000, 0, 4, true });
}

static void the_others_have_an_address(void **state)
{
	static const struct { const char *name; enum uart_kind kind; } others[] = {
		{ "pl011", UART_PL011 },
		{ "cdns", UART_CADENCE },
		{ "ec_imx6q", UART_IMX },
		{ "ec_imx21", UART_IMX },
		{ "meson", UART_MESON },
		{ "qcom_geni", UART_GENI },
		{ "msm_geni_serial", UART_GENI },
		{ "msm_serial_dm", UART_MSM_DM },
		{ "scif", UART_SCIF },
		{ "hscif", UART_SCIF },
		{ "ar3700_uart", UART_MVEBU },
		{ "sprd_serial", UART_SPRD },
		{ "owl", UART_OWL },
		{ "linflex", UART_LINFLEX },
		{ "stm32", UART_STM32 },
	};
	char text[80];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
		snprintf(text, sizeof(text), "earlycon=%s,0x9000000", others[i].name);
		assert_is(text, (struct uart){ others[i].kind, 0x9000000, 0, 0, false });
	}
}

static void options_are_left_alone(void **state)
{
	(void)state;
	assert_is("earlycon=pl011,0x9000000,115200n8",
		  (struct uart){ UART_PL011, 0x9000000, 0, 0, false });
	assert_is("earlycon=uart8250,mmio32,0xff1a0000,1500000n8,24000000",
		  (struct uart){ UART_8250, 0xff1a0000, 2, 4, false });
	assert_is("earlycon=pl011,0x9000000,", (struct uart){ UART_PL011, 0x9000000, 0, 0, false });
}

static void it_is_one_of_many_parameters(void **state)
{
	const struct uart want = { UART_PL011, 0x9000000, 0, 0, false };

	(void)state;
	assert_is("verify earlycon=pl011,0x9000000 quiet", want);
	assert_is("  \tverify\tearlycon=pl011,0x9000000\n", want);
	assert_is("noearlycon=meson,0x1000 earlycon=pl011,0x9000000", want);
	/* As of every word the last is the one. */
	assert_is("earlycon=meson,0x1000 earlycon=pl011,0x9000000", want);
	assert_is("earlycon earlycon=pl011,0x9000000", want);
}

/* Without a value it is the one of stdout-path. */
static void there_may_be_none(void **state)
{
	static const char *const none[] = {
		"", " ", "earlycon", "earlycon=", "earlycon= verify", "earlyco", "verify",
		"xearlycon=pl011,0x9000000", "console=ttyAMA0,115200",
	};
	struct uart u;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(none); i++)
		if (earlycon_parse(none[i], &u, &d))
			fail_msg("\"%s\"", none[i]);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct { const char *args, *says; } wrong[] = {
		{ "earlycon=pl011", "\"\"" },
		{ "earlycon=pl011,", "\"\"" },
		{ "earlycon=pl011,mmio32", "\"\"" },
		{ "earlycon=pl011,mmio32,", "\"\"" },
		{ "earlycon=pl011,9000000", "\"9000000\"" },
		{ "earlycon=pl011,0x", "\"0x\"" },
		{ "earlycon=pl011,0x0", "\"0x0\"" },
		{ "earlycon=pl011,0x9000001", "a multiple of 4" },
		{ "earlycon=pl011,0x900g000", "\"0x900g000\"" },
		{ "earlycon=pl011,-0x9000000", "\"-0x9000000\"" },
		{ "earlycon=pl011,0x1000000000000", "\"0x1000000000000\"" },
		{ "earlycon=pl011,0x10000000009000000", "\"0x10000000009000000\"" },
		{ "earlycon=pl011, 0x9000000", "\"\"" },
		{ "earlycon=uart8250,io,0x3f8", "\"io\"" },
		{ "earlycon=uart8250,mmio64,0x3f8000", "\"mmio64\"" },
		{ "earlycon=uart8250,MMIO32,0x3f8000", "\"MMIO32\"" },
		{ "earlycon=pl01,0x9000000", "no UART of that name" },
		{ "earlycon=pl0111,0x9000000", "no UART of that name" },
		{ "earlycon=PL011,0x9000000", "no UART of that name" },
		{ "earlycon=,0x9000000", "no UART of that name" },
		{ "earlycon=0x9000000", "no UART of that name" },
		{ "earlycon=lpuart,0x9000000", "no UART of that name" },
	};
	struct uart u;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		d.text[0] = '\0';
		assert_int_equal(earlycon_parse(wrong[i].args, &u, &d), -EINVAL);
		if (!strstr(d.text, wrong[i].says) || strncmp(d.text, wrong[i].args, 9))
			fail_msg("%s: \"%s\" does not say %s", wrong[i].args, d.text,
				 wrong[i].says);
	}
}

/* A line that goes on and on is not repeated as a whole. */
static void a_long_one_is_cut(void **state)
{
	char text[4096];
	struct uart u;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "earlycon=", 9);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(earlycon_parse(text, &u, &d), -EINVAL);
	assert_non_null(strstr(d.text, "no UART of that name"));
	memcpy(text, "earlycon=pl011,", 15);
	assert_int_equal(earlycon_parse(text, &u, &d), -EINVAL);
	assert_non_null(strstr(d.text, "a multiple of 4"));
}

/* Whatever comes, no byte beyond the text is read and what is taken for a UART can be one. */
static void pieces_in_any_order_do_no_harm(void **state)
{
	static const char *const pieces[] = {
		"earlycon=", "earlycon", "pl011", "uart8250", "lpuart32", "mmio32", "mmio", ",",
		",,", "0x", "0x9000000", "ffffffffffffffff", "=", " ", "\t", "115200n8", "\x80",
	};
	static const char *const starts[] = { "", "earlycon=", "earlycon=pl011," };
	unsigned found = 0;
	struct uart u;

	(void)state;
	srand(1);
	for (unsigned run = 0; run < 200000; run++) {
		char text[160], *exact;
		size_t len = (size_t)sprintf(text, "%s", starts[run % ARRAY_SIZE(starts)]);
		int err;

		for (unsigned n = (unsigned)rand() % 9; n; n--)
			len += (size_t)sprintf(text + len, "%s",
					       pieces[(unsigned)rand() % ARRAY_SIZE(pieces)]);
		if (len && !(rand() % 4))
			text[(unsigned)rand() % len] = (char)rand();
		exact = strdup(text);		/* whose end the sanitizer watches */
		d.text[0] = '\0';
		err = earlycon_parse(exact, &u, &d);
		free(exact);
		assert_true(err == 0 || err == 1 || err == -EINVAL);
		if (err < 0)
			assert_true(d.text[0] != '\0');
		if (err != 1)
			continue;
		found++;
		assert_true(u.kind > UART_NONE && u.kind < UART_KINDS);
		assert_true(u.base && u.base % 4 == 0 && u.base >> 48 == 0);
		assert_true(u.shift <= 2 && u.width <= 4);
	}
	assert_true(found > 100);
}

int main(void)
{
#define TEST(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		TEST(an_8250_lies_as_the_keyword_says),
		TEST(some_names_say_more_than_the_keyword),
		TEST(an_lpuart_is_where_the_address_says),
		TEST(the_others_have_an_address),
		TEST(options_are_left_alone),
		TEST(it_is_one_of_many_parameters),
		TEST(there_may_be_none),
		TEST(what_is_wrong_is_named),
		TEST(a_long_one_is_cut),
		TEST(pieces_in_any_order_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
