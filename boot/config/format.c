/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forms that the config and the bundle are written in have numbers, so that a Mavis of another
 * year says what it lacks, and not that some property is unknown.
 */
#include <string.h>

#include "boot/config/parts.h"
#include "lib/errno.h"

/* @text's printable characters up to its end, at most @size - 1 of them. */
static void printable(char *buf, size_t size, struct dt_prop text)
{
	size_t at = 0;

	for (; at + 1 < size && at < text.len && text.data[at]; at++)
		buf[at] = text.data[at] >= ' ' && text.data[at] <= '~' ? (char)text.data[at] : '?';
	buf[at] = '\0';
}

/* @node as a path; @again: what puts it into the form that is read here. */
static int check_node(const void *fdt, int node, const char *path, const char *again,
		      struct diag *d)
{
	struct dt_prop format = dt_prop_of(fdt, node, "format");
	char changed[100];

	if (!format.data)
		return 0;
	if (format.len != 4)
		return fail(d, -EINVAL,
			    "%s: format: its value has %u bytes: write `format = <%u>;`", path,
			    format.len, CONFIG_FORMAT);
	if (dt_cell(format.data) == CONFIG_FORMAT)
		return 0;
	printable(changed, sizeof(changed), dt_prop_of(fdt, node, "format-changed"));
	return fail(d, -EINVAL,
		    "%s: format: it is of format %u, and this Mavis reads %u; what changed: %s: %s, or use the Mavis that it was made for",
		    path, dt_cell(format.data), CONFIG_FORMAT,
		    changed[0] ? changed : "it does not say (format-changed)", again);
}

int config_check_format(const void *fdt, struct diag *d)
{
	int bundle = fdt_subnode_offset(fdt, 0, "bundle"), err = 0;

	if (bundle >= 0)
		err = check_node(fdt, bundle, "/bundle", "make it again with this tools/bundle", d);
	return err ? err : check_node(fdt, 0, "/", "write it as this one's docs/config.md says", d);
}
