/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes of the machine that the config takes from the guest. */
#include <string.h>

#include "boot/machine/host.h"
#include "boot/config/parts.h"
#include "lib/errno.h"

/* Why the guest cannot do without the node that @w stands on; NULL: it can. */
static const char *needed(const struct host *host, const struct dt_walk *w)
{
	enum dt_kind kind = dt_kind(w);

	if (!strcmp(w->bus[1].name, "cpus"))
		return "how many CPUs the guest has is said by `cpus`";
	if (dt_at(w, "chosen") || dt_at(w, "psci") || kind == DT_PSCI)
		return "Mavis writes it for the guest";
	if (kind == DT_INTC || (host->gic.version && w->node == host->gic.node))
		return "the guest's interrupts come from it";
	return NULL;
}

/* All nodes that fit, and what is below them. */
static int check_path(const struct config_reader *r, const char *path)
{
	struct dt_prop one = { (const u8 *)path, (u32)strlen(path) + 1 };
	int top = DT_MAX_DEPTH;
	bool found = false;
	struct dt_walk w;
	char hint[160];

	dt_walk(&w, r->host->fdt);
	while (dt_next(&w)) {
		const char *why;

		if (!dt_is_below(&w, one, &top))
			continue;
		found = true;
		why = needed(r->host, &w);
		if (why)
			return refuse(r, -EINVAL, "withhold",
				      "\"%.64s\" takes %s from the guest, but %s: take it out",
				      path, dt_name(&w), why);
	}
	if (found)
		return 0;
	config_path_hint(hint, sizeof(hint), r->host->fdt, path);
	return refuse(r, -ENOENT, "withhold",
		      "the machine's device tree has no node \"%.64s\": %s", path, hint);
}

int config_check_withhold(struct config_reader *r)
{
	const char *path = NULL;
	int err = 0;

	while (r->host && !err && (path = dt_next_string(r->config->withhold, path)))
		err = check_path(r, path);
	return err;
}
