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

/*
 * Refuses the node that @w stands on: its registers are no addresses of the CPU's, so that the
 * guest reaches it by its bus, named or not. That is the nearest node above with registers that can
 * be taken from the guest; @with_reg: a bit for each depth that has such.
 */
static int refuse_child(const struct config_reader *r, struct dt_walk *w, u32 with_reg)
{
	const char *hide =
		dt_parent(w)->address_cells == 3 ?
			", or hide the function: a region with `pci` and `expose`" :
			"";
	const char *name = dt_name(w);
	char bus[DT_MAX_PATH];

	for (w->depth--; with_reg && !(with_reg & BIT(w->depth)); w->depth--)
		;
	dt_path(w, bus, sizeof(bus));
	return refuse(r, -EINVAL, "withhold",
		      "%.48s has no registers that stage 2 could keep, and the guest finds it by its bus: withhold %.80s%s",
		      name, bus, hide);
}

/* All nodes that fit, and what is below them. */
static int check_path(const struct config_reader *r, const char *path)
{
	struct dt_prop one = { (const u8 *)path, (u32)strlen(path) + 1 };
	int top = DT_MAX_DEPTH;
	bool found = false;
	struct dt_walk w;
	char hint[160];
	u32 with_reg = 0;

	dt_walk(&w, r->host->fdt);
	while (dt_next(&w)) {
		const char *why;

		with_reg &= (u32)BIT(w.depth) - 1;
		if (dt_reg_count(&w))
			with_reg |= (u32)BIT(w.depth);
		if (!dt_is_below(&w, one, &top))
			continue;
		found = true;
		why = needed(r->host, &w);
		if (why)
			return refuse(r, -EINVAL, "withhold",
				      "\"%.64s\" takes %s from the guest, but %s: take it out",
				      path, dt_name(&w), why);
		if (w.depth == top && w.prop[DT_REG].data && !dt_parent(&w)->mapped)
			return refuse_child(r, &w, with_reg);
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
