/* SPDX-License-Identifier: Apache-2.0 */
/* Which UART the console is. */
#include "boot/machine/parts.h"
#include "drivers/uart.h"
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

static void read_stdout(const void *fdt, struct stdout_path *out)
{
	const char *said = NULL, *alias;
	int aliases = -1;
	struct dt_walk w;

	*out = (struct stdout_path){ NULL, 0, 0 };
	dt_walk(&w, fdt);
	while ((!said || aliases < 0) && dt_next(&w)) {
		if (dt_at(&w, "chosen")) {
			said = dt_string(dt_prop(&w, "stdout-path"));
			if (!said)
				said = dt_string(dt_prop(&w, "linux,stdout-path"));
		} else if (dt_at(&w, "aliases")) {
			aliases = w.node;
		}
	}
	if (!said)
		return;

	out->path = said;
	while (said[out->len] && said[out->len] != ':')
		out->len++;
	if (said[out->len])
		parse_options(out, said + out->len + 1);
	if (*said != '/' && aliases >= 0) {
		alias = dt_string(dt_prop_of(fdt, aliases, said, out->len));
		out->path = alias;
		out->len = alias ? strlen(alias) : 0;
	}
}

/* The first of the node's compatible strings that a driver knows. */
static const char *known(const struct dt_walk *w)
{
	const char *s = NULL;

	while ((s = dt_next_string(w->prop[DT_COMPATIBLE], s)))
		if (uart_match(s))
			return s;
	return NULL;
}

static u64 number(const struct dt_walk *w, const char *name, u64 max)
{
	u64 val;

	return dt_number(dt_prop(w, name), &val) && val <= max ? val : 0;
}

static void read_node(struct host_uart *uart, const struct dt_walk *w, const char *compatible,
		      struct range reg)
{
	uart->found = true;
	uart->range = reg;
	format(uart->compatible, sizeof(uart->compatible), "%s", compatible);
	dt_path(w, uart->path, sizeof(uart->path));
	uart->reg_shift = (u8)number(w, "reg-shift", 4);
	uart->io_width = (u8)number(w, "reg-io-width", 8);
	uart->clock = (u32)number(w, "clock-frequency", UINT_MAX);
	uart->baud = (u32)number(w, "current-speed", UINT_MAX);
}

void host_read_uart(const void *fdt, struct host_uart *uart)
{
	struct stdout_path out;
	const char *compatible;
	struct diag ignored;
	struct dt_walk w;
	struct range reg;
	bool wanted;

	memset(uart, 0, sizeof(*uart));
	read_stdout(fdt, &out);
	dt_walk(&w, fdt);
	while (dt_next(&w)) {
		wanted = out.path && dt_path_is(&w, out.path, out.len);
		if ((uart->found && !wanted) || !dt_enabled(&w) || !dt_reg_count(&w))
			continue;
		compatible = known(&w);
		if (!compatible || dt_reg(&w, 0, &reg, &ignored) <= 0)
			continue;
		read_node(uart, &w, compatible, reg);
		if (wanted) {
			uart->baud = out.baud ? out.baud : uart->baud;
			break;
		}
	}
}
