/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/earlycon.h"

#include <string.h>

#include "boot/machine/cmdline.h"
#include "lib/errno.h"

#define MAX_ADDRESS	GENMASK(47, 0)

/* A part of the command line. */
struct text {
	const char *at;
	size_t len;
};

/* What Linux's drivers call themselves here. */
static const struct name {
	const char *name;
	enum uart_kind kind;
	u8 shift, width;		/* at least, whatever the keyword says */
	bool big_endian;		/* unless the keyword says 32 bits */
} names[] = {
	{ "uart8250", UART_8250, 0, 1, false },
	{ "uart", UART_8250, 0, 1, false },
	{ "ns16550", UART_8250, 0, 1, false },
	{ "ns16550a", UART_8250, 0, 1, false },
	{ "omap8250", UART_8250, 2, 1, false },
	{ "mtk8250", UART_8250, 2, 4, false },
	{ "bcm2835aux", UART_8250, 2, 4, false },
	{ "uniphier", UART_8250, 2, 4, false },
	{ "pl011", UART_PL011, 0, 0, false },
	{ "cdns", UART_CADENCE, 0, 0, false },
	{ "ec_imx6q", UART_IMX, 0, 0, false },
	{ "ec_imx21", UART_IMX, 0, 0, false },
	{ "meson", UART_MESON, 0, 0, false },
	{ "qcom_geni", UART_GENI, 0, 0, false },
	{ "msm_geni_serial", UART_GENI, 0, 0, false },	/* in kernels of the maker's */
	{ "msm_serial_dm", UART_MSM_DM, 0, 0, false },
	{ "lpuart32", UART_LPUART, 0, 4, true },
	{ "scif", UART_SCIF, 0, 0, false },
	{ "hscif", UART_SCIF, 0, 0, false },
	{ "ar3700_uart", UART_MVEBU, 0, 0, false },
	{ "s5pv210", UART_S5PV210, 0, 1, false },
	{ "exynos4210", UART_S5PV210, 0, 1, false },
	{ "artpec8", UART_S5PV210, 0, 1, false },
	{ "gs101", UART_S5PV210, 0, 4, false },
	{ "sprd_serial", UART_SPRD, 0, 0, false },
	{ "owl", UART_OWL, 0, 0, false },
	{ "linflex", UART_LINFLEX, 0, 0, false },
	{ "stm32", UART_STM32, 0, 0, false },
};

/* How the registers of an 8250 lie. */
static const struct keyword {
	const char *name;
	u8 shift, width;
	bool big_endian;
} keywords[] = {
	{ "mmio", 0, 1, false },
	{ "mmio16", 1, 2, false },
	{ "mmio32", 2, 4, false },
	{ "mmio32native", 2, 4, false },
	{ "mmio32be", 2, 4, true },
};

static bool is(struct text t, const char *name)
{
	return t.len == strlen(name) && !strncmp(t.at, name, t.len);
}

static const struct name *find_name(struct text t)
{
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (is(t, names[i].name))
			return &names[i];
	return NULL;
}

static const struct keyword *find_keyword(struct text t)
{
	for (unsigned i = 0; i < ARRAY_SIZE(keywords); i++)
		if (is(t, keywords[i].name))
			return &keywords[i];
	return NULL;
}

/* Takes what stands before the next comma off @t, with the comma. */
static struct text next(struct text *t)
{
	struct text part = { t->at, 0 };

	while (part.len < t->len && t->at[part.len] != ',')
		part.len++;
	t->at += MIN(part.len + 1, t->len);
	t->len -= MIN(part.len + 1, t->len);
	return part;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False: it is no 0x number of 64 bits. */
static bool read_address(struct text t, u64 *val)
{
	*val = 0;
	if (t.len < 3 || t.at[0] != '0' || (t.at[1] | 0x20) != 'x')
		return false;
	for (size_t i = 2; i < t.len; i++) {
		int n = digit(t.at[i]);

		if (n < 0 || *val >> 60)
			return false;
		*val = *val << 4 | (u64)n;
	}
	return true;
}

int earlycon_parse(const char *bootargs, struct uart *u, struct diag *d)
{
	const struct keyword *k;
	const struct name *n;
	struct text value, rest, part;

	value.at = cmdline_find(bootargs, CMDLINE_EARLYCON, &value.len);
	if (!value.at || !value.len)
		return 0;
	rest = value;
	n = find_name(next(&rest));
	if (!n)
		return fail(d, -EINVAL,
			    "earlycon=%.*s: Mavis knows no UART of that name; docs/boards.md has the names",
			    (int)MIN(value.len, 80), value.at);
	part = next(&rest);
	k = find_keyword(part);
	if (k)
		part = next(&rest);
	*u = (struct uart){ .kind = n->kind, .width = n->width, .big_endian = n->big_endian };
	if (!read_address(part, &u->base) || !u->base || u->base > MAX_ADDRESS ||
	    !IS_ALIGNED(u->base, 4))
		return fail(d, -EINVAL,
			    "earlycon=%.*s: \"%.*s\" is no address of a UART: write %s,0x... or %s,mmio32,0x..., a multiple of 4",
			    (int)MIN(value.len, 80), value.at, (int)MIN(part.len, 40), part.at,
			    n->name, n->name);
	if (n->kind == UART_8250)
		u->shift = MAX(n->shift, k ? k->shift : 0);
	if (k) {
		u->width = MAX(n->width, k->width);
		u->big_endian = k->big_endian || (n->big_endian && k->width != 4);
	}
	return 1;
}
