/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes that live on calls of the firmware, and the memory that these are about. */
#include "boot/machine/callers.h"

#include "boot/machine/kept.h"
#include "boot/machine/parts.h"
#include "lib/errno.h"

/* One is enough where the calls are the same. Where they are the node's own, each counts. */
static bool is_known(const struct host *host, enum caller_kind kind)
{
	if (caller_info[kind].smc_id)
		return false;
	for (unsigned i = 0; i < host->nr_callers; i++)
		if (host->caller[i].kind == kind)
			return true;
	return false;
}

int host_read_caller(struct host *host, const struct dt_walk *w, struct diag *d)
{
	enum caller_kind kind = caller_kind(w);
	struct host_caller *c = &host->caller[host->nr_callers];
	u64 id;

	if (kind == CALLER_NR_KINDS || dt_is_off(w) || is_known(host, kind))
		return 0;
	if (host->nr_callers == HOST_MAX_CALLERS)
		return dt_fail(w, d, -E2BIG, "compatible",
			       "is of one node more than the %d that call the firmware and that Mavis takes: disable some in the device tree, or build it with a larger HOST_MAX_CALLERS",
			       HOST_MAX_CALLERS);
	*c = (struct host_caller){ .node = w->node, .kind = (u8)kind,
				   .unknown_memory = caller_info[kind].memory != CALLER_NO_MEMORY };
	if (caller_info[kind].smc_id) {
		c->id = dt_number(dt_prop(w, "arm,smc-id"), &id) ? (u32)id :
								   caller_default_id(kind);
		if (!c->id)		/* its driver does not start without one */
			return 0;
	}
	format(c->name, sizeof(c->name), "%s", w->depth ? dt_name(w) : "/");
	host->nr_callers++;
	return 0;
}

#define MAX_PHANDLES	8

struct phandles {
	u32 val[MAX_PHANDLES];
	unsigned nr;
};

static bool has(const struct phandles *p, u64 val)
{
	for (unsigned i = 0; i < p->nr; i++)
		if (p->val[i] == val)
			return true;
	return false;
}

/* Of the node, for all of its protocols, or of one of these. */
static struct phandles collect(const struct host *host, int node)
{
	struct phandles found = { .nr = 0 };
	struct dt_walk w;
	int depth;

	dt_walk(&w, host->fdt);
	while (dt_next(&w) && w.node != node)
		;
	depth = w.depth;
	do {
		struct dt_prop p = dt_prop(&w, "shmem");

		for (u32 at = 0; at + 4 <= p.len; at += 4)
			if (!has(&found, dt_cell(p.data + at)) && found.nr < MAX_PHANDLES)
				found.val[found.nr++] = dt_cell(p.data + at);
	} while (dt_next(&w) && w.depth > depth);
	return found;
}

static bool is_there(const struct host *host, struct range r)
{
	if (host_has_memory(host, pages_around(r)))
		return true;
	for (unsigned i = 0; i < host->nr_mmio; i++)
		if (range_contains(host->mmio[i].range, r))
			return true;
	return false;
}

/*
 * Linux maps it as Device memory, so it may be registers to the guest where it is no memory: a
 * board's shared memory can lie below all banks, in what the firmware keeps for itself.
 */
static int find_shmem(struct host *host, struct host_caller *c, struct diag *d)
{
	struct phandles wanted = collect(host, c->node);
	unsigned left = wanted.nr;
	struct dt_walk w;
	struct range r;
	u64 phandle;
	int ret;

	dt_walk(&w, host->fdt);
	while (left && dt_next(&w)) {
		if (!dt_number(w.prop[DT_PHANDLE], &phandle) || !has(&wanted, phandle) ||
		    !dt_reg_count(&w) || c->nr_memory == HOST_MAX_SHMEM)
			continue;
		ret = dt_reg(&w, 0, &r, d);
		if (ret > 0) {
			c->memory[c->nr_memory++] = r;
			left--;
			ret = is_there(host, r) ? 0 : host_add_mmio(host, &w, r, d);
		}
		if (ret < 0)
			return ret;
	}
	c->unknown_memory = !wanted.nr || left;
	return 0;
}

int host_finish_callers(struct host *host, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < host->nr_callers && !err; i++)
		if (caller_info[host->caller[i].kind].memory == CALLER_SHMEM)
			err = find_shmem(host, &host->caller[i], d);
	return err;
}

int host_withhold_callers(struct host *host, struct dt_prop withheld, struct diag *d)
{
	int top = DT_MAX_DEPTH, err = 0;
	struct dt_walk w;

	host->nr_callers = 0;
	dt_walk(&w, host->fdt);
	while (!err && dt_next(&w))
		if (!dt_is_below(&w, withheld, &top) && !kept_why(dt_kind(&w)))
			err = host_read_caller(host, &w, d);
	return err ? err : host_finish_callers(host, d);
}
