/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's tree is written node by node while the host's is read. What changes in a node is
 * noted (the edit_*() functions of the node's kind), then the node is written with that.
 */
#include "boot/guest/tree_parts.h"
#include "lib/errno.h"
#include <string.h>

static int note(struct edit *e, const char *prop, const void *val, u32 len)
{
	if (e->nr_changes == EDIT_MAX_CHANGES)
		return dt_fail(&e->w, e->d, -E2BIG, prop,
			       "more than %d changes to a node: raise EDIT_MAX_CHANGES",
			       EDIT_MAX_CHANGES);
	e->change[e->nr_changes++] = (struct edit_change){ prop, val, len };
	return 0;
}

int edit_set(struct edit *e, const char *prop, const void *val, u32 len)
{
	return note(e, prop, val, len);
}

int edit_set_string(struct edit *e, const char *prop, const char *val)
{
	return note(e, prop, val, (u32)strlen(val) + 1);
}

int edit_room(struct edit *e, const char *prop, u32 len, u8 **val)
{
	*val = e->values + e->values_used;
	if (len > sizeof(e->values) - e->values_used)
		return dt_fail(&e->w, e->d, -E2BIG, prop,
			       "%u bytes are more than there is room for", len);
	e->values_used += len;
	return note(e, prop, *val, len);
}

int edit_delete(struct edit *e, const char *prop)
{
	return note(e, prop, NULL, 0);
}

static int delete_all(struct edit *e, const char *const *names, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; i < n && !err; i++)
		err = edit_delete(e, names[i]);
	return err;
}

/* Every CPU starts through Mavis, whatever the machine's firmware has. */
static int edit_cpu(struct edit *e)
{
	u64 mpidr;
	int err;

	if (dt_number(e->w.prop[DT_REG], &mpidr) && mpidr == e->args->host->cpu[0].mpidr)
		e->boot_cpu = true;
	err = edit_set_string(e, "enable-method", "psci");
	return err ? err : edit_delete(e, "cpu-release-addr");
}

static int edit_psci(struct edit *e)
{
	static const char *const old[] = {
		"status",  "cpu_suspend",   "cpu_off",	    "cpu_on",
		"migrate", "affinity_info", "sys_poweroff", "sys_reset",
	};
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int err;

	e->psci = true;
	err = edit_set(e, "compatible", compatible, sizeof(compatible));
	if (!err)
		err = edit_set_string(e, "method",
				      e->args->host->conduit == CONDUIT_SMC ? "smc" : "hvc");
	return err ? err : delete_all(e, old, ARRAY_SIZE(old));
}

static int set_address(struct edit *e, const char *prop, u64 val)
{
	u8 *p;
	int err = edit_room(e, prop, 8, &p);

	if (!err)
		edit_put_cells(&p, 2, val);
	return err;
}

static int set_initrd(struct edit *e)
{
	static const char *const names[] = { "linux,initrd-start", "linux,initrd-end" };
	struct range r = e->args->ramdisk;
	int err;

	if (!r.size)
		return delete_all(e, names, ARRAY_SIZE(names));
	err = set_address(e, names[0], r.base);
	return err ? err : set_address(e, names[1], range_end(r));
}

/*
 * What speaks of the host's own boot: its firmware's tables, its memory map, other hypervisors'
 * modules.
 */
bool edit_is_leftover(const char *name)
{
	static const char *const prefixes[] = {
		"linux,uefi-", "linux,usable-memory", "linux,elfcorehdr", "linux,booted-from-kexec",
		"linux,ima-kexec-buffer", "linux,tpm-", "xen,", "multiboot,",
	};

	for (unsigned i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static int edit_chosen(struct edit *e)
{
	const char *bootargs = e->args->config->bootargs;
	int err;

	e->chosen = true;
	err = *bootargs ? edit_set_string(e, "bootargs", bootargs) : edit_delete(e, "bootargs");
	return err ? err : set_initrd(e);
}

/*
 * The guest has the distributor and its CPUs' interface; the virtualization frames and their
 * interrupt are EL2's. A second GIC is cascaded from the first: a device.
 */
static int edit_gic(struct edit *e, unsigned version)
{
	static const char *const maintenance[] = { "interrupts", "interrupts-extended",
						   "interrupt-names" };
	u32 entry = (dt_parent(&e->w)->address_cells + dt_parent(&e->w)->size_cells) * 4u;
	struct dt_prop reg = e->w.prop[DT_REG];
	u64 regions = 1, keep;
	int err;

	if (e->gic || !dt_enabled(&e->w))
		return 0;
	e->gic = true;
	dt_number(dt_prop(&e->w, "#redistributor-regions"), &regions);
	keep = version == 2 ? 2 : 1 + MIN(regions, (u64)HOST_MAX_GICR);
	if (reg.len > keep * entry) {
		err = edit_set(e, "reg", reg.data, (u32)keep * entry);
		if (err)
			return err;
	}
	return delete_all(e, maintenance, ARRAY_SIZE(maintenance));
}

static int edit_node(struct edit *e, enum dt_kind kind)
{
	const struct dt_walk *w = &e->w;

	if (!w->depth)
		return 0;
	if (dt_is_memory(w))
		return edit_memory(e);
	if (dt_is_cpu(w))
		return edit_cpu(e);
	if (dt_at(w, "chosen"))
		return edit_chosen(e);
	switch (kind) {
	case DT_GICV2:
		return edit_gic(e, 2);
	case DT_GICV3:
		return edit_gic(e, 3);
	case DT_PSCI:
		return edit_psci(e);
	default:
		return dt_at(w, "psci") ? edit_psci(e) : 0;
	}
}

static struct edit_change *find_change(struct edit *e, const char *prop)
{
	for (unsigned i = 0; i < e->nr_changes; i++)
		if (!strcmp(e->change[i].prop, prop))
			return &e->change[i];
	return NULL;
}

/* A property as it was, less what refers to something that is gone. */
static void write_old(struct edit *e, const char *name, struct dt_prop p)
{
	if (dt_at(&e->w, "chosen") && edit_is_leftover(name))
		return;
	if (!e->nr_gone || !edit_list(e, name, p))
		dt_write_prop(&e->out, name, p.data, p.len);
}

/* The properties that the node had, in their order, then those that are new. */
static void write_node(struct edit *e)
{
	struct edit_change *c;
	const char *name;
	struct dt_prop p;
	u32 at = 0;

	dt_write_node(&e->out, dt_name(&e->w));
	while (dt_next_prop(&e->w, &at, &name, &p)) {
		c = e->nr_changes ? find_change(e, name) : NULL;
		if (!c)
			write_old(e, name, p);
		else if (c->val)
			dt_write_prop(&e->out, name, c->val, c->len);
		if (c)
			c->val = NULL;
	}
	for (c = e->change; c < e->change + e->nr_changes; c++)
		if (c->val)
			dt_write_prop(&e->out, c->prop, c->val, c->len);
	e->nr_changes = 0;
	e->values_used = 0;
}

/* What is below the node, when its properties are written. */
static int write_below(struct edit *e)
{
	return dt_at(&e->w, "reserved-memory") ? edit_reserved(e) : 0;
}

/*
 * True if the tree has a node by the name of the one that the walk stands on, at most two levels
 * down. Memory nodes are not counted: those that stay have memory of their own.
 */
static bool exists(const struct edit *e)
{
	struct dt_walk w;

	dt_walk(&w, e->from);
	while (dt_next(&w))
		if (w.depth == e->w.depth && !strcmp(dt_name(&w), dt_name(&e->w)) &&
		    !strcmp(w.bus[1].name, e->w.bus[1].name) && !dt_is_memory(&w))
			return true;
	return false;
}

int edit_add(struct edit *e, const char *name, int (*fill)(struct edit *e, const void *arg),
	     const void *arg)
{
	struct dt_walk parent = e->w;
	int err;

	dt_stand_below(&e->w, name);
	err = exists(e) ? dt_fail(&e->w, e->d, -EEXIST, "the node",
				  "is there already; rename or remove the one in the device tree")
			: fill(e, arg);
	if (!err) {
		write_node(e);
		err = write_below(e);
		dt_write_end(&e->out);
	}
	e->w = parent;
	return err;
}

static int new_chosen(struct edit *e, const void *arg)
{
	(void)arg;
	return edit_chosen(e);
}

static int new_psci(struct edit *e, const void *arg)
{
	(void)arg;
	return edit_psci(e);
}

/* Nodes that the tree lacks, below the root. */
static int add_nodes(struct edit *e)
{
	int err = 0;

	if (!e->chosen)
		err = edit_add(e, "chosen", new_chosen, NULL);
	if (!err && !e->psci)
		err = edit_add(e, "psci", new_psci, NULL);
	if (!err)
		err = edit_remaining_ram(e);
	if (!err)
		err = edit_exposed(e);
	if (!err && e->args->control_page.v)
		err = edit_control(e);
	if (!err && !e->boot_cpu)
		err = fail(
			e->d, -ENOENT,
			"/cpus: the guest's device tree has no node for the boot CPU, reg = %#lx",
			(unsigned long)e->args->host->cpu[0].mpidr);
	return err;
}

/* One node, but for its end. e->skip: neither it nor what is below it. */
static int visit(struct edit *e)
{
	enum dt_kind kind = dt_kind(&e->w);
	int err;

	e->skip = edit_is_gone(e, kind) || (e->nr_gone && edit_refers_to_gone(e));
	if (e->skip)
		return 0;
	err = edit_node(e, kind);
	if (err || e->skip)
		return err;
	write_node(e);
	return write_below(e);
}

static int write_nodes(struct edit *e)
{
	struct dt_walk *w = &e->w;
	int open = -1, err = 0;

	dt_walk(w, e->from);
	while (!err && dt_next(w)) {
		for (; open >= w->depth; open--)
			dt_write_end(&e->out);
		err = visit(e);
		if (e->skip)
			dt_skip(w);
		else
			open = w->depth;
	}
	for (; open > 0; open--)
		dt_write_end(&e->out);
	w->depth = 0;
	if (!err)
		err = add_nodes(e);
	dt_write_end(&e->out);
	return err;
}

/* What the loader reserved for itself is free by the time that the guest runs. */
static void write_reservations(struct edit *e)
{
	struct range r;

	for (unsigned i = 0; dt_reservation(e->from, i, &r); i++)
		if (!range_valid(r) || !host_reserved_by_loader(e->args->host, r))
			dt_write_reservation(&e->out, r);
}

u64 guest_fdt_bound(const struct guest_fdt_args *args)
{
	u64 base = args->base ? args->base_size : dt_packed_size(args->host->fdt);

	/* CPUs: enable-method; memory: reg; /chosen and /psci with their names. */
	return base + strlen(args->config->bootargs) + MAX_CPUS * 24 + EDIT_MAX_RAM * 16 +
	       1024 + edit_exposed_bound(args->regions);
}

static int check_base(const struct guest_fdt_args *args, struct diag *d)
{
	struct diag why;

	if (args->base && dt_check(args->base, args->base_size, &why))
		return fail(d, -EINVAL,
			    "guest.dtb in the bundle is corrupt: %.150s; make it with dtc, and the bundle anew",
			    why.text);
	return 0;
}

int guest_fdt_write(void *buf, u64 size, const struct guest_fdt_args *args, struct diag *d)
{
	static struct edit e;
	u64 need = guest_fdt_bound(args);
	int err;

	if (need > MIB(2))
		return fail(d, -E2BIG,
			    "the guest's device tree may need %lu bytes; Linux takes 2 MiB at most",
			    (unsigned long)need);
	if (size < need)
		return fail(d, -ENOSPC,
			    "the guest's device tree may need %lu bytes, there is room for %lu",
			    (unsigned long)need, (unsigned long)size);
	err = check_base(args, d);
	if (err)
		return err;

	memset(&e, 0, sizeof(e));
	e.from = args->base ? args->base : args->host->fdt;
	e.args = args;
	e.d = d;
	dt_write_start(&e.out, buf, (u32)MIN(size, MIB(2)), e.from);
	write_reservations(&e);
	err = edit_find_gone(&e);
	if (!err)
		err = edit_collect_ram(&e);
	if (!err)
		err = write_nodes(&e);
	if (!err && dt_write_finish(&e.out))
		err = fail(d, -ENOSPC, "the guest's device tree needs more than %lu bytes",
			   (unsigned long)size);
	return err;
}
