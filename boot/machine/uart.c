/* SPDX-License-Identifier: Apache-2.0 */
/* Which UART the console is. */
#include "boot/machine/parts.h"
#include "boot/machine/uart_names.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What stdout-path says: the characters of a path or alias, and the options after the colon. */
struct stdout_path {
	const char *path;
	size_t len;
	u32 baud;
};

/* Options are as the kernel's: "115200n8". */
static void parse_options(struct stdout_path *out, const char *s)
{
	unsigned long baud = *s >= '0' && *s <= '9' ? strtoul(s, NULL, 10) : 0;

	if (baud <= UINT_MAX)
		out->baud = (u32)baud;
}

static const char *said(const struct dt_walk *chosen)
{
	const char *s = dt_string(dt_prop(chosen, "stdout-path"));

	return s ? s : dt_string(dt_prop(chosen, "linux,stdout-path"));
}

/* @s: what /chosen says, or NULL; @aliases: offset of that node, or -1. */
static struct stdout_path parse(const char *s, const void *fdt, int aliases)
{
	struct stdout_path out = { s, 0, 0 };
	int len;

	if (!s)
		return out;
	while (s[out.len] && s[out.len] != ':')
		out.len++;
	if (s[out.len])
		parse_options(&out, s + out.len + 1);
	if (*s != '/') {
		const u8 *to = fdt_getprop_namelen(fdt, aliases, s, (int)out.len, &len);

		out.path = dt_string((struct dt_prop){ to, (u32)len });
		out.len = out.path ? strlen(out.path) : 0;
	}
	return out;
}

static u64 number(const struct dt_walk *w, const char *name, u64 max)
{
	u64 val;

	return dt_number(dt_prop(w, name), &val) && val <= max ? val : 0;
}

/* The first string of `compatible` that a driver knows, or NULL. */
static const char *find_driver(const struct dt_walk *w)
{
	const char *s = NULL;
	struct uart ignored;

	do
		s = dt_next_string(w->prop[DT_COMPATIBLE], s);
	while (s && !uart_match(s, 0, 0, 0, &ignored));
	return s;
}

/*
 * False: the node is no UART that can be used. An access that is not aligned would be EL2's own
 * fault.
 */
static bool read_node(struct host_uart *uart, const struct dt_walk *w)
{
	const char *s = find_driver(w);
	struct diag ignored;
	struct range reg;

	if (!s || !dt_enabled(w) || !dt_reg_count(w) || dt_reg(w, 0, &reg, &ignored) <= 0 ||
	    !IS_ALIGNED(reg.base, 4))
		return false;
	uart_match(s, reg.base, number(w, "reg-shift", 4), number(w, "reg-io-width", 4),
		   &uart->uart);
	uart->found = true;
	uart->range = reg;
	format(uart->compatible, sizeof(uart->compatible), "%s", s);
	dt_path(w, uart->path, sizeof(uart->path));
	uart->clock = (u32)number(w, "clock-frequency", UINT_MAX);
	uart->baud = (u32)number(w, "current-speed", UINT_MAX);
	return true;
}

static bool same(struct dt_prop a, struct dt_prop b)
{
	return a.data && b.data && a.len == b.len && !memcmp(a.data, b.data, a.len);
}

/* Most of the time it is the first that there is, and no other walk is needed. */
static void read_named(struct host_uart *uart, const void *fdt, const struct stdout_path *out)
{
	bool wanted = !strncmp(uart->path, out->path, out->len) && !uart->path[out->len];
	struct dt_walk w;

	dt_walk(&w, fdt);
	while (!wanted && dt_next(&w))
		wanted = dt_path_is(&w, out->path, out->len) && read_node(uart, &w);
	if (!wanted)
		return;
	uart->guessed = false;
	if (out->baud)
		uart->baud = out->baud;
}

/*
 * What a device is wired to, such as a Bluetooth chip, is no guess; nor is what stands on a bus
 * that is off: an access there may never end.
 */
const char *host_read_uart(const void *fdt, struct host_uart *uart)
{
	const char *chosen = NULL, *args = NULL;
	struct stdout_path out;
	struct dt_walk w;
	struct dt_prop other = { NULL, 0 };	/* no driver knows it; many stand in a row */
	int aliases = -1;
	int below = 0;			/* depth of the guess while the walk is below it */

	memset(uart, 0, sizeof(*uart));
	dt_walk(&w, fdt);
	while (dt_next(&w)) {
		below = w.depth > below ? below : 0;
		if (below && w.prop[DT_COMPATIBLE].data) {
			memset(uart, 0, sizeof(*uart));
		} else if (dt_at(&w, "chosen")) {
			chosen = chosen ? chosen : said(&w);
			args = args ? args : dt_string(dt_prop(&w, "bootargs"));
		} else if (dt_at(&w, "aliases")) {
			aliases = w.node;
		} else if (uart->found || dt_is_off(&w) || same(w.prop[DT_COMPATIBLE], other)) {
			continue;
		} else if (!find_driver(&w)) {
			other = w.prop[DT_COMPATIBLE];
		} else if (read_node(uart, &w)) {
			below = w.depth;
		}
	}
	uart->guessed = uart->found;

	out = parse(chosen, fdt, aliases);
	if (out.len)
		read_named(uart, fdt, &out);
	return args ? args : "";
}
